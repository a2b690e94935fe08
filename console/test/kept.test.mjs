// What is entered is kept, and what is said is true: while answers are on their way, after another user, after a view of Flex.
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  ADMIN,
  AGENT,
  OWNER,
  SUPERVISOR,
  SIMULATOR,
  call,
  eventually,
  focusIsOn,
  gate,
  inBrowser,
  isAccessible,
  joins,
  newcomer,
  open,
  row,
  search,
  tokenOf,
} from './browser.mjs';
import { button } from './answers.mjs';
import { openPlugin } from './flex.mjs';
import { openPanel, openTab, panelOf, team, userOf } from './panel.mjs';

const SKILLS = 'Assigned skills';
const BOTH = { routing: { skills: ['English', 'French'], levels: { English: 95, French: 50 } } };
const level = (panel, skill) => panel.getByLabel(`Level of ${skill} as a number`);
const levels = async (person) =>
  Object.fromEntries((await userOf(person)).assigned_skills.map(({ skill, level }) => [skill, level]));

/** Holds the changes of a user back until the gate is opened. */
async function holding(page, person) {
  const { opened, open } = gate();
  await page.route(new RegExp(`/users/${person.id}`), async (route) => {
    if (route.request().method() !== 'GET') await opened;
    await route.continue();
  });
  return open;
}

test(
  'discarding one form leaves what is entered in another one',
  inBrowser(async (page) => {
    const person = await newcomer();
    const panel = await openPanel(page, OWNER, person);
    await team(panel, 'Support').check();
    await panel.getByRole('tab', { name: SKILLS }).click();
    await button(panel, 'Assign skills').click();
    await panel.getByLabel('Skill', { exact: true }).selectOption('French');
    await panel.getByRole('form', { name: 'Assign skills' }).getByRole('button', { name: 'Cancel' }).click();
    await button(panel, 'Discard the changes').click();
    await panel.getByRole('form', { name: 'Assign skills' }).waitFor({ state: 'detached' });
    await panel.getByRole('tab', { name: 'Profile' }).click();
    assert.ok(await team(panel, 'Support').isChecked());
    await button(panel, 'Close').click();
    await page.getByRole('group', { name: `${person.name} has changes that are not saved` }).waitFor();
  }),
);

test(
  'while a change is on its way its fields rest, so that nothing entered meanwhile is lost',
  inBrowser(async (page) => {
    const person = await newcomer(['agent'], BOTH);
    const panel = await openPanel(page, OWNER, person);
    const answer = await holding(page, person);
    await team(panel, 'Support').check();
    await button(panel, 'Save changes').click();
    await panel.getByRole('button', { name: 'Working…' }).waitFor();
    assert.equal(await team(panel, 'Sales (US)').evaluate((box) => Boolean(box.closest('[inert]'))), true);
    answer();
    await panel.getByText('Live in TaskRouter').waitFor();
    await team(panel, 'Sales (US)').check();
    await button(panel, 'Save changes').click();
    await eventually(async () => (await userOf(person)).teams.length === 2, 'both are saved');
  }),
);

test(
  'two levels that are saved at once are saved one after the other, and are no conflict',
  inBrowser(async (page) => {
    const person = await newcomer(['agent'], BOTH);
    const panel = await openTab(page, OWNER, person, SKILLS);
    const answer = await holding(page, person);
    await level(panel, 'English').fill('11');
    await button(panel, 'Save English').click();
    await level(panel, 'French').fill('22');
    await level(panel, 'French').press('Enter');
    answer();
    await eventually(async () => (await levels(person)).French === 22, 'both are saved');
    assert.deepEqual(await levels(person), { English: 11, French: 22 });
    assert.equal(await panel.getByRole('alert').count(), 0);
  }),
);

test(
  'a skill that another user has assigned meanwhile is shown with both levels, and nothing is overwritten unasked',
  inBrowser(
    async (page) => {
      const person = await newcomer();
      const panel = await openTab(page, OWNER, person, SKILLS);
      await button(panel, 'Assign skills').click();
      const form = panel.getByRole('form', { name: 'Assign skills' });
      await form.getByLabel('Skill', { exact: true }).selectOption('French');
      await level(form, 'French').fill('33');
      await call('PUT', `/users/${person.id}/skills/French`, await tokenOf(ADMIN), { level: 77 });
      await button(form, 'Assign 1 skill').click();
      await form.getByText('Another user has changed this in the meantime.').waitFor();
      await isAccessible(page, 'a conflict about a skill');
      assert.equal(await form.getByLabel('Skill', { exact: true }).inputValue(), 'French');
      await button(form, 'Assign 1 skill').click();
      assert.deepEqual(await levels(person), { French: 77 }, 'neither level is chosen yet');
      await form.getByRole('radio').first().check();
      await button(form, 'Assign 1 skill').click();
      await form.waitFor({ state: 'detached' });
      assert.deepEqual(await levels(person), { French: 33 });
    },
    { faults: true },
  ),
);

test(
  'a user who is not accepted takes nothing from the one who is signed in',
  inBrowser(
    async (page) => {
      const person = await newcomer();
      const panel = await openPanel(page, OWNER, person);
      await team(panel, 'Support').check();
      const asked = [];
      page.on('request', (request) => asked.push(request.headers().authorization));
      await page.getByRole('button', { name: 'Switch user' }).click();
      await page.getByLabel('Who are you?').selectOption(AGENT);
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.getByRole('alert').waitFor();
      await isAccessible(page, 'another user is not accepted');
      assert.ok(await team(panel, 'Support').isChecked());
      await page.getByText('Olivia Owner, Account owner').waitFor();
      await page.route(/\/me$/, (route) => route.abort());
      await page.getByLabel('Who are you?').selectOption(SUPERVISOR);
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.getByText('The directory cannot be reached.').waitFor();
      const before = asked.length;
      await button(panel, 'Save changes').click();
      await eventually(async () => (await userOf(person)).teams.length === 1, 'it is saved');
      assert.equal(asked[before], `Bearer ${await tokenOf(OWNER)}`, 'as who is signed in');
      await page.unroute(/\/me$/);
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.getByText('Susan Supervisor, Supervisor').waitFor();
      await focusIsOn(page.getByRole('button', { name: 'Switch user' }));
    },
    { faults: true },
  ),
);

test(
  'after another view of Flex the panel is as it was: what is unsaved is asked about, and the receipt goes on',
  inBrowser(
    async (page) => {
      const person = await newcomer();
      await openPlugin(page, { token: await tokenOf(OWNER) });
      const side = page.getByRole('navigation', { name: 'Flex' }).getByRole('button', { name: 'Manage users' });
      await side.click();
      await search(page).fill(person.name);
      await page.getByRole('link', { name: person.name, exact: true }).click();
      const panel = panelOf(page);
      await team(panel, 'Support').check();
      await button(page, 'Agent Desktop').click();
      await page.getByText('Tasks').waitFor();
      assert.ok(
        await page.evaluate(() => !dispatchEvent(new Event('beforeunload', { cancelable: true }))),
        'closing the window is asked about',
      );
      await side.click();
      await button(panel, 'Close').click();
      await page.getByRole('group', { name: `${person.name} has changes that are not saved` }).waitFor();
      await page.keyboard.press('Escape');
      const answer = await holding(page, person);
      await button(panel, 'Save changes').click();
      await button(page, 'Agent Desktop').click();
      answer();
      await eventually(async () => (await userOf(person)).sync.state === 'synced', 'it is carried over');
      await side.click();
      await panel.getByText('Live in TaskRouter').waitFor();
    },
    { faults: true },
  ),
);

test(
  'the panel is not higher than the view of Flex, and its button can be reached',
  inBrowser(async (page) => {
    const person = await newcomer();
    await openPlugin(page, { token: await tokenOf(OWNER) });
    await page.getByRole('navigation', { name: 'Flex' }).getByRole('button', { name: 'Manage users' }).click();
    await search(page).fill(person.name);
    await page.getByRole('link', { name: person.name, exact: true }).click();
    await panelOf(page).getByRole('heading', { name: person.name }).waitFor();
    const height = await panelOf(page).evaluate((panel) => panel.getBoundingClientRect().height);
    assert.ok(height <= 560, `the panel is ${height} px high, the view 560`);
  }),
);

test(
  'what a row changes is shown in the panel of the same user',
  inBrowser(async (page) => {
    const person = await newcomer();
    const panel = await openPanel(page, OWNER, person);
    await row(page, person.name)
      .getByRole('button', { name: `Deactivate ${person.name}` })
      .click();
    const question = page.getByRole('group', { name: `Deactivate ${person.name}?` });
    await button(question, `Deactivate ${person.name}`).click();
    await panel.getByRole('button', { name: 'Reactivate' }).waitFor();
    await search(page).fill('');
    await page.getByText('What is left to do').first().waitFor();
  }),
);

test(
  'a person who is deleted is removed from TaskRouter, and is not told to come back',
  inBrowser(async (page) => {
    const person = await newcomer();
    const panel = await openPanel(page, OWNER, person);
    await panel.getByRole('button', { name: 'Delete', exact: true }).click();
    await panel.getByRole('button', { name: `Delete ${person.name}` }).click();
    await panel.getByText('Removed from TaskRouter after').waitFor();
    await panel.getByRole('tab', { name: 'Sync' }).click();
    await panel.getByText('They have no worker in TaskRouter any more.').waitFor();
  }),
);

test(
  'enabling a skill has nothing to undo, and none is offered',
  inBrowser(async (page) => {
    const person = await newcomer(['agent'], { routing: { skills: ['English'], levels: { English: 95 } } });
    const off = { worker_sid: (await userOf(person)).worker.sid, skills: [], disabled: ['English'] };
    await fetch(`${SIMULATOR}/sim/skills-panel`, { method: 'POST', body: JSON.stringify(off) });
    await eventually(async () => (await userOf(person)).effective_skills[0]?.disabled, 'it is disabled');
    const panel = await openTab(page, OWNER, person, SKILLS);
    await button(panel, 'Enable English').click();
    await panel.getByText('Live in TaskRouter').waitFor();
    assert.equal(await panel.getByRole('button', { name: 'Undo' }).count(), 0);
  }),
);

test(
  'the focus returns to where it was: after Back, after Keep editing, from a panel beside a team',
  inBrowser(async (page) => {
    const person = await newcomer();
    await openPanel(page, OWNER, person);
    await page.goBack();
    await focusIsOn(row(page, person.name).getByRole('link'));
    const { team_id: id } = await call('POST', '/teams', await tokenOf(OWNER), { name: `Focus ${process.pid}` });
    await joins(person, id);
    await open(page, OWNER, `?view=teams&item=${id}`);
    const member = page.getByRole('link', { name: person.name, exact: true });
    await member.click();
    const panel = panelOf(page);
    await panel.getByRole('heading', { name: person.name }).waitFor();
    assert.equal(await panel.getByRole('button', { name: 'Next person of the list' }).count(), 0, 'there is no list');
    await page.keyboard.press('Escape');
    await focusIsOn(member);
    await page.getByLabel('Name', { exact: true }).fill('Half a name');
    await page.getByRole('navigation').getByRole('link', { name: 'Users', exact: true }).click();
    await button(page, 'Keep editing').click();
    await focusIsOn(page.getByLabel('Name', { exact: true }));
  }),
);

test(
  'without a catalog the skills say so, and it can be loaded again',
  inBrowser(
    async (page) => {
      const person = await newcomer(['agent'], BOTH);
      await page.route(/\/skill-sets\?/, (route) => route.abort());
      const panel = await openTab(page, OWNER, person, SKILLS);
      const alert = panel.getByRole('tabpanel', { name: SKILLS }).getByRole('alert');
      await alert.getByText('The directory cannot be reached.').waitFor();
      await page.unroute(/\/skill-sets\?/);
      await button(alert, 'Try again').click();
      await level(panel, 'English').waitFor();
    },
    { faults: true },
  ),
);
