// Leaving a user: what is unsaved, and the next of the list.
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  OWNER,
  call,
  eventually,
  focusIsOn,
  inBrowser,
  isAccessible,
  joins,
  names,
  newcomer,
  open,
  openList,
  row,
  signIn,
  tokenOf,
} from './browser.mjs';
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
    await question.getByRole('button', { name: 'Keep editing' }).click();
    await focusIsOn(panel.getByLabel('Role'));
    await panel.getByRole('tab', { name: 'History' }).click();
    await panel.getByRole('button', { name: 'Close' }).click();
    await question.getByRole('button', { name: 'Keep editing' }).click();
    await focusIsOn(panel.getByRole('heading', { name: person.name }));
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

const FORMS = [
  ['teams', (page) => page.getByLabel('New team'), 'Half a team'],
  ['skills', (page) => page.getByLabel('New skill set'), 'Half a set'],
  ['people', (page) => page.getByLabel('Identity', { exact: true }), 'half@example.com'],
];
const asked = (page) => page.getByRole('group', { name: 'What you have entered on this page is not saved' });

for (const [view, field, text] of FORMS) {
  test(
    `what is entered on the page ${view} is dropped by nothing without being asked: a link, Back, closing`,
    inBrowser(
      async (page) => {
        await openList(page, OWNER);
        const navigation = page.getByRole('navigation');
        await navigation.locator(`a[href*="view=${view}"]`).click();
        await field(page).fill(text);
        for (const leave of [
          () => navigation.getByRole('link', { name: 'Reconciliation' }).click(),
          () => page.goBack(),
        ]) {
          await leave();
          await focusIsOn(asked(page));
          await isAccessible(page, `${view}, unsaved?`);
          await page.keyboard.press('Escape');
          await asked(page).waitFor({ state: 'detached' });
          assert.equal(await field(page).inputValue(), text);
          assert.match(page.url(), new RegExp(`view=${view}`));
        }
        await navigation.getByRole('link', { name: 'Users', exact: true }).click();
        await asked(page).getByRole('button', { name: 'Discard the changes' }).click();
        await page.locator('tr[data-user]').first().waitFor();
        await navigation.locator(`a[href*="view=${view}"]`).click();
        assert.equal(await field(page).inputValue(), '', 'it was discarded');
        await navigation.getByRole('link', { name: 'Users', exact: true }).click();
        await page.locator('tr[data-user]').first().waitFor();
      },
      { faults: true },
    ),
  );
}

test(
  'the browser asks before it closes a page with a half-typed name; once it is saved, it does not ask',
  inBrowser(async (page) => {
    const types = [];
    page.on('dialog', (dialog) => {
      types.push(dialog.type());
      void dialog.accept();
    });
    await open(page, OWNER, '?view=teams');
    await page.getByLabel('New team').fill('Half a name');
    await page.reload();
    assert.deepEqual(types, ['beforeunload']);
    await signIn(page, OWNER);
    await page.getByLabel('New team').fill(`Whole ${process.pid}`);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: `Whole ${process.pid}` }).waitFor();
    await page.reload();
    assert.equal(types.length, 1);
  }),
);

test(
  'a user opened beside a half-typed form leaves it as it is, and both are asked about in turn',
  inBrowser(async (page) => {
    const person = await newcomer();
    const { team_id: id } = await call('POST', '/teams', await tokenOf(OWNER), { name: `Both ${process.pid}` });
    await joins(person, id);
    await open(page, OWNER, `?view=teams&item=${id}`);
    await page.getByLabel('Name', { exact: true }).fill('Half a name');
    await page.locator('[data-members]').getByRole('link', { name: person.name }).click();
    const panel = page.getByRole('dialog');
    await team(panel, 'Support').check();
    await page.getByRole('navigation').getByRole('link', { name: 'Users', exact: true }).click();
    await asked(page).getByRole('button', { name: 'Discard the changes' }).click();
    const ofUser = page.getByRole('group', { name: `${person.name} has changes that are not saved` });
    await ofUser.getByRole('button', { name: 'Discard the changes' }).click();
    await page.locator('tr[data-user]').first().waitFor();
    assert.deepEqual(
      (await userOf(person)).teams.map((known) => known.team_id),
      [id],
    );
  }),
);
