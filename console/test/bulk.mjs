// What the tests of bulk changes share: users of a team of their own, and the page's parts.
import { API, OWNER, call, eventually, get, newcomer, openList, rows, tokenOf } from './browser.mjs';
import { button } from './answers.mjs';

let made = 0;

/** A team, a new one if none is given, with new users, each with English at this level. */
export async function company(size, level, roles = ['agent'], { team, people: known = [] } = {}) {
  const owner = await tokenOf(OWNER);
  const name = `Bulk ${process.pid} ${(made += 1)}`;
  const { team_id } = team ?? (await call('POST', '/teams', owner, { name }));
  const people = [];
  for (let count = 0; count < size; count += 1) people.push(await newcomer(roles));
  for (const { id } of people) {
    await call('PATCH', `/users/${id}`, owner, { teams: [team_id] });
    await call('PUT', `/users/${id}/skills/English`, owner, { level });
  }
  await eventually(
    async () => (await get(`/users?team=${team_id}`, owner)).items.length === size + known.length,
    'the team is listed as it is',
  );
  return { team: team ?? { team_id, name }, people: [...known, ...people] };
}

export const openTeam = (page, identity, { team }) => openList(page, identity, `?team=${team.team_id}`);

/** The same for a caller whose browser is in German. */
export async function openTeamInGerman(page, identity, { team }) {
  await page.goto(`${API}/?team=${team.team_id}`);
  await page.getByLabel('Wer sind Sie?').selectOption(identity);
  await button(page, 'Weiter').click();
  await rows(page).first().waitFor();
}

export const bar = (page) => page.getByRole('region', { name: 'Selected people' });
export const selectAll = (page) => page.getByLabel('Select all that are shown').check();
export const isSelected = (page, name) => page.getByLabel(`Select ${name}`).isChecked();
export const stage = (page, name) => page.locator(`[data-stage=${name}]`);
export const part = (page, outcome) => page.locator(`[data-outcome=${outcome}]`);

/** Plans that all who are shown get the level. */
export async function planLevel(page, level) {
  await selectAll(page);
  await button(bar(page), 'Set level').click();
  const form = page.getByRole('form', { name: 'Set level' });
  await form.getByLabel('Skill', { exact: true }).selectOption('English');
  await form.getByLabel('Level of English').fill(String(level));
  await button(form, 'Plan').click();
  await stage(page, 'planned').waitFor();
}

/** The assigned level of English of each. */
export async function levels({ people }) {
  const owner = await tokenOf(OWNER);
  const users = await Promise.all(people.map(({ id }) => get(`/users/${id}`, owner)));
  return users.map(({ assigned_skills }) => assigned_skills.find(({ skill }) => skill === 'English')?.level);
}
