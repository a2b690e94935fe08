// Skill presets, and skills that are copied from a preset or from a person.
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  ADMIN,
  API,
  OWNER,
  SUPERVISOR,
  call,
  focusIsOn,
  get,
  inBrowser,
  isAccessible,
  newcomer,
  open,
  openList,
  tokenOf,
} from './browser.mjs';
import { FAULTS, answering, button, throughFaults } from './answers.mjs';
import { bar, company, levels, openTeam, part, selectAll, stage } from './bulk.mjs';
import { openTab, userOf } from './panel.mjs';

let made = 0;
const named = (kind) => `${kind}_${process.pid}_${(made += 1)}`;
const presetRow = (page, name) => page.locator(`[data-preset="${name}"]`);
const copyForm = (page) => page.getByRole('form', { name: 'Copy skills from …' });
const assigned = async (person) =>
  Object.fromEntries((await userOf(person)).assigned_skills.map(({ skill, level }) => [skill, level]));

async function created(skills = [{ skill: 'English', level: 50 }]) {
  const name = named('Preset');
  const preset = await call('POST', '/skill-presets', await tokenOf(OWNER), { name, skills });
  return { ...preset, name };
}

/** A skill that was deleted after the preset was saved. */
async function withDeletedSkill() {
  const [set, skill, owner] = [named('Set'), named('Skill'), await tokenOf(OWNER)];
  await call('POST', '/skill-sets', owner, { name: set });
  await call('PUT', `/skill-sets/${set}/skills/${skill}`, owner, { min: 1, max: 5 });
  const preset = await created([{ skill: 'English' }, { skill }]);
  const headers = { authorization: `Bearer ${owner}` };
  assert.ok((await fetch(`${API}/skill-sets/${set}/skills/${skill}`, { method: 'DELETE', headers })).ok);
  return { ...preset, skill };
}

test(
  'rule 4: an admin creates, edits and deletes a preset; a supervisor only reads it',
  inBrowser(async (page) => {
    const [name, renamed] = [named('Preset'), named('Renamed')];
    // Between both names: the order of the list changes with the name.
    const between = { name: named('Quiet'), skills: [{ skill: 'Sales' }] };
    await call('POST', '/skill-presets', await tokenOf(ADMIN), between);
    await open(page, ADMIN, '?view=skills');
    await button(page, 'New preset').click();
    await focusIsOn(page.getByLabel('Name', { exact: true }));
    await page.getByLabel('Name', { exact: true }).fill(name);
    await page.getByLabel('Add a skill to the preset').selectOption('English');
    await focusIsOn(page.getByLabel('Level of English'));
    await page.getByLabel('Level of English').fill('500');
    await button(page, 'Save preset').click();
    await focusIsOn(page.getByLabel('Level of English'));
    await isAccessible(page, 'a level out of range in a preset');
    await page.getByLabel('Level of English').fill('50');
    await button(page, 'Save preset').click();
    await presetRow(page, name).getByText('English 50').waitFor();
    await focusIsOn(button(page, 'New preset'));

    await button(page, `Edit ${name}`).click();
    await page.getByLabel('Name', { exact: true }).fill(renamed);
    await page.getByLabel('Add a skill to the preset').selectOption('Sales');
    await button(page, 'Remove English').click();
    await isAccessible(page, 'a preset that is edited');
    await button(page, 'Save changes').click();
    await presetRow(page, renamed).getByText('Sales', { exact: true }).waitFor();
    await focusIsOn(button(page, `Edit ${renamed}`));

    await open(page, SUPERVISOR, '?view=skills');
    await presetRow(page, renamed).waitFor();
    assert.equal(await page.locator('[data-preset-edit], [data-preset-about]').count(), 0);
    await isAccessible(page, 'the presets for a supervisor');

    await open(page, ADMIN, '?view=skills');
    await button(page, `Delete ${renamed}`).click();
    await isAccessible(page, 'delete a preset?');
    await button(page.getByRole('group', { name: `Delete ${renamed}?` }), `Delete ${renamed}`).click();
    await presetRow(page, renamed).waitFor({ state: 'detached' });
    await focusIsOn(button(page, 'New preset'));
  }),
);

test(
  'a skill of a preset that was deleted is marked, and refuses the copy until it is taken out',
  inBrowser(
    async (page) => {
      const { name, skill } = await withDeletedSkill();
      const sales = await company(1, 5);
      await openTeam(page, OWNER, sales);
      await selectAll(page);
      await button(bar(page), 'Copy skills from …').click();
      await page.getByLabel('Copy from').selectOption(`Preset: ${name}`);
      await page.locator('[data-copied]').getByText(`${skill} (no longer in the catalog)`).waitFor();
      await button(copyForm(page), 'Plan').click();
      await copyForm(page).getByRole('alert').waitFor();
      await isAccessible(page, 'a preset that cannot be copied');

      await open(page, OWNER, '?view=skills');
      await presetRow(page, name).getByText(`${skill} (no longer in the catalog)`).waitFor();
      await button(page, `Edit ${name}`).click();
      await button(page, `Remove ${skill}`).click();
      await button(page, 'Save changes').click();
      await presetRow(page, name).getByText('English', { exact: true }).waitFor();
    },
    { faults: true },
  ),
);

test(
  'a preset is added to those who are selected, by a plan that shows the difference first',
  inBrowser(async (page) => {
    const sales = await company(2, 5);
    const { name } = await created([
      { skill: 'English', level: 50 },
      { skill: 'Sales', level: 60 },
    ]);
    await openTeam(page, SUPERVISOR, sales);
    await selectAll(page);
    await button(bar(page), 'Copy skills from …').click();
    await focusIsOn(page.getByLabel('Copy from'));
    await page.getByLabel('Copy from').selectOption(`Preset: ${name}`);
    await page
      .locator('[data-copied]')
      .getByText(/English 50.*Sales 60/)
      .waitFor();
    await isAccessible(page, 'copying from a preset');
    await button(copyForm(page), 'Plan').click();
    await stage(page, 'planned').waitFor();
    await part(page, 'changed').getByText('Sales is new: 60').nth(1).waitFor();
    assert.equal(await part(page, 'changed').getByText('English').count(), 0, 'who has English keeps the level');
    await button(page, 'Apply to 2 people').click();
    await stage(page, 'ended').getByText('2 people changed.').waitFor();
    assert.deepEqual(await levels(sales), [5, 5]);
    assert.deepEqual(await assigned(sales.people[0]), { English: 5, Sales: 60 });
  }),
);

test(
  'the skills of a person replace those of another, from the panel of that one',
  inBrowser(async (page) => {
    const [from, to] = [await newcomer(), await newcomer()];
    const owner = await tokenOf(OWNER);
    await call('PUT', `/users/${from.id}/skills/English`, owner, { level: 80 });
    await call('PUT', `/users/${to.id}/skills/Sales`, owner, { level: 10 });
    const panel = await openTab(page, SUPERVISOR, to, 'Assigned skills');
    await button(panel, 'Copy skills from …').click();
    await page.getByLabel('Find the person').fill(from.name);
    await button(panel, `Copy from ${from.name}`).click();
    await focusIsOn(button(panel, 'Choose another person'));
    await page.getByLabel('Replace: exactly').check();
    await isAccessible(page, 'copying from a person');
    await button(copyForm(panel), 'Plan').click();
    await stage(page, 'planned').waitFor();
    await part(page, 'changed').getByText('English is new: 80').waitFor();
    await part(page, 'changed').getByText('Sales is removed, was 10').waitFor();
    await button(page, 'Apply to 1 person').click();
    await stage(page, 'ended').waitFor();
    assert.deepEqual(await assigned(to), { English: 80 });
  }),
);

test(
  'an admin keeps the skills of a person as a preset; a supervisor is not offered it',
  inBrowser(async (page) => {
    const [person, name, owner] = [await newcomer(), named('Preset'), await tokenOf(OWNER)];
    await call('PUT', `/users/${person.id}/skills/English`, owner, { level: 80 });
    let panel = await openTab(page, ADMIN, person, 'Assigned skills');
    await button(panel, 'Save as preset …').click();
    await focusIsOn(panel.getByLabel('Name of the preset'));
    await isAccessible(page, 'skills of a person as a preset');
    await panel.getByLabel('Name of the preset').fill(name);
    await button(panel, 'Save preset').click();
    await focusIsOn(button(panel, 'Save as preset …'));
    const { items } = await get('/skill-presets?limit=100', owner);
    const saved = items.find((preset) => preset.name === name);
    assert.deepEqual(saved.skills, [{ skill: 'English', level: 80, in_catalog: true }]);

    panel = await openTab(page, SUPERVISOR, person, 'Assigned skills');
    await button(panel, 'Copy skills from …').waitFor();
    assert.equal(await button(panel, 'Save as preset …').count(), 0);
  }),
);

test(
  'Esc closes the form and the focus returns; without a source nothing is planned',
  inBrowser(async (page) => {
    const sales = await company(1, 5);
    await openTeam(page, OWNER, sales);
    await selectAll(page);
    await button(bar(page), 'Copy skills from …').click();
    await button(copyForm(page), 'Plan').click();
    await focusIsOn(page.getByLabel('Find the person'));
    await page.keyboard.press('Escape');
    await copyForm(page).waitFor({ state: 'detached' });
    await focusIsOn(button(bar(page), 'Copy skills from …'));
  }),
);

test(
  'whatever the API answers to a copy, what was chosen stays',
  inBrowser(
    async (page) => {
      const { name } = await created();
      const { people } = await company(1, 5);
      await openList(page, OWNER, `?q=${encodeURIComponent(people[0].name)}`);
      await selectAll(page);
      await button(bar(page), 'Copy skills from …').click();
      await page.getByLabel('Copy from').selectOption(`Preset: ${name}`);
      const api = await answering(page, /\/bulk$/);
      const check = async () => {
        const chosen = await page.getByLabel('Copy from').locator('option:checked').textContent();
        assert.equal(chosen, `Preset: ${name}`);
      };
      await throughFaults(page, api, () => button(copyForm(page), 'Plan').click(), check, FAULTS);
      api.set('pass');
      await button(copyForm(page), 'Plan').click();
      await stage(page, 'planned').waitFor();
    },
    { faults: true },
  ),
);
