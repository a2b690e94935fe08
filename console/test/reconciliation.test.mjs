// The Reconciliation page: the latest report, starting and confirming one, deciding about drift.
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  ADMIN,
  OWNER,
  SUPERVISOR,
  eventually,
  focusIsOn,
  gateway,
  get,
  inBrowser,
  isAccessible,
  newcomer,
  open,
  problemOf,
  tokenOf,
} from './browser.mjs';
import { FAULTS, REPORT, answering, button, throughFaults } from './answers.mjs';

const LATEST = /\/reconciliations\/latest$/;
const report = (page, changes) => page.route(LATEST, (route) => route.fulfill({ json: { ...REPORT, ...changes } }));

test(
  'an admin starts a reconciliation, follows it, and reads its report',
  inBrowser(
    async (page) => {
      await open(page, ADMIN, '?view=reconciliation');
      await button(page, 'Start a reconciliation').click();
      await page.getByText('Latest reconciliation').getByText('Done').waitFor();
      const workers = async () => Number((await page.locator('[data-count=workers]').textContent()).replace(',', ''));
      await eventually(async () => (await workers()) > 50, 'the workers are counted');
      await isAccessible(page, 'a report');
    },
    { faults: true },
  ),
);

test(
  'rule 4: a supervisor reads the report, and is offered neither to start one nor to decide',
  inBrowser(async (page) => {
    const person = await newcomer();
    await report(page, { differing: { count: 1, first: [{ user_id: person.id, fields: ['role', 'skills'] }] } });
    await open(page, SUPERVISOR, '?view=reconciliation');
    await page.locator('[data-finding=differing]').getByRole('link', { name: person.name }).waitFor();
    assert.equal(await page.locator('[data-start], [data-about]').count(), 0);
  }),
);

test(
  'while it runs its progress is shown, and the end is said',
  inBrowser(async (page) => {
    let reads = 0;
    await page.route(LATEST, (route) => {
      reads += 1;
      const running = { state: 'running', finished_at: null, workers: 400, left: 7 };
      return route.fulfill({ json: reads < 2 ? { ...REPORT, ...running } : REPORT });
    });
    await open(page, OWNER, '?view=reconciliation');
    await page.getByText('400 workers read, 7 findings still to be applied.').waitFor();
    await isAccessible(page, 'progress');
    await page.locator('[data-live]').getByText('Done').waitFor();
  }),
);

test(
  'one that was stopped says why, and is applied only once it is confirmed',
  inBrowser(
    async (page) => {
      const brake = {
        reason: 'many_rewrites',
        users: 60,
        workers: 60,
        of: 500,
        detail: '60 of 500 workers would be rewritten.',
      };
      await report(page, { state: 'braked', brake });
      const sent = [];
      await page.route(/\/reconciliations$/, (route) => {
        sent.push(route.request().postDataJSON());
        if (sent.length === 1) return route.fulfill(gateway(500, 'Internal Server Error'));
        return route.fulfill({ status: 202, json: { ...REPORT, state: 'queued', finished_at: null } });
      });
      await open(page, OWNER, '?view=reconciliation');
      await page.getByText('60 of 500 workers would be rewritten.').waitFor();
      await isAccessible(page, 'a brake');
      await button(page, 'Apply all the same').click();
      const question = page.getByRole('group', { name: 'Apply what was stopped?' });
      await focusIsOn(question);
      await isAccessible(page, 'a brake, confirmed?');
      await page.keyboard.press('Escape');
      await focusIsOn(button(page, 'Apply all the same'));
      await button(page, 'Apply all the same').click();
      await button(question, 'Apply all the same').click();
      await question.getByText('It is not known whether it was done.').waitFor();
      await button(question, 'Try again').click();
      await question.waitFor({ state: 'detached' });
      assert.deepEqual(sent.at(-1), { confirm: REPORT.reconciliation_id });
    },
    { faults: true },
  ),
);

test(
  'rule 24: what others have changed is adopted or reverted, with what it means said before',
  inBrowser(
    async (page) => {
      const person = await newcomer();
      const other = await newcomer();
      await report(page, {
        differing: { count: 1, first: [{ user_id: person.id, fields: ['role', 'skills'] }] },
        contested: { count: 1, first: [other.id] },
      });
      await open(page, ADMIN, '?view=reconciliation');
      const found = page.locator(`[data-found="${person.id}"]`);
      await found.getByRole('link', { name: person.name }).waitFor();
      await isAccessible(page, 'findings');
      await found.getByText('The directory says: Agent.').waitFor();
      await found.getByText('The directory says: None.').waitFor();
      assert.deepEqual(
        await found.getByLabel('Role that the worker shows').locator('option').allTextContents(),
        ['Choose…', 'Agent', 'Supervisor', 'System admin'],
        'rule 4: admins make no account owner',
      );
      const adopts = found.getByRole('button', { name: `Adopt ${person.name}` });
      const reverts = found.getByRole('button', { name: `Revert ${person.name}` });
      await adopts.nth(1).click();
      const question = page.getByRole('group', { name: `Adopt what TaskRouter shows of ${person.name}?` });
      await question.getByText('are assigned to them here').waitFor();
      await isAccessible(page, 'adopt?');
      await button(question, `Adopt ${person.name}`).click();
      await question.getByText('There is nothing to decide.').waitFor();
      await button(question, 'Cancel').click();
      await focusIsOn(adopts.nth(1));
      await found.getByLabel('Role that the worker shows').selectOption('Supervisor');
      await adopts.nth(0).click();
      await button(question, `Adopt ${person.name}`).click();
      await question.getByRole('alert').waitFor();
      assert.equal((await get(`/users/${person.id}`, await tokenOf(OWNER))).role, 'agent');
      await button(question, 'Cancel').click();
      assert.equal(
        await found.getByLabel('Role that the worker shows').inputValue(),
        'supervisor',
        'what was chosen is kept',
      );
      await reverts.nth(0).click();
      const revert = page.getByRole('group', { name: `Revert what others have changed of ${person.name}?` });
      await revert.getByText('written to TaskRouter again').waitFor();
      await button(revert, `Revert ${person.name}`).click();
      await revert.waitFor({ state: 'detached' });
      await focusIsOn(found.getByRole('link', { name: person.name }));
    },
    { faults: true },
  ),
);

test(
  'who is refused by TaskRouter can be tried again',
  inBrowser(async (page) => {
    const person = await newcomer();
    await report(page, { failed: { count: 1, first: [person.id] } });
    await page.route(new RegExp(`/users/${person.id}$`), async (route) => {
      const user = await (await route.fetch()).json();
      const sync = { state: 'failed', since: REPORT.started_at, reason: 'refused', detail: 'Twilio refuses it.' };
      await route.fulfill({ json: { ...user, sync } });
    });
    await open(page, SUPERVISOR, '?view=reconciliation');
    const found = page.locator(`[data-found="${person.id}"]`);
    await found.getByText('Twilio refuses it.').waitFor();
    await button(found, 'Try again').click();
    await found.getByText('Twilio refuses it.').waitFor({ state: 'detached' });
  }),
);

test(
  'whatever the API answers when one is started, it is said, and one can try again',
  inBrowser(
    async (page) => {
      await report(page, {});
      const api = await answering(page, /\/reconciliations$/);
      await open(page, OWNER, '?view=reconciliation');
      const running = [problemOf(409, 'reconciliation-running'), 'A reconciliation is running already.'];
      const send = () => button(page, 'Start a reconciliation').click();
      await throughFaults(page, api, send, (said) => isAccessible(page, said), [...FAULTS, running]);
    },
    { faults: true },
  ),
);

test(
  'a report that cannot be read says so, and can be tried again',
  inBrowser(
    async (page) => {
      await page.route(LATEST, (route) => route.fulfill(gateway(503, 'Service Unavailable')));
      await open(page, OWNER, '?view=reconciliation');
      await page.getByText('The directory is very busy at the moment.').waitFor();
      await page.unroute(LATEST);
      await report(page, {});
      await button(page, 'Try again').click();
      await page.getByText('Nothing differs.').waitFor();
    },
    { faults: true },
  ),
);
