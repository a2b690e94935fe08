// The People page: adding people, and those of whom one should know.
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  ADMIN,
  OWNER,
  SIMULATOR,
  SUPERVISOR,
  call,
  eventually,
  focusIsOn,
  gateway,
  get,
  inBrowser,
  isAccessible,
  newcomer,
  open,
  problemOf,
  signIn,
  tokenOf,
} from './browser.mjs';
import { FAULTS, REPORT, answering, button, throughFaults } from './answers.mjs';

let made = 0;
const newIdentity = () => `grace.${process.pid}.${(made += 1)}@example.com`;
const form = (page) => page.getByRole('form', { name: 'Add a person before their first login' });
const field = (page, label) => form(page).getByLabel(label, { exact: true });

async function fill(page, identity) {
  await field(page, 'Name').fill('Grace Hopper');
  await field(page, 'Identity').fill(identity);
  await field(page, 'E-mail address').fill(identity);
}

test(
  'a supervisor adds an agent, who waits until the first login',
  inBrowser(
    async (page) => {
      const identity = newIdentity();
      await open(page, SUPERVISOR, '?view=people');
      await form(page).waitFor();
      assert.deepEqual(await field(page, 'Role').locator('option').allTextContents(), ['Agent'], 'rule 4');
      await isAccessible(page, 'people');
      await fill(page, identity);
      await form(page).getByRole('checkbox').first().check();
      await page.keyboard.press('Tab');
      await button(page, 'Add person').click();
      await page.getByText('Grace Hopper is added.').first().waitFor();
      await focusIsOn(page.getByRole('link', { name: 'Open Grace Hopper' }));
      await page.locator('[data-waiting]').getByText(identity).waitFor();
      await isAccessible(page, 'a user is added');
      const { items } = await get('/users?limit=100', await tokenOf(OWNER));
      const user = items.find((known) => known.identity === identity);
      assert.equal(user.teams.length, 1);
      await page.getByRole('link', { name: 'Open Grace Hopper' }).click();
      await page.getByRole('dialog', { name: 'User Grace Hopper' }).waitFor();
      await fetch(`${SIMULATOR}/sim/logins`, {
        method: 'POST',
        body: JSON.stringify({ identity, full_name: 'Grace Hopper', email: identity, roles: ['agent'] }),
      });
      await open(page, SUPERVISOR, '?view=people');
      await page.getByRole('heading', { name: 'Waiting for a login' }).waitFor();
      assert.equal(await page.locator('[data-waiting]').getByText(identity).count(), 0);
    },
    { faults: true },
  ),
);

test(
  'rule 11: who is added with another role than agent may be said to act as one',
  inBrowser(
    async (page) => {
      const identity = newIdentity();
      await open(page, ADMIN, '?view=people');
      await fill(page, identity);
      assert.deepEqual(await field(page, 'Role').locator('option').allTextContents(), [
        'Agent',
        'Supervisor',
        'System admin',
      ]);
      await field(page, 'Role').selectOption('Supervisor');
      await page.getByLabel('Acts as agent: receives tasks').check();
      await button(page, 'Add person').click();
      await page.getByText('Grace Hopper is added.').first().waitFor();
      await eventually(async () => {
        const list = await get('/users?limit=100', await tokenOf(OWNER));
        return list.items.some((user) => user.identity === identity && user.act_as_agent && user.role === 'supervisor');
      }, 'they act as agent');
    },
    { faults: true },
  ),
);

test(
  'whatever the API answers, all that was typed stays, and no user is added twice',
  inBrowser(
    async (page) => {
      const identity = newIdentity();
      await open(page, OWNER, '?view=people');
      const api = await answering(page, /\/users$/);
      await fill(page, identity);
      await field(page, 'Role').selectOption('Supervisor');
      const taken = [problemOf(409, 'identity-taken'), 'Another person has this identity'];
      const send = () => button(page, 'Add person').click();
      const check = async (said) => {
        const values = await Promise.all(
          ['Name', 'Identity', 'E-mail address', 'Role'].map((label) => field(page, label).inputValue()),
        );
        assert.deepEqual(values, ['Grace Hopper', identity, identity, 'supervisor'], said);
        await isAccessible(page, said);
      };
      await throughFaults(page, api, send, check, [taken, ...FAULTS]);
      api.set('pass');
      await button(page, 'Add person').click();
      await page.getByText('Grace Hopper is added.').first().waitFor();
      assert.equal(api.keys.at(-1), api.keys.at(-2));
    },
    { faults: true },
  ),
);

test(
  'rule 22: two people with one e-mail address are shown together; deleted ones with what only an operator can do',
  inBrowser(async (page) => {
    const owner = await tokenOf(OWNER);
    const [one, gone] = [await newcomer(), await newcomer()];
    await call('POST', '/users', owner, {
      identity: newIdentity(),
      name: 'Mary Twice',
      email: one.identity.toUpperCase(),
    });
    const headers = { authorization: `Bearer ${owner}` };
    await fetch(`${process.env.API}/users/${gone.id}`, { method: 'DELETE', headers });
    // Another test may have started one, which does as well.
    await fetch(`${process.env.API}/reconciliations`, { method: 'POST', headers, body: '{}' });
    await eventually(async () => (await get('/reconciliations/latest', owner)).state === 'done', 'a report');
    await open(page, OWNER, '?view=people');
    const together = page.locator('[data-same-email] li').filter({ hasText: one.name });
    await together.getByRole('link', { name: 'Mary Twice' }).waitFor();
    const deleted = page.locator('[data-deleted] li').filter({ hasText: gone.name });
    await deleted.getByText(gone.id).waitFor();
    await page.getByText('flex-roster restore USER_ID').waitFor();
    await page.getByText(/as of/).waitFor();
    await isAccessible(page, 'people of whom one should know');
  }),
);

test(
  'that no user waits is not said before all users are read',
  inBrowser(
    async (page) => {
      await page.route(/\/users\?status=all/, (route) => route.fulfill({ json: { items: [], next_cursor: 'more' } }));
      await open(page, OWNER, '?view=people');
      await page.getByText('0 people read, more exist').waitFor();
      assert.equal(await page.getByText('None among those read so far.').count(), 2);
    },
    { faults: true },
  ),
);

test(
  'rule 23: workers with none of the three roles are shown as unmanaged',
  inBrowser(async (page) => {
    await page.route(/\/reconciliations\/latest$/, async (route) => {
      const report = REPORT;
      await route.fulfill({
        json: { ...report, unmanaged: { count: 1, first: ['WK0b7d7a9f3c2e4d51a6f0c8b9e1d2f3a4'] } },
      });
    });
    await open(page, OWNER, '?view=people');
    await page.getByText('WK0b7d7a9f3c2e4d51a6f0c8b9e1d2f3a4').waitFor();
  }),
);

test(
  'teams that were not read because the session had ended are there once one has signed in again',
  inBrowser(
    async (page) => {
      await page.route(/\/teams\?/, (route) => route.fulfill(gateway(401, 'Unauthorized')));
      await open(page, OWNER, '?view=people');
      await button(form(page), 'Sign in again').waitFor();
      await page.unroute(/\/teams\?/);
      await signIn(page, OWNER);
      await form(page).getByRole('checkbox').first().waitFor();
      assert.equal(await button(page, 'Sign in again').count(), 0);
    },
    { faults: true },
  ),
);
