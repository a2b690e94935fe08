// The history of a person, how far they are carried over, and the receipt of a change that is not.
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  ADMIN,
  OWNER,
  SIMULATOR,
  call,
  eventually,
  focusIsOn,
  get,
  inBrowser,
  isAccessible,
  newcomer,
  open,
  spoken,
  tokenOf,
} from './browser.mjs';
import { REPORT } from './answers.mjs';
import { SUPPORT, openPanel, openTab, team, userOf, withUser } from './panel.mjs';

const SINCE = '2026-11-22T09:17:20.460Z';
const simulate = (path, body) => fetch(`${SIMULATOR}${path}`, { method: 'POST', body: JSON.stringify(body) });
const record = (panel, text) => panel.locator('ol.history > li').filter({ hasText: text });

test(
  'rule 31: the history says who did what when, before and after',
  inBrowser(async (page) => {
    const person = await newcomer(['agent'], { routing: { skills: ['English'], levels: { English: 95 } } });
    const admin = await tokenOf(ADMIN);
    await call('PATCH', `/users/${person.id}`, admin, { role: 'supervisor', teams: [SUPPORT] });
    await call('PUT', `/users/${person.id}/skills/English`, await tokenOf(OWNER), { level: 60 });
    await call('POST', `/users/${person.id}/deactivate`, admin);
    const panel = await openPanel(page, OWNER, person, `?status=all&q=${encodeURIComponent(person.name)}`);
    await panel.getByRole('tab', { name: 'History' }).click();
    await record(panel, 'Adam Admin deactivated this person').getByText('Status: Active → Deactivated').waitFor();
    const edit = record(panel, 'Joined Support');
    await edit.getByText('Adam Admin changed this person').waitFor();
    await edit.getByText('Role: Agent → Supervisor').waitFor();
    await record(panel, 'English 95 → 60').getByText('You changed this person').waitFor();
    await record(panel, 'taken over unchanged').getByText('English added, 95').waitFor();
    await panel.getByText('This is where it begins.').waitFor();
    const times = await panel.locator('ol.history time').evaluateAll((all) => all.map((time) => time.dateTime));
    assert.deepEqual(times, [...times].sort().reverse(), 'newest first');
    await isAccessible(page, 'history');
  }),
);

test(
  'rule 24: what others change in TaskRouter stands in the history with their tool, and as reverted',
  inBrowser(async (page) => {
    const person = await newcomer(['agent'], {
      routing: { skills: ['English', 'French'], levels: { English: 95, French: 50 } },
    });
    await call('PUT', `/users/${person.id}/skills/English`, await tokenOf(OWNER), { level: 60 });
    await eventually(async () => (await userOf(person)).sync.state === 'synced', 'carried over');
    const { worker } = await userOf(person);
    await simulate('/sim/skills-panel', { worker_sid: worker.sid, skills: ['English'] });
    const records = async () => (await get(`/users/${person.id}/history`, await tokenOf(OWNER))).items;
    await eventually(async () => (await records())[0].action === 'drift', 'it is reverted');
    const panel = await openTab(page, OWNER, person, 'History');
    const drift = record(panel, 'French removed');
    await drift.getByText(/^Another writer changed this in Flex or the Twilio Console; reverted at/).waitFor();
    await drift.getByText(/^US[0-9a-f]{32}$/).waitFor();
  }),
);

test(
  'what has changed since is taken back by a plan, as one chooses; a role too',
  inBrowser(async (page) => {
    const person = await newcomer(['agent'], { routing: { skills: ['English'], levels: { English: 95 } } });
    const owner = await tokenOf(OWNER);
    await call('PUT', `/users/${person.id}/skills/English`, owner, { level: 60 });
    await call('PUT', `/users/${person.id}/skills/English`, owner, { level: 70 });
    await call('PATCH', `/users/${person.id}`, owner, { role: 'supervisor' });
    // The owner has other plans made at the same time, and each user has one at work.
    const panel = await openTab(page, ADMIN, person, 'History');
    const ofRole = record(panel, 'Role: Agent → Supervisor');
    await ofRole.getByRole('button', { name: /^Plan to undo the change of / }).waitFor();
    await isAccessible(page, 'a history with plans to undo');
    await record(panel, 'English 95 → 60')
      .getByRole('button', { name: /^Plan to undo/ })
      .click();
    await page.getByRole('heading', { name: 'Undo of a change of one person' }).waitFor();
    await page.getByText('Changed again since: English: 60 → 70').waitFor();
    await page.getByLabel('Take it back too').check();
    await page.getByRole('button', { name: 'Plan again' }).click();
    await page.getByRole('button', { name: 'Apply to 1 person' }).click();
    await page.locator('[data-stage=ended]').getByText('1 person changed.').waitFor();
    assert.deepEqual(
      (await userOf(person)).assigned_skills.map(({ level }) => level),
      [95],
    );
  }),
);

test(
  'a long history goes on while one scrolls',
  inBrowser(async (page) => {
    const person = await newcomer();
    const owner = await tokenOf(OWNER);
    for (let level = 1; level <= 30; level += 1)
      await call('PUT', `/users/${person.id}/skills/English`, owner, { level });
    const panel = await openTab(page, OWNER, person, 'History');
    await record(panel, 'English 29 → 30').waitFor();
    await eventually(async () => {
      await panel.evaluate((found) => found.scrollTo(0, found.scrollHeight));
      return (await panel.getByText('This is where it begins.').count()) === 1;
    }, 'the end is reached');
    assert.equal(await panel.locator('ol.history > li').count(), 31);
  }),
);

test(
  'a change that TaskRouter refuses is said to be saved only, with the reason, and can be tried again',
  inBrowser(async (page) => {
    const person = await newcomer();
    const { worker } = await userOf(person);
    const panel = await openPanel(page, OWNER, person);
    await simulate('/sim/faults', { rest: { method: 'POST', path: `*/Workers/${worker.sid}`, status: 400 } });
    try {
      await team(panel, 'Support').check();
      await panel.getByRole('button', { name: 'Save changes' }).click();
      const receipt = panel.getByRole('group', { name: 'What became of the change' });
      await receipt.getByText('Saved, not in TaskRouter: Failed').waitFor();
      await receipt.getByText('TaskRouter refuses the change of this worker.').waitFor();
      await isAccessible(page, 'saved, not carried over');
    } finally {
      await fetch(`${SIMULATOR}/sim/faults`, { method: 'DELETE' });
    }
    await panel.getByRole('tab', { name: 'Sync' }).click();
    const sync = panel.getByRole('tabpanel', { name: 'Sync' });
    await sync.getByText('Failed').waitFor();
    await sync.getByText(/since /).waitFor();
    await isAccessible(page, 'sync failed');
    await sync.getByRole('button', { name: 'Try again' }).dblclick();
    await sync.getByText('TaskRouter has everything that is decided here.').waitFor();
    await eventually(async () => (await spoken(page).textContent()).includes('Live in TaskRouter'), 'it is said');
    assert.equal((await userOf(person)).sync.state, 'synced');
  }),
);

for (const [state, more, words] of [
  ['pending', { reason: 'twilio_unavailable' }, 'Twilio could not be reached.'],
  ['contested', { contested: ['skills'] }, 'They are written at each reconciliation only.'],
  ['pending', { waits_for_tasks: 2 }, 'The worker is removed when its 2 tasks are done.'],
]) {
  test(
    `sync: ${state}, ${Object.keys(more)}: since when, why, and what can be done`,
    inBrowser(async (page) => {
      const person = await newcomer();
      await withUser(page, person, () => ({ sync: { state, since: SINCE, ...more } }));
      const panel = await openTab(page, OWNER, person, 'Sync');
      await panel.getByText(words).waitFor();
      await panel.getByText(/since Nov 22, 2026/).waitFor();
      await panel.getByRole('button', { name: 'Try again' }).waitFor();
      await isAccessible(page, `sync ${state}`);
    }),
  );
}

test(
  'a person before their first login has no worker, and the receipt says from when on it counts',
  inBrowser(async (page) => {
    const person = await newcomer();
    await withUser(page, person, () => ({ worker: null }));
    const panel = await openPanel(page, OWNER, person);
    await panel.getByText('No worker in TaskRouter').waitFor();
    await team(panel, 'Support').check();
    await panel.getByRole('button', { name: 'Save changes' }).click();
    await panel.getByText('It counts in TaskRouter from their next login on.').waitFor();
  }),
);

test(
  'rule 24: what others have written is adopted for a user whom TaskRouter refuses to change back',
  inBrowser(async (page) => {
    const person = await newcomer(['agent'], { routing: { skills: ['English'], levels: { English: 95 } } });
    const { worker } = await userOf(person);
    await call('PUT', `/users/${person.id}/skills/English`, await tokenOf(OWNER), { level: 60 });
    await eventually(async () => (await userOf(person)).sync.state === 'synced', 'carried over');
    await simulate('/sim/faults', { rest: { method: 'POST', path: `*/Workers/${worker.sid}`, status: 400 } });
    try {
      await simulate('/sim/skills-panel', { worker_sid: worker.sid, skills: ['English', 'French'] });
      await eventually(async () => (await userOf(person)).sync.state === 'failed', 'it is not reverted');
      const differing = { count: 1, first: [{ user_id: person.id, fields: ['skills'] }] };
      await page.route(/\/reconciliations\/latest$/, (route) => route.fulfill({ json: { ...REPORT, differing } }));
      await open(page, ADMIN, '?view=reconciliation');
      const found = page.locator(`[data-found="${person.id}"]`);
      await found.getByRole('button', { name: `Adopt ${person.name}` }).click();
      const question = page.getByRole('group', { name: `Adopt what TaskRouter shows of ${person.name}?` });
      await question.getByRole('button', { name: `Adopt ${person.name}` }).click();
      await question.waitFor({ state: 'detached' });
      await focusIsOn(found.getByRole('link', { name: person.name }));
      await eventually(async () => (await spoken(page).textContent()).includes('It is decided'), 'it is said');
      const { assigned_skills: skills } = await userOf(person);
      assert.deepEqual(skills.map(({ skill }) => skill).sort(), ['English', 'French']);
    } finally {
      await fetch(`${SIMULATOR}/sim/faults`, { method: 'DELETE' });
    }
  }),
);
