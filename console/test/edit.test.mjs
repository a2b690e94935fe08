// Edit user: role, teams and Act as Agent, what a change does, and what became of it.
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  ADMIN,
  OWNER,
  SUPERVISOR,
  call,
  eventually,
  get,
  inBrowser,
  isAccessible,
  newcomer,
  row,
  spoken,
  tokenOf,
} from './browser.mjs';
import { SALES, SUPPORT, openPanel, team, userOf } from './panel.mjs';

const save = (panel) => panel.getByRole('button', { name: 'Save changes' });
const patched = (page, person) => {
  const sent = [];
  page.on('request', (request) => {
    if (request.method() === 'PATCH' && request.url().endsWith(person.id)) sent.push(request);
  });
  return sent;
};

test(
  'rule 10: one edit changes role and teams, its consequence is shown before, and the receipt says when it is live',
  inBrowser(async (page) => {
    const person = await newcomer(['agent'], { routing: { skills: ['English'], levels: { English: 95 } } });
    const panel = await openPanel(page, OWNER, person);
    const sent = patched(page, person);
    await panel.getByText('Available').waitFor();
    await panel.getByLabel('Role').selectOption('Supervisor');
    await panel.getByText('What Flex itself permits follows the token').waitFor();
    assert.ok(await panel.getByLabel('Act as agent').isChecked(), 'they go on to receive tasks');
    await team(panel, 'Sales (US)').check();
    const does = panel.locator('#edit-consequence');
    await does.getByText('Sales is new: 60 (from Sales (US))').waitFor();
    assert.equal(await does.getByText('English').count(), 0, 'an assigned level overrides that of the team');
    await isAccessible(page, 'edit user, changed');
    await save(panel).dblclick();
    const receipt = panel.getByRole('group', { name: 'What became of the change' });
    await receipt.getByText(/Live in TaskRouter after [\d.]+ sec/).waitFor();
    await receipt.getByText('Change the role at the identity provider').waitFor();
    await eventually(async () => (await spoken(page).textContent()).includes('Live in TaskRouter'), 'it is said');
    await isAccessible(page, 'edit user, saved');
    assert.equal(sent.length, 1, 'a double click saves once');
    const user = await userOf(person);
    assert.deepEqual([user.role, user.act_as_agent, user.teams[0].team_id], ['supervisor', true, SALES]);
    await row(page, person.name).getByText('Supervisor').waitFor();
    assert.equal(await receipt.getByRole('button', { name: 'Undo' }).count(), 0, 'a role is not undone');
  }),
);

test(
  'rule 2: a supervisor reads why the role is locked, and changes teams',
  inBrowser(async (page) => {
    const person = await newcomer();
    const panel = await openPanel(page, SUPERVISOR, person);
    assert.ok(await panel.getByLabel('Role').isDisabled());
    await panel.getByText('Supervisors cannot change roles. Ask an admin.').waitFor();
    assert.equal(await panel.getByRole('button', { name: 'Delete' }).count(), 0);
    await isAccessible(page, 'edit user as a supervisor');
    await team(panel, 'Support').check();
    await save(panel).click();
    await panel.getByText('Live in TaskRouter').waitFor();
    assert.equal((await userOf(person)).teams[0].team_id, SUPPORT);
  }),
);

test(
  'rule 2: an admin sets who leads a team, which the team and the history show, and ends it with the membership',
  inBrowser(async (page) => {
    const person = await newcomer(['supervisor']);
    const panel = await openPanel(page, ADMIN, person);
    await team(panel, 'Support').check();
    await panel.getByLabel('Lead of Support').check();
    await isAccessible(page, 'edit user, a lead');
    await save(panel).click();
    await panel.getByText('Live in TaskRouter').waitFor();
    assert.deepEqual((await userOf(person)).leads, [SUPPORT]);
    await panel.getByRole('tab', { name: 'History' }).click();
    await panel.getByText('Leads Support').waitFor();
    await panel.getByRole('tab', { name: 'Profile' }).click();
    await panel.getByLabel('Role').selectOption('Agent');
    assert.equal(await panel.getByLabel('Lead of Support').count(), 0, 'agents lead no team');
    await panel.getByLabel('Role').selectOption('Supervisor');
    assert.ok(await panel.getByLabel('Lead of Support').isChecked());
    await team(panel, 'Support').uncheck();
    await save(panel).click();
    await eventually(async () => (await userOf(person)).teams.length === 0, 'the team is left');
    assert.deepEqual((await userOf(person)).leads, []);
  }),
);

test(
  'rule 2: where supervisors change their own teams, what they do not lead is locked with that reason',
  inBrowser(async (page) => {
    await page.route(/\/me$/, async (route) => {
      const response = await route.fetch();
      const json = { ...(await response.json()), supervisor_scope: 'teams', leads: [SUPPORT] };
      await route.fulfill({ response, json });
    });
    const person = await newcomer(['supervisor']);
    const panel = await openPanel(page, SUPERVISOR, person);
    await panel.getByText('this person is in none of yours').waitFor();
    assert.ok(await team(panel, 'Support').isDisabled());
    assert.ok(await panel.getByLabel('Act as agent').isDisabled());
    await isAccessible(page, 'edit user, locked');
    await panel.getByRole('tab', { name: 'Assigned skills' }).click();
    const skills = panel.getByRole('tabpanel', { name: 'Assigned skills' });
    await skills.getByText('this person is in none of yours').waitFor();
    assert.equal(await panel.getByRole('button', { name: 'Assign skills' }).count(), 0);
    await call('PATCH', `/users/${person.id}`, await tokenOf(OWNER), { teams: [SUPPORT] });
    const member = await openPanel(page, SUPERVISOR, person);
    assert.ok(await team(member, 'Support').isEnabled());
    assert.ok(await team(member, 'Sales (US)').isDisabled());
    await member.getByText('Some are locked').waitFor();
    await team(member, 'Support').uncheck();
    await save(member).click();
    await eventually(async () => (await userOf(person)).teams.length === 0, 'a led team is left');
  }),
);

test(
  'rule 24: where roles follow the identity provider, the role is locked with that reason, and the rest is edited',
  inBrowser(async (page) => {
    const person = await newcomer();
    await page.route(/\/me$/, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: { ...(await response.json()), role_authority: 'idp' } });
    });
    const panel = await openPanel(page, ADMIN, person);
    await panel.getByText('Change the role there.').waitFor();
    assert.ok(await panel.getByLabel('Role').isDisabled());
    await team(panel, 'Support').check();
    await save(panel).click();
    await panel.getByText('Live in TaskRouter').waitFor();
    assert.equal((await userOf(person)).role, 'agent');
  }),
);

test(
  'rule 11: who stops acting as agent loses the skills for routing, which is said before, and what it does not prevent after',
  inBrowser(async (page) => {
    const person = await newcomer(['supervisor'], { routing: { skills: ['English'], levels: { English: 95 } } });
    const panel = await openPanel(page, OWNER, person);
    await panel.getByLabel('Act as agent').uncheck();
    await panel.getByText('English is no longer there').waitFor();
    await save(panel).click();
    await panel.getByText('Queues that ask for no skill still offer them tasks.').first().waitFor();
    await panel.getByText('Live in TaskRouter').waitFor();
    assert.deepEqual((await userOf(person)).effective_skills, []);
  }),
);

test(
  'a change of teams is undone within ten seconds by its inverse',
  inBrowser(async (page) => {
    const person = await newcomer();
    const panel = await openPanel(page, OWNER, person);
    await team(panel, 'Sales (US)').check();
    await save(panel).click();
    await panel.getByText('Live in TaskRouter').waitFor();
    const sent = patched(page, person);
    await panel.getByRole('button', { name: 'Undo', exact: true }).click();
    await eventually(async () => (await userOf(person)).teams.length === 0, 'the team is left');
    assert.match(sent[0].headers()['if-match'], /^"\d+"$/);
    await eventually(async () => !(await team(panel, 'Sales (US)').isChecked()), 'the form shows it');
    assert.equal(
      await panel.getByRole('button', { name: 'Undo', exact: true }).count(),
      0,
      'what is undone is not undone again',
    );
  }),
);

test(
  'undo does not overwrite what another user has changed since',
  inBrowser(
    async (page) => {
      const person = await newcomer();
      const panel = await openPanel(page, OWNER, person);
      await team(panel, 'Sales (US)').check();
      await save(panel).click();
      await panel.getByText('Live in TaskRouter').waitFor();
      await call('PATCH', `/users/${person.id}`, await tokenOf(ADMIN), { teams: [SALES, SUPPORT] });
      await panel.getByRole('button', { name: 'Undo', exact: true }).click();
      await panel.getByText('Nothing has been undone.').waitFor();
      assert.equal((await userOf(person)).teams.length, 2);
    },
    { faults: true },
  ),
);

test(
  'what another user has changed meanwhile is shown beside what was entered, and one chooses for each field',
  inBrowser(
    async (page) => {
      const person = await newcomer();
      const panel = await openPanel(page, OWNER, person);
      await panel.getByLabel('Role').selectOption('System admin');
      await team(panel, 'Support').check();
      await call('PATCH', `/users/${person.id}`, await tokenOf(ADMIN), { role: 'supervisor', teams: [SALES] });
      await save(panel).click();
      await panel.getByText('Another user has changed this in the meantime.').waitFor();
      const roles = panel.getByRole('group', { name: 'Role' });
      const teams = panel.locator('[data-conflict]').getByRole('group', { name: 'Roster teams' });
      await roles.getByText('Yours: System admin').waitFor();
      await roles.getByText('Theirs: Supervisor').waitFor();
      await teams.getByText('Theirs: Sales (US)').waitFor();
      await isAccessible(page, 'both versions');
      assert.equal(await save(panel).getAttribute('aria-disabled'), 'true', 'one has to choose');
      await roles.getByLabel('Theirs: Supervisor').check();
      await teams.getByLabel('Yours: Support').check();
      await save(panel).click();
      await panel.getByText('Live in TaskRouter').waitFor();
      const user = await userOf(person);
      assert.deepEqual([user.role, user.teams.map((one) => one.name)], ['supervisor', ['Support']]);
    },
    { faults: true },
  ),
);

test(
  'a change with a lost answer is made once',
  inBrowser(
    async (page) => {
      const person = await newcomer();
      const panel = await openPanel(page, OWNER, person);
      let lost = false;
      await page.route(`**/users/${person.id}`, async (route) => {
        if (lost || route.request().method() !== 'PATCH') return route.continue();
        lost = true;
        await route.fetch();
        return route.abort();
      });
      await team(panel, 'Support').check();
      await save(panel).click();
      await panel.getByRole('alert').getByText('What you have entered is kept.').waitFor();
      await panel.getByRole('alert').getByRole('button', { name: 'Try again' }).click();
      await panel.getByText('Live in TaskRouter').waitFor();
      const { items } = await get(`/users/${person.id}/history`, await tokenOf(OWNER));
      assert.equal(items.filter((record) => record.action === 'edited').length, 1);
    },
    { faults: true },
  ),
);
