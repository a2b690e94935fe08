// `make screenshots`: the main pages, light and dark, as docs/manage-users.md and README.md show them.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import {
  ADMIN,
  OWNER,
  SIMULATOR,
  SUPERVISOR,
  call,
  eventually,
  get,
  inBrowser,
  newcomer,
  open,
  openList,
  row,
  rows,
  tokenOf,
} from './browser.mjs';
import { button } from './answers.mjs';
import { openTeam, part, planLevel } from './bulk.mjs';
import { openPlugin } from './flex.mjs';
import { SALES, openPanel, openTab, team, userOf } from './panel.mjs';

const FOLDER = 'docs/screenshots';
const QUALITY = 80;
const VIEWPORT = { width: 1280, height: 840 };

/** Times and SIDs differ from run to run. What is shown of them does not, so that only changes of the page show. */
const NEWEST = Date.parse('2026-11-26T14:20:00.000Z');
const STEP_MS = 60_000;
const TIMES = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g;

/** Moves the times of an answer to fixed ones, in the same order, and gives every worker the same SID. */
function fixed(text) {
  const times = [...new Set(text.match(TIMES))].sort().reverse();
  const time = (was) => new Date(NEWEST - times.indexOf(was) * STEP_MS).toISOString();
  return text.replace(TIMES, time).replace(/WK[0-9a-f]{32}/g, `WK${'0'.repeat(32)}`);
}

async function fixAnswers(page) {
  await page.route(/\/(history|reconciliations\/latest)(\?|$)/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: fixed(await response.text()) });
  });
}

const simulate = (method, path, body) => fetch(`${SIMULATOR}${path}`, { method, body: body && JSON.stringify(body) });

/** A user with skills of their own and of a team, and a history. */
async function mary() {
  const english = { routing: { skills: ['English'], levels: { English: 80 } } };
  const person = await newcomer(['agent'], english, 'Mary Somerville');
  await call('PATCH', `/users/${person.id}`, await tokenOf(ADMIN), { teams: [SALES] });
  await call('PUT', `/users/${person.id}/skills/French`, await tokenOf(SUPERVISOR), { level: 65 });
  await synced(person);
  const { worker } = await userOf(person);
  await simulate('POST', '/sim/skills-panel', { worker_sid: worker.sid, skills: ['English', 'Sales'] });
  const records = async () => (await get(`/users/${person.id}/history`, await tokenOf(OWNER))).items;
  await eventually(async () => (await records())[0].action === 'drift', 'what Flex’s page removed is there again');
  await synced(person);
  return person;
}

const synced = (person) => eventually(async () => (await userOf(person)).sync.state === 'synced', 'it is carried over');

/** A user with skills that another tool has changed without the directory's being told. */
async function changedElsewhere() {
  const english = { routing: { skills: ['English'], levels: { English: 80 } } };
  const person = await newcomer(['agent'], english, 'Emmy Noether');
  await call('PUT', `/users/${person.id}/skills/German`, await tokenOf(ADMIN), { level: 90 });
  await synced(person);
  const { worker } = await userOf(person);
  await simulate('POST', '/sim/faults', { callbacks: { drop: 1 } });
  try {
    await simulate('POST', '/sim/skills-panel', { worker_sid: worker.sid, skills: ['English'] });
  } finally {
    await simulate('DELETE', '/sim/faults');
  }
  return person;
}

/** A team with one member: members come in the order of their ids, which differ from run to run. */
async function teamOf(person) {
  const admin = await tokenOf(ADMIN);
  const { team_id: id } = await call('POST', '/teams', admin, { name: 'Night shift' });
  await call('PUT', `/teams/${id}/skills/English`, admin, { level: 70 });
  await call('PUT', `/teams/${id}/skills/Onboarding`, admin, {});
  await call('PATCH', `/users/${person.id}`, admin, { teams: [id] });
  await synced(person);
  return id;
}

const PEOPLE = {};
let TEAM;
test('the demo people', async () => {
  const admin = await tokenOf(ADMIN);
  await eventually(async () => (await get('/users?sync=pending', admin)).items.length === 0, 'all are carried over');
  PEOPLE.mary = await mary();
  TEAM = await teamOf(await newcomer(['agent'], {}, 'Caroline Herschel'));
  // The first takes in what the demo logins have left, the second shows what is changed after it.
  await reconcile(admin);
  await changedElsewhere();
  await reconcile(admin);
});

async function reconcile(admin) {
  const { reconciliation_id: id } = await call('POST', '/reconciliations', admin, {});
  const latest = async () => get('/reconciliations/latest', admin);
  await eventually(async () => {
    const { reconciliation_id, state } = await latest();
    return reconciliation_id === id && state === 'done';
  }, 'the reconciliation is done');
}

const SHOTS = {
  list: async (page) => {
    await openList(page, OWNER);
    await rows(page).nth(3).hover();
    await page.locator('.sync .chip').first().waitFor();
  },
  'edit-user': async (page) => {
    const panel = await openPanel(page, OWNER, PEOPLE.mary, '?q=mar');
    await team(panel, 'Support').check();
    await panel.getByText('Onboarding is new').waitFor();
    await page.mouse.move(0, 0);
  },
  'assigned-skills': async (page) => {
    const panel = await openTab(page, OWNER, PEOPLE.mary, 'Assigned skills');
    await button(panel, 'Assign skills').click();
    const form = panel.getByRole('form', { name: 'Assign skills' });
    await form.getByLabel('Skill set').selectOption('Languages');
    await form.getByLabel('Skill', { exact: true }).selectOption('German');
    await form.getByLabel('Level of German as a number').fill('75');
    await form.getByText('German is new: 75').waitFor();
  },
  plan: async (page) => {
    // When it ends differs from run to run.
    await page.route(/\/jobs\/[^/]+$/, async (route) => {
      const { plan, ...job } = await (await route.fetch()).json();
      const shown = plan && { plan: { ...plan, usable_until: '2036-11-26T15:20:00.000Z' } };
      return route.fulfill({ json: { ...job, ...shown } });
    });
    // Users who are selected one by one come in the order of their ids, which differ from run to run.
    await page.route(/\/plan\?/, async (route) => {
      const lines = await (await route.fetch()).json();
      lines.items.sort((a, b) => a.name.localeCompare(b.name));
      return route.fulfill({ json: lines });
    });
    await openTeam(page, OWNER, { team: { team_id: SALES } });
    await planLevel(page, 80);
    await part(page, 'changed').locator('[data-line]').first().waitFor();
    await page.mouse.move(0, 0);
  },
  history: async (page) => {
    const panel = await openTab(page, OWNER, PEOPLE.mary, 'History');
    await panel.getByText('This is where it begins.').waitFor();
    await panel.getByText('Susan Supervisor changed this person').waitFor();
  },
  confirmation: async (page) => {
    await openList(page, OWNER, '?q=mar');
    await row(page, PEOPLE.mary.name).hover();
    await button(page, `Delete ${PEOPLE.mary.name}`).click();
    await page.getByRole('group', { name: `Delete ${PEOPLE.mary.name}?` }).waitFor();
  },
  teams: async (page) => {
    await open(page, ADMIN, `?view=teams&item=${TEAM}`);
    await page.getByText('Skills of the team').waitFor();
    await page.getByRole('link', { name: 'Caroline Herschel' }).waitFor();
  },
  skills: async (page) => {
    await open(page, ADMIN, '?view=skills');
    await page.getByRole('rowheader', { name: 'English' }).waitFor();
  },
  reconciliation: async (page) => {
    await open(page, ADMIN, '?view=reconciliation');
    await page.getByText('Latest reconciliation').getByText('Done').waitFor();
  },
  flex: async (page, { isLight }) => {
    await openPlugin(page, { token: await tokenOf(SUPERVISOR) });
    await page.evaluate((isLight) => {
      flexState.light = isLight;
      flexChanged();
    }, isLight);
    await page.getByRole('navigation', { name: 'Flex' }).getByRole('button', { name: 'Manage users' }).click();
    await page.getByLabel('Search by name or e-mail address').fill('somerville');
    await page.getByRole('link', { name: PEOPLE.mary.name }).click();
    await team(page.getByRole('dialog'), 'Billing').waitFor();
    await page.mouse.move(0, 0);
  },
};

/** The requests of the page that have no answer yet. */
function openRequests(page) {
  const open = new Set();
  page.on('request', (request) => open.add(request));
  for (const end of ['requestfinished', 'requestfailed']) page.on(end, (request) => open.delete(request));
  return open;
}

/** A settled page in WebP, which Playwright itself does not write. */
async function shoot(page, name) {
  await page.evaluate(async () => {
    document.documentElement.style.caretColor = 'transparent';
    await new Promise((settled) => requestAnimationFrame(() => requestAnimationFrame(settled)));
  });
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: QUALITY });
  writeFileSync(join(FOLDER, `${name}.webp`), Buffer.from(data, 'base64'));
}

mkdirSync(FOLDER, { recursive: true });
for (const colorScheme of ['light', 'dark']) {
  for (const [name, prepare] of Object.entries(SHOTS)) {
    test(
      `${name}, ${colorScheme}`,
      inBrowser(
        async (page) => {
          const open = openRequests(page);
          await fixAnswers(page);
          await prepare(page, { isLight: colorScheme === 'light' });
          await eventually(() => open.size === 0, 'everything is loaded');
          await shoot(page, `${name}-${colorScheme}`);
        },
        { colorScheme, viewport: VIEWPORT, faults: true, reducedMotion: 'reduce', timezoneId: 'UTC' },
      ),
    );
  }
}
