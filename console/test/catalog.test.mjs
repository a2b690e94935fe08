// The Skills page: skill sets, skills, who uses them, and what Flex defines.
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  ADMIN,
  API,
  OWNER,
  SIMULATOR,
  SUPERVISOR,
  call,
  eventually,
  focusIsOn,
  get,
  inBrowser,
  isAccessible,
  joins,
  newcomer,
  open,
  problemOf,
  rows,
  tokenOf,
} from './browser.mjs';
import { FAULTS, answering, button, throughFaults } from './answers.mjs';

let made = 0;
const named = (kind) => `${kind}_${process.pid}_${(made += 1)}`;
const skillRow = (page, skill) => page.locator(`tr[data-skill="${skill}"]`);

/** A skill of a skill set of its own. */
async function created({ skill = named('Skill'), set = named('Set') } = {}) {
  const owner = await tokenOf(OWNER);
  await call('POST', '/skill-sets', owner, { name: set });
  await call('PUT', `/skill-sets/${set}/skills/${skill}`, owner, { min: 1, max: 5 });
  return { set, skill, owner };
}

/** Such a skill, and the page. */
async function opened(page, identity, names) {
  const { set, skill, owner } = await created(names);
  await open(page, identity, '?view=skills');
  await skillRow(page, skill).waitFor();
  return { set, skill, owner };
}

test(
  'rule 4: a supervisor sees the catalog with three counts and when they were made, and is offered no change',
  inBrowser(async (page) => {
    const owner = await tokenOf(OWNER);
    const person = await newcomer();
    const team = await call('POST', '/teams', owner, { name: named('Team') });
    const { skill } = await created();
    await call('PUT', `/teams/${team.team_id}/skills/${skill}`, owner, { level: 2 });
    await call('PUT', `/users/${person.id}/skills/${skill}`, owner, { level: 3 });
    await joins(person, team.team_id);
    await open(page, SUPERVISOR, '?view=skills');
    await skillRow(page, skill).waitFor();
    const cells = await skillRow(page, skill).locator('td').allTextContents();
    assert.deepEqual(
      cells.slice(0, 4).map((text) => text.trim()),
      ['1–5', '1', '1', '1'],
    );
    assert.match(await page.locator('[data-counted]').textContent(), /^Counted at .*\d.*\.$/);
    assert.equal(await page.locator('[data-edit], [data-about], #set-name').count(), 0);
    await isAccessible(page, 'the catalog for a supervisor');
    await page.getByRole('link', { name: skill, exact: true }).click();
    await eventually(async () => (await rows(page).count()) === 1, 'who has the skill is listed');
  }),
);

test(
  'an admin creates a skill set and skills, changes levels, and deletes both',
  inBrowser(async (page) => {
    const [set, skill] = [named('Set'), named('Skill')];
    await open(page, ADMIN, '?view=skills');
    await page.getByLabel('New skill set').fill(set);
    await button(page, 'Create skill set').click();
    await button(page, `Add a skill to ${set}`).click();
    await focusIsOn(page.getByLabel('Name', { exact: true }));
    await isAccessible(page, 'a new skill');
    await page.getByLabel('Name', { exact: true }).fill(skill);
    await page.getByLabel('Highest level').fill('10');
    await button(page, 'Create skill').click();
    await skillRow(page, skill).getByText('1–10').waitFor();
    await button(page, `Edit ${skill}`).click();
    await isAccessible(page, 'the levels of a skill');
    await page.getByLabel('Has levels').uncheck();
    await button(page, 'Save changes').click();
    await skillRow(page, skill).getByText('No levels').waitFor();
    await focusIsOn(button(page, `Edit ${skill}`));
    await button(page, `Delete ${skill}`).click();
    await isAccessible(page, 'delete a skill?');
    await button(page.getByRole('group', { name: `Delete ${skill}?` }), `Delete ${skill}`).click();
    await skillRow(page, skill).waitFor({ state: 'detached' });
    await button(page, `Delete ${set}`).click();
    await button(page.getByRole('group', { name: `Delete ${set}?` }), `Delete ${set}`).click();
    await page.getByRole('heading', { name: set, exact: true }).waitFor({ state: 'detached' });
  }),
);

test(
  'rule 21: a skill that is in use is not deleted, and the numbers are said',
  inBrowser(
    async (page) => {
      const person = await newcomer();
      const { skill, owner } = await opened(page, OWNER);
      await call('PUT', `/users/${person.id}/skills/${skill}`, owner, { level: 3 });
      await button(page, `Delete ${skill}`).click();
      const question = page.getByRole('group', { name: `Delete ${skill}?` });
      await button(question, `Delete ${skill}`).click();
      await question.getByRole('alert').getByText('users: 1, teams: 0').waitFor();
      await isAccessible(page, 'a skill in use');
      assert.ok(await get(`/users/${person.id}`, owner));
    },
    { faults: true },
  ),
);

test(
  'whatever the API answers to a skill, what was typed stays',
  inBrowser(
    async (page) => {
      const { set } = await opened(page, OWNER);
      const skill = named('Skill');
      const api = await answering(page, /\/skills\/Skill_/);
      await button(page, `Add a skill to ${set}`).click();
      await page.getByLabel('Name', { exact: true }).fill(skill);
      await page.getByLabel('Highest level').fill('7');
      const there = [problemOf(412, 'already-exists'), 'Another user has changed this in the meantime.'];
      const send = () => button(page, 'Create skill').click();
      const check = async (said) => {
        const typed = [page.getByLabel('Name', { exact: true }), page.getByLabel('Highest level')];
        assert.deepEqual(await Promise.all(typed.map((field) => field.inputValue())), [skill, '7'], said);
        await isAccessible(page, said);
      };
      await throughFaults(page, api, send, check, [there, ...FAULTS]);
      api.set('pass');
      await button(page, 'Create skill').click();
      await skillRow(page, skill).getByText('1–7').waitFor();
    },
    { faults: true },
  ),
);

test(
  'Flex’s skills are compared with the catalog and imported',
  inBrowser(
    async (page) => {
      const [skill, set] = [named('Flex'), named('Set')];
      const url = `${SIMULATOR}/sim/configuration`;
      const configuration = await (await fetch(url)).json();
      const taskrouter_skills = [{ name: skill, multivalue: true, minimum: 1, maximum: 5 }];
      await fetch(url, { method: 'POST', body: JSON.stringify({ ...configuration, taskrouter_skills }) });
      await open(page, SUPERVISOR, '?view=skills');
      await button(page, 'Compare with Flex').click();
      await page.getByText('Missing here').waitFor();
      assert.equal(await page.getByLabel('New skills join').count(), 0, 'rule 4: supervisors do not import');
      await open(page, ADMIN, '?view=skills');
      await button(page, 'Compare with Flex').click();
      await page.getByText('Missing here').waitFor();
      await isAccessible(page, 'a comparison');
      await page.route(/\/import$/, (route) => route.abort());
      await page.getByLabel('New skills join').fill(set);
      await button(page, 'Import missing and differing skills').click();
      await page.getByText('The directory cannot be reached.').waitFor();
      assert.equal(await page.getByLabel('New skills join').inputValue(), set);
      await page.unroute(/\/import$/);
      await button(page, 'Try again').click();
      await page.getByText('1 skills are imported.').first().waitFor();
      await skillRow(page, skill).getByText('Level needed').waitFor();
      await page.getByText('Same', { exact: true }).waitFor();
    },
    { faults: true },
  ),
);

test(
  'a skill that is half typed is not dropped without a question: by Edit, Delete, Cancel or Esc',
  inBrowser(async (page) => {
    const { set, skill } = await opened(page, OWNER);
    await button(page, `Add a skill to ${set}`).click();
    const field = page.getByLabel('Name', { exact: true });
    await field.fill('Half');
    const leaves = [
      () => button(page, `Edit ${skill}`).click(),
      () => button(page, `Delete ${skill}`).click(),
      () => button(page, 'Cancel').click(),
      () => field.press('Escape'),
    ];
    for (const leave of leaves) {
      await leave();
      await page.getByText('What you have entered on this page is not saved').waitFor();
      await button(page, 'Keep editing').click();
      await focusIsOn(field);
      assert.equal(await field.inputValue(), 'Half');
    }
    await field.press('Escape');
    await button(page, 'Discard the changes').click();
    await field.waitFor({ state: 'detached' });
    await focusIsOn(button(page, `Add a skill to ${set}`));
    await button(page, `Add a skill to ${set}`).click();
    await page.getByLabel('Name', { exact: true }).press('Escape');
    await field.waitFor({ state: 'detached' });
  }),
);

test(
  'a refusal is in the language of the page, with the numbers that the API states',
  inBrowser(
    async (page) => {
      const [owner, person] = [await tokenOf(OWNER), await newcomer()];
      const [set, skill] = [named('Set'), named('Skill')];
      await call('POST', '/skill-sets', owner, { name: set });
      await call('PUT', `/skill-sets/${set}/skills/${skill}`, owner, { min: 1, max: 5 });
      await call('PUT', `/users/${person.id}/skills/${skill}`, owner, { level: 3 });
      await page.goto(`${API}/?view=skills`);
      await page.getByLabel('Wer sind Sie?').selectOption(OWNER);
      await page.getByRole('button', { name: 'Weiter' }).click();
      await page.locator(`[data-about="${set}/${skill}"]`).click();
      await page.locator('roster-question button.destructive').click();
      await page.getByText('Dieser Skill wird benutzt: Personen: 1, Teams: 0.').waitFor();
    },
    { faults: true, locale: 'de-DE' },
  ),
);
