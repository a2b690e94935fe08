// Edit user and Assign skills with the keyboard alone, from the list to saved.
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  OWNER,
  focusIsOn,
  hasFocus,
  inBrowser,
  names,
  eventually,
  newcomer,
  openList,
  row,
  search,
} from './browser.mjs';
import { button } from './answers.mjs';
import { SUPPORT, panelOf, team, userOf } from './panel.mjs';

/** Presses Tab until this has the focus. */
async function tabTo(page, locator) {
  for (let presses = 0; presses < 60; presses += 1) {
    if ((await locator.count()) > 0 && (await hasFocus(locator))) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`Tab does not lead to ${locator}`);
}

/** Finds a user in the list and opens them. The focus is at the head of the panel. */
async function openByKeyboard(page, person) {
  await openList(page, OWNER);
  await tabTo(page, search(page));
  await page.keyboard.type(person.name);
  await eventually(async () => (await names(page)).join() === person.name, 'the person is found');
  await tabTo(page, row(page, person.name).getByRole('link'));
  await page.keyboard.press('Enter');
  const panel = panelOf(page);
  await focusIsOn(panel.getByRole('heading', { name: person.name }));
  return panel;
}

test(
  'with the keyboard alone a user joins a team, and the focus returns to the row',
  inBrowser(async (page) => {
    const person = await newcomer();
    const panel = await openByKeyboard(page, person);
    await team(panel, 'Support').waitFor();
    await tabTo(page, team(panel, 'Support'));
    await page.keyboard.press('Space');
    await tabTo(page, button(panel, 'Save changes'));
    await page.keyboard.press('Enter');
    await panel.getByText('Live in TaskRouter').waitFor();
    assert.deepEqual(
      (await userOf(person)).teams.map(({ team_id }) => team_id),
      [SUPPORT],
    );
    await page.keyboard.press('Escape');
    await focusIsOn(row(page, person.name).getByRole('link'));
  }),
);

test(
  'with the keyboard alone a skill is assigned with a level',
  inBrowser(async (page) => {
    const person = await newcomer();
    const panel = await openByKeyboard(page, person);
    await tabTo(page, panel.getByRole('tab', { name: 'Profile' }));
    await page.keyboard.press('ArrowRight');
    await focusIsOn(panel.getByRole('tab', { name: 'Assigned skills' }));
    await tabTo(page, button(panel, 'Assign skills'));
    await page.keyboard.press('Enter');
    const form = panel.getByRole('form', { name: 'Assign skills' });
    await focusIsOn(form.getByLabel('Skill set'));
    await form.getByRole('option', { name: 'German' }).waitFor({ state: 'attached' });
    await tabTo(page, form.getByLabel('Skill', { exact: true }));
    await page.keyboard.type('German');
    const slider = form.getByRole('slider', { name: 'Level of German' });
    await tabTo(page, slider);
    await page.keyboard.press('PageDown');
    await page.keyboard.press('ArrowLeft');
    assert.equal(await slider.inputValue(), '89');
    await tabTo(page, button(form, 'Assign 1 skill'));
    await page.keyboard.press('Enter');
    await panel.getByText('Live in TaskRouter').waitFor();
    assert.deepEqual(
      (await userOf(person)).assigned_skills.map(({ skill, level }) => [skill, level]),
      [['German', 89]],
    );
    await focusIsOn(button(panel, 'Assign skills'));
  }),
);
