// Selecting in the list: rows, ranges, the page, all that match; said in words, by mouse and by keyboard.
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  OWNER,
  SUPERVISOR,
  eventually,
  focusIsOn,
  inBrowser,
  isAccessible,
  openList,
  rows,
  spoken,
} from './browser.mjs';
import { button } from './answers.mjs';
import { bar, selectAll } from './bulk.mjs';

const boxes = (page) => page.locator('[data-select]');
const selected = async (page) => boxes(page).evaluateAll((all) => all.map(({ checked }) => checked));
const ofPage = (page) => page.getByLabel('Select all that are shown');
const isMixed = (page) => ofPage(page).evaluate(({ indeterminate }) => indeterminate);

test(
  'users are selected one by one, as a range, and cleared by one button',
  inBrowser(async (page) => {
    await openList(page, OWNER, '?q=person00');
    await boxes(page).nth(1).click();
    await bar(page).getByText('1 person selected').waitFor();
    await spoken(page).getByText('1 person selected').waitFor({ state: 'attached' });
    await boxes(page)
      .nth(3)
      .click({ modifiers: ['Shift'] });
    await bar(page).getByText('3 people selected').waitFor();
    assert.deepEqual((await selected(page)).slice(0, 5), [false, true, true, true, false]);
    assert.ok(await isMixed(page));
    await isAccessible(page, 'some are selected');
    await boxes(page).nth(2).click();
    await bar(page).getByText('2 people selected').waitFor();
    await button(bar(page), 'Clear the selection').click();
    await bar(page).waitFor({ state: 'detached' });
    await focusIsOn(ofPage(page));
    assert.ok(!(await selected(page)).includes(true));
  }),
);

test(
  'by keyboard alone a range is selected',
  inBrowser(async (page) => {
    await openList(page, OWNER, '?q=person00');
    await boxes(page).nth(0).focus();
    await page.keyboard.press('Space');
    await boxes(page).nth(2).focus();
    await page.keyboard.press('Shift+Space');
    await bar(page).getByText('3 people selected').waitFor();
  }),
);

test(
  'the page is selected, then all that match; whom one leaves out, the others who are shown stay',
  inBrowser(async (page) => {
    await openList(page, OWNER);
    await selectAll(page);
    await bar(page).getByText('50 people selected').waitFor();
    assert.ok(!(await isMixed(page)));
    await button(page, 'Show 50 more').click();
    await eventually(async () => (await rows(page).count()) === 100, 'the next page is there');
    assert.ok(await isMixed(page));
    assert.equal(await button(bar(page), 'Select all that match').count(), 0);
    await selectAll(page);
    await button(bar(page), 'Select all that match').click();
    await bar(page).getByText('All people who match are selected').waitFor();
    await focusIsOn(button(bar(page), 'Clear the selection'));
    await boxes(page).nth(4).click();
    await bar(page).getByText('99 people selected').waitFor();
  }),
);

test(
  'another query clears the selection, an opened user does not',
  inBrowser(async (page) => {
    await openList(page, OWNER, '?q=person00');
    await boxes(page).nth(0).click();
    await rows(page).nth(1).getByRole('link').click();
    await page.getByRole('dialog').waitFor();
    await bar(page).getByText('1 person selected').waitFor();
    await page.locator('#filter-role').selectOption('Agent');
    await bar(page).waitFor({ state: 'detached' });
    assert.ok(!(await selected(page)).includes(true));
  }),
);

test(
  'what a supervisor may not do is not offered',
  inBrowser(async (page) => {
    await openList(page, SUPERVISOR, '?q=person00');
    await boxes(page).nth(0).click();
    await button(bar(page), 'Add skill').waitFor();
    const offered = await bar(page).locator('[data-bulk-action]').allTextContents();
    const skills = ['Add skill', 'Set level', 'Remove skill'];
    const expected = [...skills, 'Add to team', 'Remove from team', 'Act as agent', 'Copy skills from …'];
    assert.deepEqual(
      offered.map((text) => text.trim()),
      expected,
    );
  }),
);
