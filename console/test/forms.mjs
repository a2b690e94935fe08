// The forms and questions of the pages, as a user fills them in: for tests of whatever the API answers to them.
import assert from 'node:assert/strict';
import { API, OWNER, call, newcomer, open, openList, tokenOf } from './browser.mjs';
import { REPORT, button } from './answers.mjs';

let made = 0;
const named = (kind) => `${kind}_${process.pid}_${(made += 1)}`;
const api = async (method, path, body) => call(method, path, await tokenOf(OWNER), body);
const exactly = (page, label) => page.getByLabel(label, { exact: true });

async function openTeam(page, { members = [], skills = {} } = {}) {
  const team = await api('POST', '/teams', { name: named('Team') });
  for (const { id } of members) await api('PATCH', `/users/${id}`, { teams: [team.team_id] });
  for (const [skill, level] of Object.entries(skills)) {
    await api('PUT', `/teams/${team.team_id}/skills/${skill}`, { level });
  }
  await open(page, OWNER, `?view=teams&item=${team.team_id}`);
  await page.getByRole('heading', { name: team.name }).waitFor();
  return team;
}

async function openSkill(page) {
  const [set, skill] = [named('Set'), named('Skill')];
  await api('POST', '/skill-sets', { name: set });
  await api('PUT', `/skill-sets/${set}/skills/${skill}`, { min: 1, max: 5 });
  await open(page, OWNER, '?view=skills');
  const row = page.locator(`tr[data-skill="${skill}"]`);
  await row.waitFor();
  return { set, skill, row };
}

async function openPreset(page) {
  const name = named('Preset');
  await api('POST', '/skill-presets', { name, skills: [{ skill: 'English', level: 50 }] });
  await open(page, OWNER, '?view=skills');
  const row = page.locator(`[data-preset="${name}"]`);
  await row.waitFor();
  return { name, row };
}

/** A form whose fields are filled in; `typed` are their locators with what stands in them. */
const form = (page, submit, typed, done) => ({
  submit,
  typed,
  send: () => button(page, submit).click(),
  isKept: async () => {
    for (const [field, value] of typed) assert.equal(await field.inputValue(), value);
  },
  done,
});

/** A question behind a button: what is kept is the question. */
const question = (page, { opener, title, confirm }, done) => {
  const group = page.getByRole('group', { name: title });
  const start = opener ?? button(page, confirm);
  return {
    send: async () => {
      if ((await group.count()) > 0 && (await button(group, confirm).count()) === 0) {
        await button(group, 'Cancel').click();
        await group.waitFor({ state: 'detached' });
      }
      if ((await group.count()) === 0) await start.first().click();
      await button(group, confirm).click();
    },
    isKept: () => group.waitFor(),
    done,
  };
};

/** What can be sent: to which path, from a page that is opened and filled in, and what is there once it is done. */
export const FORMS = [
  {
    name: 'a new person',
    path: /\/users$/,
    fill: async (page) => {
      const identity = `${named('grace')}@example.com`;
      await open(page, OWNER, '?view=people');
      const fields = page.getByRole('form');
      await exactly(fields, 'Name').fill(`Grace ${identity}`);
      await exactly(fields, 'Identity').fill(identity);
      const typed = [
        [exactly(fields, 'Name'), `Grace ${identity}`],
        [exactly(fields, 'Identity'), identity],
      ];
      return form(page, 'Add person', typed, () => page.getByText(`Open Grace ${identity}`).waitFor());
    },
  },
  {
    name: 'a new team',
    path: /\/teams$/,
    fill: async (page) => {
      const name = named('Team');
      await open(page, OWNER, '?view=teams');
      await page.getByLabel('New team').fill(name);
      return form(page, 'Create team', [[page.getByLabel('New team'), name]], () =>
        page.getByRole('heading', { name }).waitFor(),
      );
    },
  },
  {
    name: 'another name of a team',
    path: /\/teams\/[^/]+$/,
    fill: async (page) => {
      await openTeam(page);
      const name = named('Renamed');
      await exactly(page, 'Name').fill(name);
      return form(page, 'Rename', [[exactly(page, 'Name'), name]], () => page.getByRole('heading', { name }).waitFor());
    },
  },
  {
    name: 'archiving a team',
    path: /\/teams\/[^/]+$/,
    fill: async (page) => {
      const { name } = await openTeam(page);
      const asked = { opener: button(page, 'Archive'), title: `Archive ${name}?`, confirm: `Archive ${name}` };
      return question(page, asked, () => button(page, 'Unarchive').waitFor());
    },
  },
  {
    name: 'deleting a team',
    path: /\/teams\/[^/]+$/,
    fill: async (page) => {
      const { name } = await openTeam(page);
      const asked = { opener: button(page, 'Delete'), title: `Delete ${name}?`, confirm: `Delete ${name}` };
      return question(page, asked, () => page.getByLabel('New team').waitFor());
    },
  },
  {
    name: 'granting a skill',
    path: /\/teams\/[^/]+\/skills\/English$/,
    fill: async (page) => {
      await openTeam(page);
      const [skill, level] = [page.getByLabel('Skill to grant or change'), page.getByLabel('Level of English')];
      await skill.selectOption('English');
      await level.fill('60');
      const typed = [
        [skill, 'English'],
        [level, '60'],
      ];
      return form(page, 'Grant skill', typed, () => page.getByText('English 60', { exact: true }).waitFor());
    },
  },
  {
    name: 'removing a skill of a team',
    path: /\/teams\/[^/]+\/skills\/English$/,
    fill: async (page) => {
      await openTeam(page, { skills: { English: 60 } });
      const asked = { title: 'Remove English from the team?', confirm: 'Remove English' };
      return question(page, asked, () => page.locator('[data-skill]').waitFor({ state: 'detached' }));
    },
  },
  {
    name: 'adding a member',
    path: /\/users\/[^/?]+$/,
    fill: async (page) => {
      const { name } = await newcomer();
      await openTeam(page);
      const field = page.getByLabel('Add a member');
      await field.fill(name);
      await button(page, `Add ${name}`).waitFor();
      return form(page, `Add ${name}`, [[field, name]], () =>
        page.locator('[data-members]').getByRole('link', { name }).waitFor(),
      );
    },
  },
  {
    name: 'removing a member',
    path: /\/users\/[^/?]+$/,
    fill: async (page) => {
      const person = await newcomer();
      const team = await openTeam(page, { members: [person] });
      const asked = { title: `Remove ${person.name} from ${team.name}?`, confirm: `Remove ${person.name}` };
      return question(page, asked, () => page.getByText('It has 0 members.').waitFor());
    },
  },
  {
    name: 'a new skill set',
    path: /\/skill-sets$/,
    fill: async (page) => {
      const set = named('Set');
      await open(page, OWNER, '?view=skills');
      await page.getByLabel('New skill set').fill(set);
      return form(page, 'Create skill set', [[page.getByLabel('New skill set'), set]], () =>
        page.getByRole('heading', { name: set, exact: true }).waitFor(),
      );
    },
  },
  {
    name: 'a new skill',
    path: /\/skills\/Skill_/,
    fill: async (page) => {
      const { set } = await openSkill(page);
      const skill = named('Skill');
      await button(page, `Add a skill to ${set}`).click();
      await exactly(page, 'Name').fill(skill);
      await page.getByLabel('Highest level').fill('7');
      const typed = [
        [exactly(page, 'Name'), skill],
        [page.getByLabel('Highest level'), '7'],
      ];
      return form(page, 'Create skill', typed, () =>
        page.locator(`tr[data-skill="${skill}"]`).getByText('1–7').waitFor(),
      );
    },
  },
  {
    name: 'other levels of a skill',
    path: /\/skills\/Skill_/,
    fill: async (page) => {
      const { skill, row } = await openSkill(page);
      await button(page, `Edit ${skill}`).click();
      await page.getByLabel('Highest level').fill('9');
      return form(page, 'Save changes', [[page.getByLabel('Highest level'), '9']], () =>
        row.getByText('1–9').waitFor(),
      );
    },
  },
  {
    name: 'deleting a skill',
    path: /\/skills\/Skill_/,
    fill: async (page) => {
      const { skill, row } = await openSkill(page);
      const asked = { title: `Delete ${skill}?`, confirm: `Delete ${skill}` };
      return question(page, asked, () => row.waitFor({ state: 'detached' }));
    },
  },
  {
    name: 'deleting a skill set',
    path: /\/skill-sets\/[^/]+$/,
    fill: async (page) => {
      const { set } = await openSkill(page);
      const asked = { title: `Delete ${set}?`, confirm: `Delete ${set}` };
      return question(page, asked, () =>
        page.getByRole('heading', { name: set, exact: true }).waitFor({ state: 'detached' }),
      );
    },
  },
  {
    name: 'a new preset',
    path: /\/skill-presets$/,
    fill: async (page) => {
      const name = named('Preset');
      await open(page, OWNER, '?view=skills');
      await button(page, 'New preset').click();
      await exactly(page, 'Name').fill(name);
      await page.getByLabel('Add a skill to the preset').selectOption('English');
      await page.getByLabel('Level of English').fill('50');
      const typed = [
        [exactly(page, 'Name'), name],
        [page.getByLabel('Level of English'), '50'],
      ];
      return form(page, 'Save preset', typed, () =>
        page.locator(`[data-preset="${name}"]`).getByText('English 50').waitFor(),
      );
    },
  },
  {
    name: 'another level of a preset',
    path: /\/skill-presets\/[^/]+$/,
    fill: async (page) => {
      const { name, row } = await openPreset(page);
      await button(page, `Edit ${name}`).click();
      const level = page.getByLabel('Level of English');
      await level.fill('70');
      return form(page, 'Save changes', [[level, '70']], () => row.getByText('English 70', { exact: true }).waitFor());
    },
  },
  {
    name: 'deleting a preset',
    path: /\/skill-presets\/[^/]+$/,
    fill: async (page) => {
      const { name, row } = await openPreset(page);
      const asked = { title: `Delete ${name}?`, confirm: `Delete ${name}` };
      return question(page, asked, () => row.waitFor({ state: 'detached' }));
    },
  },
  {
    name: 'the skills of a person as a preset',
    path: /\/skill-presets$/,
    fill: async (page) => {
      const [{ id, name: person }, name] = [await newcomer(), named('Preset')];
      await api('PUT', `/users/${id}/skills/English`, { level: 50 });
      await open(page, OWNER, `?q=${encodeURIComponent(person)}&user=${id}&tab=skills`);
      await button(page, 'Save as preset …').click();
      const field = page.getByLabel('Name of the preset');
      await field.fill(name);
      return form(page, 'Save preset', [[field, name]], () => field.waitFor({ state: 'detached' }));
    },
  },
  {
    name: 'deciding about drift',
    path: /\/drift\/role\/revert$/,
    fill: async (page) => {
      const { id, name } = await newcomer();
      const differing = { count: 1, first: [{ user_id: id, fields: ['role'] }] };
      await page.route(/\/reconciliations\/latest$/, (route) => route.fulfill({ json: { ...REPORT, differing } }));
      await open(page, OWNER, '?view=reconciliation');
      const asked = { title: `Revert what others have changed of ${name}?`, confirm: `Revert ${name}` };
      return question(page, asked, () => page.getByRole('group', { name: asked.title }).waitFor({ state: 'detached' }));
    },
  },
];

const FLEX_SKILL = {
  skill: 'Imported',
  state: 'missing',
  detail: null,
  flex: { multivalue: true, minimum: 1, maximum: 5 },
  catalog: null,
};

const PLANNED = {
  job_id: '01937a3c-7b00-7000-8000-000000000002',
  kind: 'bulk',
  phase: 'plan',
  state: 'planned',
  done: 1,
  total: null,
  created_at: '2026-11-22T09:15:00.000Z',
  plan: {
    hash: 'f00d',
    planned_at: '2026-11-22T09:15:01.000Z',
    usable_until: '2026-11-22T10:15:01.000Z',
    changed: 0,
    unchanged: 1,
    refused: 0,
    drastic: 0,
    must_confirm: false,
    remarks: [],
    file: { separator: ';', has_version: true, rows: 1 },
  },
};

/** A file that is chosen, and would be planned; of a user one job is at work at a time. */
async function chooseFile(page) {
  const [upload_id, url] = [PLANNED.job_id, `${API}/a-file`];
  await page.route(/\/uploads$/, (route) =>
    route.fulfill({ json: { upload_id, url, expires_at: PLANNED.created_at } }),
  );
  await page.route(url, (route) => route.fulfill({ status: 200 }));
  await page.route(/\/imports$/, (route) => route.fulfill({ status: 202, json: PLANNED }));
  await page.route(/\/jobs\/[^/]+$/, (route) => route.fulfill({ json: PLANNED }));
  await page.route(/\/plan\?/, (route) => route.fulfill({ json: { items: [], next_cursor: null } }));
  await openList(page, OWNER);
  await button(page, 'Import a CSV file').click();
  const field = page.getByLabel('CSV file', { exact: true });
  await field.setInputFiles({ name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from('identity;role\n') });
  const done = () => page.getByText('The file has 1 row, separated by semicolons.').waitFor();
  const isKept = async () => assert.equal(await field.evaluate(({ files }) => files[0].name), 'people.csv');
  return { ...form(page, 'Plan', [], done), isKept };
}

/** Those that would change what other tests use, and are answered by the test in the end. */
export const ANSWERED_FORMS = [
  { name: 'a file to import', path: /\/uploads$/, fill: chooseFile },
  { name: 'the import of a file', path: /\/imports$/, fill: chooseFile },
  {
    name: 'an import',
    path: /\/flex\/skills\/import$/,
    fill: async (page) => {
      await page.route(/\/flex\/skills$/, (route) => route.fulfill({ json: { items: [FLEX_SKILL] } }));
      await page.route(/\/import$/, (route) => route.fulfill({ json: { items: [FLEX_SKILL], left: 0 } }));
      await open(page, OWNER, '?view=skills');
      await button(page, 'Compare with Flex').click();
      const field = page.getByLabel('New skills join');
      await field.fill('Others');
      return form(page, 'Import missing and differing skills', [[field, 'Others']], () =>
        page.getByText('1 skills are imported.').first().waitFor(),
      );
    },
  },
  {
    name: 'a reconciliation',
    path: /\/reconciliations$/,
    fill: async (page) => {
      const report = (route) => route.fulfill({ json: REPORT });
      await page.route(/\/reconciliations\/latest$/, report);
      await page.route(/\/reconciliations$/, report);
      await open(page, OWNER, '?view=reconciliation');
      return form(page, 'Start a reconciliation', [], () => page.getByRole('alert').waitFor({ state: 'detached' }));
    },
  },
];
