// The Teams page: create, rename, archive, delete, what a team grants, who is in it.
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
  gateway,
  get,
  inBrowser,
  isAccessible,
  newcomer,
  open,
  signIn,
  spoken,
  tokenOf,
} from './browser.mjs';
import { answering, button, throughFaults } from './answers.mjs';

let teams = 0;
const named = () => `Team ${process.pid} ${(teams += 1)}`;
const link = (page, name) => page.getByRole('link', { name, exact: true });

/** A team that no other test uses, opened. */
async function opened(page, identity = OWNER, changes = {}) {
  const team = await call('POST', '/teams', await tokenOf(OWNER), { name: named() });
  if (changes.members) for (const { id } of changes.members) await join(id, team);
  await open(page, identity, `?view=teams&item=${team.team_id}`);
  await page.getByRole('heading', { name: team.name }).waitFor();
  return team;
}

const join = async (id, team) => call('PATCH', `/users/${id}`, await tokenOf(OWNER), { teams: [team.team_id] });
const current = async (team) => get(`/teams/${team.team_id}`, await tokenOf(OWNER));

test(
  'a supervisor creates a team and renames it; neither to archive nor to delete is offered',
  inBrowser(async (page) => {
    await open(page, SUPERVISOR, '?view=teams');
    await page.getByRole('row').nth(1).waitFor();
    assert.match(await page.locator('[data-counted]').textContent(), /^Counted at .*\d.*\.$/);
    await isAccessible(page, 'teams');
    const name = named();
    await page.getByLabel('New team').fill(name);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name }).waitFor();
    await isAccessible(page, 'a new team');
    assert.equal((await button(page, 'Archive').count()) + (await button(page, 'Delete').count()), 0);
    await page.getByLabel('Name', { exact: true }).fill(`${name} (North)`);
    await button(page, 'Rename').click();
    await page.getByRole('heading', { name: `${name} (North)` }).waitFor();
    await eventually(async () => (await spoken(page).textContent()).includes('is called'), 'it is said');
    await link(page, 'All teams').click();
    await focusIsOn(link(page, `${name} (North)`));
  }),
);

test(
  'rule 33: a name that is taken is refused in words, and stays in the field',
  inBrowser(
    async (page) => {
      const { name } = await call('POST', '/teams', await tokenOf(OWNER), { name: named() });
      await open(page, OWNER, '?view=teams');
      await page.getByLabel('New team').fill(name.toUpperCase());
      await button(page, 'Create team').click();
      await page.getByRole('alert').getByText('Another team has this name').waitFor();
      await page.getByText('Nothing has been changed. What you have entered is kept.').waitFor();
      assert.equal(await page.getByLabel('New team').inputValue(), name.toUpperCase());
      await isAccessible(page, 'a name that is taken');
    },
    { faults: true },
  ),
);

test(
  'rule 21: an admin archives a team and takes it back; one with members is not deleted but archived instead',
  inBrowser(
    async (page) => {
      const person = await newcomer();
      const team = await opened(page, ADMIN, { members: [person] });
      await button(page, 'Delete').click();
      const question = page.getByRole('group', { name: `Delete ${team.name}?` });
      await focusIsOn(question);
      await isAccessible(page, 'delete a team?');
      await button(question, `Delete ${team.name}`).click();
      await question.getByRole('alert').waitFor();
      assert.deepEqual(await question.getByRole('button').allTextContents(), ['Cancel']);
      await page.keyboard.press('Escape');
      await focusIsOn(button(page, 'Delete'));
      await button(page, 'Delete').click();
      await button(page, 'Archive it instead').click();
      const instead = page.getByRole('group', { name: `Archive ${team.name}?` });
      await focusIsOn(instead);
      await button(instead, `Archive ${team.name}`).click();
      await focusIsOn(button(page, 'Unarchive'));
      assert.equal((await current(team)).archived, true);
      await isAccessible(page, 'an archived team');
      await button(page, 'Unarchive').click();
      await button(page, `Unarchive ${team.name}`).click();
      await focusIsOn(button(page, 'Archive'));
      assert.equal((await current(team)).archived, false);
    },
    { faults: true },
  ),
);

test(
  'a team without members is deleted',
  inBrowser(async (page) => {
    const team = await opened(page);
    await button(page, 'Delete').click();
    await button(page, `Delete ${team.name}`).click();
    await page.getByLabel('New team').waitFor();
    await eventually(async () => (await link(page, team.name).count()) === 0, 'it is gone');
    await page.getByRole('row').nth(1).waitFor();
  }),
);

test(
  'rules 17 and 19: a skill is granted with a level in its range, changed and removed',
  inBrowser(async (page) => {
    const person = await newcomer();
    const team = await opened(page, SUPERVISOR, { members: [person] });
    await page.getByLabel('Skill to grant or change').selectOption('English');
    await page.getByText('Members: 1. All of them get English').waitFor();
    await page.getByLabel('Level of English').fill('101');
    await button(page, 'Grant skill').click();
    await focusIsOn(page.getByLabel('Level of English'));
    assert.equal(await page.getByLabel('Level of English').inputValue(), '101', 'it is explained, not changed');
    await page.getByText('Levels of English are 1 to 100.').waitFor();
    await isAccessible(page, 'a level out of range');
    await page.getByLabel('Level of English').fill('60');
    await button(page, 'Grant skill').click();
    await page.getByText('English 60', { exact: true }).waitFor();
    await button(page, 'Edit English').click();
    await page.getByLabel('Level of English').fill('70');
    await button(page, 'Grant skill').click();
    await page.getByText('English 70', { exact: true }).waitFor();
    const user = await get(`/users/${person.id}`, await tokenOf(OWNER));
    assert.deepEqual(
      user.effective_skills.map(({ skill, level }) => [skill, level]),
      [['English', 70]],
    );
    await button(page, 'Remove English').click();
    const question = page.getByRole('group', { name: 'Remove English from the team?' });
    await isAccessible(page, 'remove a skill?');
    await button(question, 'Remove English').click();
    await question.waitFor({ state: 'detached' });
    assert.deepEqual((await current(team)).skills, []);
  }),
);

test(
  'members are found, added, opened and removed',
  inBrowser(async (page) => {
    const person = await newcomer();
    const team = await opened(page, SUPERVISOR);
    await page.getByLabel('Add a member').fill(person.name.slice(0, 2));
    await page.getByText('Type one more letter to search.').waitFor();
    await page.getByLabel('Add a member').fill(person.name);
    await button(page, `Add ${person.name}`).click();
    await page.locator('[data-members]').getByRole('link', { name: person.name }).waitFor();
    await page.getByText('It has 1 member.').waitFor();
    await isAccessible(page, 'a member');
    await page.locator('[data-members]').getByRole('link', { name: person.name }).click();
    await page.getByRole('dialog', { name: `User ${person.name}` }).waitFor();
    await button(page, `Remove ${person.name}`).click();
    const question = page.getByRole('group', { name: `Remove ${person.name} from ${team.name}?` });
    await button(question, `Remove ${person.name}`).click();
    await page.getByText('It has 0 members.').waitFor();
    assert.deepEqual((await get(`/users/${person.id}`, await tokenOf(OWNER))).teams, []);
  }),
);

test(
  'a team that another user has renamed meanwhile is shown as it is, beside what was typed',
  inBrowser(
    async (page) => {
      const team = await opened(page);
      const [theirs, ours] = [named(), named()];
      await page.getByLabel('Name', { exact: true }).fill(ours);
      await call('PATCH', `/teams/${team.team_id}`, await tokenOf(OWNER), { name: theirs });
      await button(page, 'Rename').click();
      await page.getByText('Another user has changed this in the meantime.').waitFor();
      await button(page, 'Show the current version').click();
      await page.getByRole('heading', { name: theirs }).waitFor();
      assert.equal(await page.getByLabel('Name', { exact: true }).inputValue(), ours);
      await button(page, 'Rename').click();
      await page.getByRole('heading', { name: ours }).waitFor();
    },
    { faults: true },
  ),
);

test(
  'a page whose script cannot be loaded says so, and is loaded when one tries again',
  inBrowser(
    async (page) => {
      await page.route(/part-pages/, (route) => route.abort());
      await open(page, OWNER, '?view=teams');
      await page.getByText('The directory cannot be reached.').waitFor();
      await isAccessible(page, 'a page that is not loaded');
      await page.unroute(/part-pages/);
      await button(page, 'Try again').click();
      await page.getByLabel('New team').waitFor();
    },
    { faults: true },
  ),
);

test(
  'a team that no longer exists says so, and leads back',
  inBrowser(
    async (page) => {
      await open(page, OWNER, '?view=teams&item=00000000-0000-4000-8000-00000000dead');
      await page.getByText('This team no longer exists.').waitFor();
      await link(page, 'All teams').click();
      await page.getByLabel('New team').waitFor();
    },
    { faults: true },
  ),
);

test(
  'whatever the API answers to a new team, what was typed stays, and a lost answer makes no second one',
  inBrowser(
    async (page) => {
      await open(page, OWNER, '?view=teams');
      const api = await answering(page, /\/teams$/);
      const name = named();
      await page.getByLabel('New team').fill(name);
      const send = () => button(page, 'Create team').click();
      await throughFaults(page, api, send, async (said) => {
        assert.equal(await page.getByLabel('New team').inputValue(), name);
        await isAccessible(page, said);
      });
      api.set('pass');
      await button(page, 'Create team').click();
      await page.getByRole('heading', { name }).waitFor();
      assert.equal(api.keys.at(-1), api.keys.at(-2), 'after no answer it is the same request');
    },
    { faults: true },
  ),
);

test(
  'while one person joins no other can, and Try again is about the first',
  inBrowser(
    async (page) => {
      const [anna, berta] = [
        await newcomer(['agent'], {}, `Pair${process.pid} Anna`),
        await newcomer(['agent'], {}, `Pair${process.pid} Berta`),
      ];
      const team = await opened(page);
      await page.getByLabel('Add a member').fill(`Pair${process.pid}`);
      const { opened: lost, open: lose } = gate();
      await page.route(/\/users\/[^/?]+$/, async (route) => {
        if (route.request().method() === 'GET') return route.continue();
        await lost;
        return route.abort();
      });
      await button(page, `Add ${anna.name}`).click();
      const other = button(page, `Add ${berta.name}`);
      await eventually(async () => (await other.getAttribute('aria-disabled')) === 'true', 'the other waits');
      await other.click({ force: true });
      lose();
      await page.getByText('The directory cannot be reached.').waitFor();
      await page.unroute(/\/users\/[^/?]+$/);
      await button(page, 'Try again').click();
      await page.locator('[data-members]').getByRole('link', { name: anna.name }).waitFor();
      assert.equal((await current(team)).members, 1);
    },
    { faults: true },
  ),
);

test(
  'skills to grant that were not read because the session had ended are there once one has signed in again',
  inBrowser(
    async (page) => {
      await page.route(/\/skill-sets\?/, (route) => route.fulfill(gateway(401, 'Unauthorized')));
      await opened(page);
      await button(page, 'Sign in again').first().waitFor();
      await page.unroute(/\/skill-sets\?/);
      await signIn(page, OWNER);
      await page.getByLabel('Skill to grant or change').selectOption('English');
      assert.equal(await button(page, 'Sign in again').count(), 0);
    },
    { faults: true },
  ),
);

test(
  'a level that is being entered is not dropped for that of another skill without a question',
  inBrowser(async (page) => {
    const team = await opened(page);
    for (const skill of ['English', 'French']) {
      await call('PUT', `/teams/${team.team_id}/skills/${skill}`, await tokenOf(OWNER), { level: 50 });
    }
    await page.reload();
    await signIn(page, OWNER);
    await button(page, 'Edit English').click();
    await button(page, 'Edit French').click();
    await page.getByLabel('Level of French').fill('70');
    await button(page, 'Edit English').click();
    await page.getByText('What you have entered on this page is not saved').waitFor();
    await button(page, 'Keep editing').click();
    assert.equal(await page.getByLabel('Level of French').inputValue(), '70');
    await button(page, 'Edit English').click();
    await button(page, 'Discard the changes').click();
    await focusIsOn(page.getByLabel('Level of English'));
    assert.equal(await page.getByLabel('Level of English').inputValue(), '50');
  }),
);
