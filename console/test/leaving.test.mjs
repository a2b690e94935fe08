// Leaving a user: what is unsaved, and the next of the list.
import assert from 'node:assert/strict';
import test from 'node:test';
import { OWNER, eventually, focusIsOn, inBrowser, isAccessible, names, newcomer, openList, row } from './browser.mjs';
import { openPanel, team, userOf } from './panel.mjs';

test(
  'unsaved changes are dropped by nothing without being asked: Esc, Close, Next, a name, Back',
  inBrowser(async (page) => {
    const person = await newcomer();
    await newcomer();
    const both = person.name.slice(0, person.name.lastIndexOf('u'));
    const panel = await openPanel(page, OWNER, person, `?q=${encodeURIComponent(both)}`);
    await team(panel, 'Support').check();
    const question = page.getByRole('group', { name: `${person.name} has changes that are not saved` });
    const isFirst = (await names(page))[0] === person.name;
    const ways = [
      () => page.keyboard.press('Escape'),
      () => panel.getByRole('button', { name: 'Close' }).click(),
      () =>
        panel
          .getByRole('button', { name: isFirst ? 'Next person of the list' : 'Previous person of the list' })
          .click(),
      () => page.locator('tr[data-user]:not(.selected) a[data-name]').first().click(),
      () => page.goBack(),
    ];
    for (const way of ways) {
      await way();
      await focusIsOn(question);
      await isAccessible(page, 'unsaved?');
      await page.keyboard.press('Escape');
      await question.waitFor({ state: 'detached' });
      assert.ok(await team(panel, 'Support').isChecked());
      assert.match(page.url(), new RegExp(person.id));
    }
    await panel.getByRole('button', { name: 'Close' }).click();
    await question.getByRole('button', { name: 'Discard the changes' }).click();
    await panel.waitFor({ state: 'detached' });
    await focusIsOn(row(page, person.name).getByRole('link'));
    assert.deepEqual((await userOf(person)).teams, []);
  }),
);

test(
  'the browser asks before it closes a page with unsaved changes',
  inBrowser(async (page) => {
    const person = await newcomer();
    const panel = await openPanel(page, OWNER, person);
    await team(panel, 'Support').check();
    const asked = new Promise((resolve) => {
      page.once('dialog', (dialog) => void dialog.accept().then(() => resolve(dialog.type())));
    });
    await page.reload();
    assert.equal(await asked, 'beforeunload');
  }),
);

test(
  'Previous and Next walk the filtered list, and keep tab and scroll position',
  inBrowser(async (page) => {
    await openList(page, OWNER, '?skill=English&status=all');
    const listed = await names(page);
    await page.getByRole('link', { name: listed[0], exact: true }).first().click();
    const panel = page.getByRole('dialog');
    await panel.getByRole('heading', { name: listed[0] }).waitFor();
    await panel.getByRole('tab', { name: 'Assigned skills' }).click();
    const next = panel.getByRole('button', { name: 'Next person of the list' });
    await panel.evaluate((found) => found.style.setProperty('max-height', '220px'));
    await panel.evaluate((found) => found.scrollTo(0, 60));
    for (const name of listed.slice(1, 4)) {
      await next.evaluate((button) => button.click());
      await panel.getByRole('heading', { name, exact: true }).waitFor();
      await eventually(
        async () => (await panel.evaluate((found) => found.scrollTop)) === 60,
        'the scroll position stays',
      );
      assert.equal(await panel.getByRole('tab', { name: 'Assigned skills' }).getAttribute('aria-selected'), 'true');
    }
    await panel.getByRole('button', { name: 'Previous person of the list' }).evaluate((button) => button.click());
    await panel.getByRole('heading', { name: listed[2], exact: true }).waitFor();
    const url = new URL(page.url());
    assert.deepEqual([url.searchParams.get('tab'), url.searchParams.get('skill')], ['skills', 'English']);
  }),
);
