// Changes of many users: planned, looked at, applied, undone; end to end, and where something is refused or cancelled.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import {
  API,
  OWNER,
  SUPERVISOR,
  call,
  eventually,
  focusIsOn,
  get,
  hasFocus,
  inBrowser,
  isAccessible,
  newcomer,
  openList,
  problemOf,
  rows,
  spoken,
  tokenOf,
} from './browser.mjs';
import { button } from './answers.mjs';
import { bar, company, levels, openTeam, openTeamInGerman, part, planLevel, selectAll, stage } from './bulk.mjs';

test(
  'a level of a team is raised by a plan, and taken back',
  inBrowser(
    async (page) => {
      const sales = await company(3, 5);
      await openTeam(page, SUPERVISOR, sales);
      await planLevel(page, 50);
      await focusIsOn(page.getByRole('heading', { name: 'Change of many people' }));
      assert.deepEqual(await levels(sales), [5, 5, 5], 'a plan changes nothing');
      await part(page, 'changed').getByText('English: 5 → 50').nth(2).waitFor();
      assert.equal(await page.locator('[data-count-of=changed]').textContent(), '3');
      const groups = part(page, 'changed').locator('[data-groups]');
      assert.equal(await groups.innerText(), 'English: 5 → 50\n3 people');
      await isAccessible(page, 'a plan');
      const download = page.waitForEvent('download');
      await button(page, 'The plan as CSV').click();
      assert.match(readFileSync(await (await download).path(), 'utf8'), /English/);

      await button(page, 'Apply to 3 people').click();
      await stage(page, 'ended').getByText('3 people changed.').waitFor();
      await spoken(page).getByText('3 people changed.').waitFor({ state: 'attached' });
      await part(page, 'changed').getByText('English: 5 → 50').nth(2).waitFor();
      assert.deepEqual(await levels(sales), [50, 50, 50]);
      await isAccessible(page, 'results');

      await button(page, 'Undo').click();
      await page.getByRole('heading', { name: 'Undo of a change of many people' }).waitFor();
      await part(page, 'changed').getByText('English: 50 → 5').nth(2).waitFor();
      await isAccessible(page, 'the plan of an undo');
      await button(page, 'Apply to 3 people').click();
      await stage(page, 'ended').getByText('3 people changed.').waitFor();
      assert.deepEqual(await levels(sales), [5, 5, 5]);
      await page.getByRole('link', { name: 'Back to the list' }).click();
      await rows(page).nth(2).waitFor();
      assert.equal(await bar(page).count(), 0, 'what was applied is selected no more');
    },
    { acceptDownloads: true },
  ),
);

test(
  'what has changed since an applied change is shown by its undo, and kept or taken back as one chooses',
  inBrowser(async (page) => {
    const sales = await company(2, 5);
    await openTeam(page, OWNER, sales);
    await planLevel(page, 50);
    await button(page, 'Apply to 2 people').click();
    await stage(page, 'ended').waitFor();
    const [changed] = sales.people;
    await call('PUT', `/users/${changed.id}/skills/English`, await tokenOf(OWNER), { level: 70 });
    await button(page, 'Undo').click();
    await page.getByText('Changed again since: English: 50 → 70').waitFor();
    await button(page, 'Apply to 1 person').waitFor();
    await page.getByLabel('Take it back too').check();
    await button(page, 'Plan again').click();
    await button(page, 'Apply to 2 people').click();
    await stage(page, 'ended').getByText('2 people changed.').waitFor();
    assert.deepEqual(await levels(sales), [5, 5]);
  }),
);

test(
  'who is refused stands first, with the reason, and what is shown can be filtered',
  inBrowser(async (page) => {
    const support = await company(1, 5, ['supervisor']);
    await company(1, 5, ['agent'], support);
    await openTeam(page, OWNER, support);
    await selectAll(page);
    await button(bar(page), 'Act as agent').click();
    await page.locator('#bulk-acts').selectOption('On: they receive tasks');
    await button(page, 'Plan').click();
    await part(page, 'refused').getByText('Agents always receive tasks.').waitFor();
    await part(page, 'changed').getByText('acts as agent', { exact: true }).waitFor();
    const outcomes = await page.locator('[data-outcome]').evaluateAll((all) => all.map((one) => one.dataset.outcome));
    assert.deepEqual(outcomes, ['refused', 'changed']);
    await isAccessible(page, 'a plan that refuses');
    await page.getByLabel('Show', { exact: true }).selectOption('Changes');
    await part(page, 'refused').waitFor({ state: 'detached' });
    await part(page, 'changed').waitFor();
  }),
);

test(
  'no success is said over a failure',
  inBrowser(async (page) => {
    const sales = await company(2, 5);
    await openTeam(page, OWNER, sales);
    await planLevel(page, 50);
    const [deleted, other] = sales.people;
    await remove(deleted);
    await button(page, 'Apply to 2 people').click();
    await page.getByRole('alert').getByText('1 person of 2 could not be changed. 1 person changed.').waitFor();
    assert.equal(await page.locator('.outcome').count(), 0);
    const refused = page.locator(`[data-outcome=refused] [data-line="${deleted.id}"]`);
    await refused.getByText('This person is deleted in the meantime.').waitFor();
    assert.deepEqual(await levels({ people: [other] }), [50]);
    await isAccessible(page, 'results with a failure');
  }),
);

async function remove({ id }) {
  const { version } = await get(`/users/${id}`, await tokenOf(OWNER));
  const headers = { authorization: `Bearer ${await tokenOf(OWNER)}`, 'if-match': `"${version}"` };
  const response = await fetch(`${API}/users/${id}`, { method: 'DELETE', headers });
  assert.ok(response.ok, `deleted: ${response.status}`);
}

/** Answers about the job, with something of it changed. */
const withJob = (page, change) =>
  page.route(/\/jobs\/[^/]+$/, async (route) => {
    const job = await (await route.fetch()).json();
    return route.fulfill({ json: { ...job, ...change(job) } });
  });

test(
  'where many would be deactivated, their number has to be typed',
  inBrowser(async (page) => {
    const sales = await company(1, 5);
    const remarks = ['end-access-and-billing', 'queues-without-skills'].map((code) => ({ code, detail: '' }));
    await withJob(page, ({ plan }) => plan && { plan: { ...plan, drastic: 1200, must_confirm: true, remarks } });
    await openTeam(page, OWNER, sales);
    await planLevel(page, 50);
    const said = await page.locator('[data-remarks]').innerText();
    assert.match(said, /End their access at the identity provider[^]*Queues that ask for no skill/, 'rules 11 and 12');
    const sent = [];
    await page.route(/\/apply$/, (route) => {
      sent.push(JSON.parse(route.request().postData()));
      return route.fallback();
    });
    const field = page.getByLabel('Type 1,200 to confirm');
    await page.getByText('1,200 people would be deactivated').waitFor();
    for (const wrong of ['', '120']) {
      await field.fill(wrong);
      await button(page, 'Apply to 1 person').click();
      await focusIsOn(field);
      assert.equal(await field.getAttribute('aria-invalid'), 'true');
    }
    assert.deepEqual(sent, []);
    await isAccessible(page, 'a wrong number');
    await field.fill('1,200');
    await button(page, 'Apply to 1 person').click();
    await stage(page, 'ended').waitFor();
    assert.equal(await page.locator('[data-remarks]').innerText(), said, 'they are still to be read when it is done');
    assert.deepEqual(
      sent.map(({ confirm }) => confirm),
      [1200],
    );
  }),
);

test(
  'a plan is discarded, and the selection is still there',
  inBrowser(async (page) => {
    const sales = await company(2, 5);
    await openTeam(page, OWNER, sales);
    await planLevel(page, 50);
    await button(page, 'Discard the plan').click();
    await stage(page, 'discarded').getByText('The plan is discarded. Nothing has been changed.').waitFor();
    assert.equal(await button(page, 'Apply to 2 people').count(), 0);
    await page.getByRole('link', { name: 'Back to the list' }).click();
    await bar(page).getByText('2 people selected').waitFor();
    assert.deepEqual(await levels(sales), [5, 5]);
  }),
);

test(
  'while it is applied it says how far it is, can be cancelled, and is found again from the list',
  inBrowser(async (page) => {
    const sales = await company(2, 5);
    await openTeam(page, OWNER, sales);
    await planLevel(page, 50);
    let isSlow = true;
    let applied;
    await withJob(page, (job) => {
      applied ||= job.phase === 'apply';
      return applied && isSlow ? { state: 'running', done: 1, total: 2 } : {};
    });
    await page.route(/\/cancel$/, async (route) => {
      isSlow = false;
      await withJob(page, (job) => ({ ...job, state: 'cancelled', done: 1, total: 2 }));
      return route.fulfill({ json: { ...(await job(page)), state: 'cancelled' } });
    });
    await button(page, 'Apply to 2 people').click();
    await stage(page, 'work').getByText('1 of 2 people done').waitFor();
    await page.getByText('Who is changed already stays changed').waitFor();
    await isAccessible(page, 'at work');
    await page.getByRole('navigation').getByRole('link', { name: 'Users', exact: true }).click();
    await page.locator('[data-bulk]').getByText('A change of many people: 1 of 2 done.').waitFor();
    await isAccessible(page, 'the list while a change is at work');
    await page.locator('[data-bulk]').getByRole('link', { name: 'Show it' }).click();
    await button(page, 'Cancel the change').click();
    await stage(page, 'ended').getByText('Cancelled. At least 1 of 2 people were done by then').waitFor();
    await part(page, 'changed').getByText('English: 5 → 50').nth(1).waitFor();
    await isAccessible(page, 'cancelled');
  }),
);

const job = async (page) => {
  const id = new URL(page.url()).searchParams.get('item');
  const headers = { authorization: `Bearer ${await tokenOf(OWNER)}` };
  return (await fetch(`${API}/jobs/${id}`, { headers })).json();
};

test(
  'a plan that is older than an hour is not applied, and planned again',
  inBrowser(async (page) => {
    const sales = await company(1, 5);
    const old = new Date(Date.now() - 60_000).toISOString();
    await withJob(page, ({ plan }) => plan && { plan: { ...plan, usable_until: old } });
    await openTeam(page, OWNER, sales);
    await planLevel(page, 50);
    await page.getByText('can no longer be applied').waitFor();
    assert.equal(await page.locator('[data-apply]').count(), 0);
    const before = page.url();
    await page.unroute(/\/jobs\/[^/]+$/);
    await button(page, 'Plan again').click();
    await button(page, 'Apply to 1 person').waitFor();
    assert.notEqual(page.url(), before);
  }),
);

test(
  'a plan that was applied elsewhere shows its results; opened again by its address it is the same',
  inBrowser(
    async (page) => {
      const sales = await company(1, 5);
      await openTeam(page, OWNER, sales);
      await planLevel(page, 50);
      const { job_id, plan } = await job(page);
      await call('POST', `/jobs/${job_id}/apply`, await tokenOf(OWNER), { plan: plan.hash });
      await eventually(async () => (await job(page)).state === 'done', 'it is applied');
      await button(page, 'Apply to 1 person').click();
      await stage(page, 'ended').getByText('1 person changed.').waitFor();
      await page.reload();
      await page.getByLabel('Who are you?').selectOption(OWNER);
      await button(page, 'Continue').click();
      await stage(page, 'ended').getByText('1 person changed.').waitFor();
    },
    { faults: true },
  ),
);

test(
  'after a lost answer the same is planned once',
  inBrowser(
    async (page) => {
      const sales = await company(1, 5);
      await openTeam(page, OWNER, sales);
      const keys = [];
      await page.route(/\/bulk$/, async (route) => {
        keys.push(route.request().headers()['idempotency-key']);
        const response = await route.fetch();
        return keys.length === 1 ? route.abort() : route.fulfill({ response });
      });
      await selectAll(page);
      await button(bar(page), 'Remove from team').click();
      await page.getByLabel('Team', { exact: true }).last().selectOption(sales.team.name);
      await button(page, 'Plan').click();
      await page.getByRole('alert').getByText('The directory cannot be reached.').waitFor();
      await button(page, 'Try again').click();
      await part(page, 'changed').getByText(`leaves ${sales.team.name}`).waitFor();
      assert.equal(keys[0], keys[1]);
    },
    { faults: true },
  ),
);

test(
  'all that match are sent as the query of the list, and another job at work is pointed to',
  inBrowser(
    async (page) => {
      const running = '5b1b3c3e-0d63-4c1c-9a55-6e5b8c1f0a11';
      await openList(page, OWNER, '?role=agent');
      let body;
      await page.route(/\/bulk$/, (route) => {
        body = JSON.parse(route.request().postData());
        return route.fulfill(problemOf(409, 'bulk-running', `The job ${running} is still at work.`));
      });
      await selectAll(page);
      await button(bar(page), 'Select all that match').click();
      await button(bar(page), 'Deactivate').click();
      await button(page, 'Plan').click();
      await page.getByRole('alert').getByText('Another change of many people of yours is still at work.').waitFor();
      const expected = { users: { query: { status: 'active', role: 'agent' } }, change: { status: 'deactivated' } };
      assert.deepEqual(body, expected);
      await page.getByRole('link', { name: 'Show the one at work' }).click();
      assert.equal(new URL(page.url()).searchParams.get('item'), running);
      await page.getByRole('alert').getByText('This is no longer there.').waitFor();
    },
    { faults: true },
  ),
);

test(
  'a long plan is shown page by page',
  inBrowser(async (page) => {
    await openList(page, OWNER, '?role=agent');
    await selectAll(page);
    await button(bar(page), 'Select all that match').click();
    await button(bar(page), 'Reactivate').click();
    await button(page, 'Plan').click();
    const unchanged = part(page, 'unchanged');
    await unchanged.getByText('50 shown, more exist').waitFor();
    await page.getByText('This plan changes nothing.').waitFor();
    assert.equal(await page.locator('[data-apply]').count(), 0);
    await button(unchanged, 'Show more').click();
    await eventually(async () => (await unchanged.locator('[data-line]').count()) === 100, 'the next page is there');
    await button(page, 'Discard the plan').click();
    await stage(page, 'discarded').waitFor();
  }),
);

test(
  'a caller who is demoted after the plan changes no user',
  inBrowser(
    async (page) => {
      const sales = await company(1, 5);
      const demoted = await newcomer(['supervisor']);
      await openTeam(page, demoted.identity, sales);
      await planLevel(page, 50);
      await call('PATCH', `/users/${demoted.id}`, await tokenOf(OWNER), { role: 'agent' });
      await button(page, 'Apply to 1 person').click();
      await page.getByRole('alert').getByText('Agents do not use the directory.').waitFor();
      await page.getByText('Nothing has been changed.', { exact: false }).last().waitFor();
      assert.deepEqual(await levels(sales), [5]);
    },
    { faults: true },
  ),
);

test(
  'a form asks before it is left, Esc closes it, and the focus returns to what opened it',
  inBrowser(async (page) => {
    await openList(page, OWNER, '?q=person00');
    await selectAll(page);
    await button(bar(page), 'Role').click();
    await focusIsOn(page.locator('#bulk-role'));
    await page.locator('#bulk-role').selectOption('Supervisor');
    await isAccessible(page, 'a form of the bar');
    await page.getByRole('navigation').getByRole('link', { name: 'Teams', exact: true }).click();
    await button(page, 'Keep editing').click();
    await focusIsOn(page.locator('#bulk-role'));
    await page.keyboard.press('Escape');
    await focusIsOn(button(bar(page), 'Role'));
  }),
);

test(
  'in German, with the keyboard alone: selected, planned, applied',
  inBrowser(
    async (page) => {
      const sales = await company(1, 5);
      await openTeamInGerman(page, OWNER, sales);
      await page.getByLabel('Alle angezeigten auswählen').focus();
      await page.keyboard.press('Space');
      await page.getByText('1 Person ausgewählt').first().waitFor();
      await tabTo(page, button(page, 'Skill entfernen'), 'Shift+Tab');
      await page.keyboard.press('Enter');
      await focusIsOn(page.locator('#bulk-skill'));
      await page.keyboard.type('English');
      await tabTo(page, button(page, 'Planen'));
      await page.keyboard.press('Enter');
      await part(page, 'changed').getByText('English wird entfernt, war 5').waitFor();
      await isAccessible(page, 'a plan in German');
      await tabTo(page, button(page, 'Bei 1 Person ausführen'));
      await page.keyboard.press('Enter');
      await stage(page, 'ended').getByText('1 Person geändert.').waitFor();
      assert.deepEqual(await levels(sales), [undefined]);
    },
    { locale: 'de-DE', viewport: { width: 400, height: 800 }, colorScheme: 'dark' },
  ),
);

/** Presses Tab until this has the focus. */
async function tabTo(page, locator, key = 'Tab') {
  for (let presses = 0; presses < 60; presses += 1) {
    if ((await locator.count()) > 0 && (await hasFocus(locator))) return;
    await page.keyboard.press(key);
  }
  assert.fail(`${key} does not lead to ${locator}`);
}
