// The actions of a row, for each role.
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  ADMIN,
  OWNER,
  SUPERVISOR,
  call,
  eventually,
  focusIsOn,
  gate,
  get,
  inBrowser,
  isAccessible,
  newcomer,
  openList,
  row,
  rows,
  search,
  signIn,
  spoken,
  tokenOf,
} from './browser.mjs';

const searched = (person) => `?q=${encodeURIComponent(person.name)}`;
const statusOf = async (person) => (await get(`/users/${person.id}`, await tokenOf(OWNER))).status;
const action = (page, name) => page.getByRole('button', { name, exact: true });

test(
  'rule 12: an account owner deactivates and reactivates, and reads what is left to do',
  inBrowser(async (page) => {
    const person = await newcomer();
    await openList(page, OWNER, searched(person));
    await row(page, person.name).hover();
    await action(page, `Deactivate ${person.name}`).click();
    const question = page.getByRole('group', { name: `Deactivate ${person.name}?` });
    await focusIsOn(question);
    await question.getByText('They can still sign in to Flex').waitFor();
    await isAccessible(page, 'deactivate?');
    await question.getByRole('button', { name: `Deactivate ${person.name}` }).click();
    const outcome = page.getByRole('group', { name: `${person.name} is deactivated.` });
    await outcome.getByText('End their access at the identity provider').waitFor();
    await eventually(async () => (await spoken(page).textContent()).includes('is deactivated'), 'it is said');
    assert.equal(await statusOf(person), 'deactivated');
    await isAccessible(page, 'deactivated');
    await focusIsOn(outcome.getByRole('button', { name: 'Dismiss' }));
    await outcome.getByRole('button', { name: 'Dismiss' }).click();
    await row(page, person.name).waitFor({ state: 'detached' });
    await focusIsOn(search(page));
    await page.getByLabel('Status').selectOption('Deactivated');
    await row(page, person.name).hover();
    await action(page, `Reactivate ${person.name}`).click();
    await page
      .getByRole('group', { name: `Reactivate ${person.name}?` })
      .getByRole('button', { name: `Reactivate` })
      .click();
    await page.getByRole('group', { name: `${person.name} is active again.` }).waitFor();
    assert.equal(await statusOf(person), 'active');
  }),
);

test(
  'rules 13 and 14: deleting recommends to deactivate, and names what is left to do',
  inBrowser(async (page) => {
    const person = await newcomer();
    await openList(page, ADMIN, searched(person));
    await row(page, person.name).hover();
    await action(page, `Delete ${person.name}`).click();
    const question = page.getByRole('group', { name: `Delete ${person.name}?` });
    await question.getByText('deactivate them instead').waitFor();
    await isAccessible(page, 'delete?');
    await question.getByRole('button', { name: `Deactivate ${person.name} instead` }).click();
    const instead = page.getByRole('group', { name: `Deactivate ${person.name}?` });
    await focusIsOn(instead);
    await instead.getByRole('button', { name: 'Cancel' }).click();
    assert.equal(await statusOf(person), 'active');
    await action(page, `Delete ${person.name}`).click();
    await question.getByRole('button', { name: `Delete ${person.name}`, exact: true }).click();
    await page
      .getByRole('group', { name: `${person.name} is deleted.` })
      .getByText('deprovision the Flex user')
      .waitFor();
    assert.equal(await statusOf(person), 'deleted');
  }),
);

test(
  'with the keyboard alone a user is found and deactivated, and the focus goes to the next row',
  inBrowser(async (page) => {
    const person = await newcomer();
    await openList(page, OWNER);
    await search(page).focus();
    await page.keyboard.type('Mary');
    await row(page, person.name).waitFor();
    await row(page, person.name).getByRole('link').focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await focusIsOn(action(page, `Deactivate ${person.name}`));
    await page.keyboard.press('Enter');
    const question = page.getByRole('group', { name: `Deactivate ${person.name}?` });
    await focusIsOn(question);
    await page.keyboard.press('Escape');
    await question.waitFor({ state: 'detached' });
    await focusIsOn(action(page, `Deactivate ${person.name}`));
    await page.keyboard.press('Enter');
    await focusIsOn(question);
    await page.keyboard.press('Enter');
    assert.equal(await statusOf(person), 'active', 'Enter twice does nothing');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    const outcome = page.getByRole('group', { name: `${person.name} is deactivated.` });
    await focusIsOn(outcome.getByRole('button', { name: 'Dismiss' }));
    await page.keyboard.press('Escape');
    await row(page, person.name).waitFor({ state: 'detached' });
    const focused = await page.evaluate(() => document.querySelector('flex-roster').shadowRoot.activeElement.tagName);
    assert.equal(focused, (await rows(page).count()) > 0 ? 'A' : 'INPUT');
  }),
);

test(
  'rule 2: a supervisor is offered to edit, and neither to deactivate nor to delete',
  inBrowser(async (page) => {
    const person = await newcomer();
    await openList(page, SUPERVISOR, searched(person));
    await row(page, person.name).hover();
    const buttons = await row(page, person.name)
      .getByRole('button')
      .evaluateAll((all) => all.map((one) => one.ariaLabel));
    assert.deepEqual(buttons, [`Edit ${person.name}`]);
    await action(page, `Edit ${person.name}`).click();
    await page.getByRole('dialog', { name: `User ${person.name}` }).waitFor();
  }),
);

test(
  'rule 3: what the API refuses is said in words, nothing is changed, and nothing is tried again',
  inBrowser(
    async (page) => {
      const cases = [
        [OWNER, 'owner@example.com', 'Olivia Owner', 'You cannot deactivate or delete yourself.'],
        [ADMIN, 'owner@example.com', 'Olivia Owner', 'Only an account owner can do this to an account owner.'],
      ];
      for (const [caller, identity, name, reason] of cases) {
        await openList(page, caller, `?q=${identity}`);
        await row(page, name).hover();
        await action(page, `Deactivate ${name}`).click();
        const question = page.getByRole('group', { name: `Deactivate ${name}?` });
        await question.getByRole('button', { name: `Deactivate ${name}` }).click();
        await question.getByRole('alert').getByText(reason).waitFor();
        await question.getByText('Nothing has been changed.').waitFor();
        await isAccessible(page, 'refused');
        assert.deepEqual(await question.getByRole('button').allTextContents(), ['Cancel']);
      }
    },
    { faults: true },
  ),
);

test(
  'a user whom another admin has changed meanwhile is shown as they are now, and one is asked again',
  inBrowser(
    async (page) => {
      const person = await newcomer();
      const owner = await tokenOf(OWNER);
      await openList(page, OWNER, searched(person));
      await row(page, person.name).hover();
      await action(page, `Delete ${person.name}`).click();
      await call('PATCH', `/users/${person.id}`, owner, { role: 'supervisor' });
      const question = page.getByRole('group', { name: `Delete ${person.name}?` });
      await question.getByRole('button', { name: `Delete ${person.name}`, exact: true }).click();
      await question.getByText('Another user has changed this in the meantime.').waitFor();
      await question.getByText('Nothing has been changed.').waitFor();
      await question.getByRole('button', { name: 'Show the current version' }).click();
      await row(page, person.name).getByText('Supervisor').waitFor();
      await focusIsOn(question);
      await question.getByRole('button', { name: `Delete ${person.name}`, exact: true }).click();
      await page.getByRole('group', { name: `${person.name} is deleted.` }).waitFor();
    },
    { faults: true },
  ),
);

test(
  'a double click changes once',
  inBrowser(async (page) => {
    const person = await newcomer();
    const { opened, open: answer } = gate();
    let sent = 0;
    await page.route(/\/deactivate$/, async (route) => {
      sent += 1;
      await opened;
      await route.continue();
    });
    await openList(page, OWNER, searched(person));
    await row(page, person.name).hover();
    await action(page, `Deactivate ${person.name}`).click();
    const question = page.getByRole('group', { name: `Deactivate ${person.name}?` });
    await question.getByRole('button', { name: `Deactivate ${person.name}` }).dblclick();
    answer();
    await page.getByRole('group', { name: `${person.name} is deactivated.` }).waitFor();
    assert.equal(sent, 1);
  }),
);

test(
  'on touch the actions are always there',
  inBrowser(
    async (page) => {
      const person = await newcomer();
      await openList(page, OWNER, searched(person));
      const opacity = await row(page, person.name)
        .locator('.row-actions')
        .evaluate((found) => getComputedStyle(found).opacity);
      assert.equal(opacity, '1');
      await action(page, `Deactivate ${person.name}`).tap();
      await page.getByRole('group', { name: `Deactivate ${person.name}?` }).waitFor();
      await isAccessible(page, 'a small screen');
    },
    { hasTouch: true, isMobile: true, viewport: { width: 390, height: 800 } },
  ),
);

test(
  'with a mouse the actions show on hover and on focus',
  inBrowser(async (page) => {
    const person = await newcomer();
    await openList(page, OWNER, searched(person));
    const actions = row(page, person.name).locator('.row-actions');
    const isShown = async () => (await actions.evaluate((found) => getComputedStyle(found).opacity)) === '1';
    assert.equal(await isShown(), false);
    await row(page, person.name).hover();
    assert.ok(await isShown());
    await search(page).hover();
    assert.equal(await isShown(), false);
    await row(page, person.name).getByRole('link').focus();
    assert.ok(await isShown());
  }),
);

test(
  'with a panel and a question open nothing is modal: the rest of the page can be used',
  inBrowser(async (page) => {
    const person = await newcomer();
    await openList(page, OWNER, searched(person));
    await page.getByRole('link', { name: person.name }).click();
    await page
      .getByRole('dialog', { name: `User ${person.name}` })
      .getByText(person.identity)
      .first()
      .waitFor();
    await row(page, person.name).hover();
    await action(page, `Delete ${person.name}`).click();
    await page.getByRole('group', { name: `Delete ${person.name}?` }).waitFor();
    assert.equal(await page.locator('dialog:modal').count(), 0);
    await page.getByLabel('Status').selectOption('All');
    await row(page, person.name).waitFor();
  }),
);

test(
  'what is left to do is shown until it is dismissed, also where the list no longer has the person',
  inBrowser(async (page) => {
    const person = await newcomer();
    await openList(page, OWNER, searched(person));
    await row(page, person.name).hover();
    await action(page, `Deactivate ${person.name}`).click();
    await page.route(/\/users\?/, (route) => route.fulfill({ json: { items: [], next_cursor: null } }));
    const signInAgain = page.getByRole('button', { name: 'Switch user' });
    await signInAgain.click();
    await signIn(page, ADMIN);
    await page.getByRole('heading', { name: 'No user matches' }).waitFor();
    const question = page.getByRole('group', { name: `Deactivate ${person.name}?` });
    await question.getByRole('button', { name: `Deactivate ${person.name}` }).click();
    const outcome = page.getByRole('group', { name: `${person.name} is deactivated.` });
    await outcome.getByText('End their access').waitFor();
    await outcome.getByRole('button', { name: 'Dismiss' }).click();
    await focusIsOn(search(page));
  }),
);
