// How many clicks and keys the most common tasks take. docs/manage-users.md says the same.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import {
  ADMIN,
  OWNER,
  call,
  eventually,
  focusIsOn,
  inBrowser,
  names,
  newcomer,
  openList,
  row,
  search,
  tokenOf,
} from './browser.mjs';
import { button } from './answers.mjs';
import { SALES, panelOf, team, userOf } from './panel.mjs';

const PAGE = 'docs/manage-users.md';
const ENGLISH_90 = { routing: { skills: ['English'], levels: { English: 90 } } };

/** Sends clicks and keys to the page as hands would, and counts them. A capital or a combination is not among them. */
class Hands {
  clicks = 0;
  keys = 0;

  constructor(page) {
    this.page = page;
  }

  async click(locator, position) {
    this.clicks += 1;
    await locator.click({ position });
  }

  async press(...keys) {
    for (const key of keys) {
      this.keys += 1;
      await this.page.keyboard.press(key);
    }
  }

  /** In a drop-down list the first letter of an option chooses it. */
  async choose(list, letter) {
    await this.click(list);
    await this.press(letter, 'Enter');
  }

  /** One click where the level lies on the slider; keys would move it on from there. */
  async slide(slider, level) {
    const { box, min, max } = await slider.evaluate((range) => {
      return { box: range.getBoundingClientRect().toJSON(), min: Number(range.min), max: Number(range.max) };
    });
    const thumb = 16;
    const x = thumb / 2 + ((level - min) / (max - min)) * (box.width - thumb);
    await this.click(slider, { x, y: box.height / 2 });
    assert.equal(Number(await slider.inputValue()), level, 'the slider is where it was clicked');
  }

  /** Three letters that only one person has. */
  async find({ name, letters }) {
    await this.click(search(this.page));
    await this.press(...letters);
    await eventually(async () => (await names(this.page)).join() === name, `${letters} finds ${name} alone`);
  }

  async open(person, tab) {
    await this.find(person);
    await this.click(this.page.getByRole('link', { name: person.name, exact: true }));
    const panel = panelOf(this.page);
    await panel.getByRole('heading', { name: person.name }).waitFor();
    if (tab) await this.click(panel.getByRole('tab', { name: tab }));
    return panel;
  }
}

/** A user whose family name begins with letters that are in no other name. */
async function named(family, attributes) {
  const person = await newcomer(['agent'], attributes, `Mary ${family}`);
  return { ...person, letters: family.slice(0, 3).toLowerCase() };
}

async function statusIs(person, status) {
  await eventually(async () => (await userOf(person)).status === status, `${person.name} is ${status}`);
}

const levelOf = async (person, skill) =>
  (await userOf(person)).assigned_skills.find((assigned) => assigned.skill === skill)?.level;

async function levelIs(person, skill, level) {
  await eventually(async () => (await levelOf(person, skill)) === level, `${skill} is ${level}`);
}

/** Each gives what is to be done by hand, after what it needs is there; it fails where the task is not done. */
const TASKS = {
  'Find one person': async () => {
    const person = await named('Curie');
    return (hands) => hands.find(person);
  },
  'Change a level': async () => {
    const person = await named('Hilbert', ENGLISH_90);
    return async (hands) => {
      const panel = await hands.open(person, 'Assigned skills');
      await hands.slide(panel.getByRole('slider', { name: 'Level of English' }), 75);
      await hands.click(button(panel, 'Save English'));
      await levelIs(person, 'English', 75);
    };
  },
  Deactivate: async () => {
    const person = await named('Planck');
    return async (hands) => {
      await hands.find(person);
      await hands.click(button(row(hands.page, person.name), `Deactivate ${person.name}`));
      const question = hands.page.getByRole('group', { name: `Deactivate ${person.name}?` });
      await hands.click(button(question, `Deactivate ${person.name}`));
      await statusIs(person, 'deactivated');
    };
  },
  Reactivate: async () => {
    const person = await named('Kepler');
    await call('POST', `/users/${person.id}/deactivate`, await tokenOf(ADMIN), {});
    return async (hands) => {
      await hands.choose(hands.page.getByLabel('Status'), 'd');
      await hands.find(person);
      await hands.click(button(row(hands.page, person.name), `Reactivate ${person.name}`));
      const question = hands.page.getByRole('group', { name: `Reactivate ${person.name}?` });
      await hands.click(button(question, `Reactivate ${person.name}`));
      await statusIs(person, 'active');
    };
  },
  'Assign a skill with a level': async () => {
    const person = await named('Gauss');
    return async (hands) => {
      const panel = await hands.open(person, 'Assigned skills');
      await hands.click(button(panel, 'Assign skills'));
      const form = panel.getByRole('form', { name: 'Assign skills' });
      await focusIsOn(form.getByLabel('Skill set'));
      await form.getByRole('option', { name: 'German' }).waitFor({ state: 'attached' });
      // No other test has a skill with this letter.
      await hands.press('Tab', 'g');
      await hands.slide(form.getByRole('slider', { name: 'Level of German' }), 80);
      await hands.click(button(form, 'Assign 1 skill'));
      await levelIs(person, 'German', 80);
    };
  },
  'Add to a team': async () => {
    const person = await named('Euler');
    return async (hands) => {
      const panel = await hands.open(person);
      await hands.click(team(panel, 'Sales (US)'));
      await hands.click(button(panel, 'Save changes'));
      await eventually(async () => (await userOf(person)).teams[0]?.team_id === SALES, 'they are in the team');
    };
  },
  'Change a role': async () => {
    const person = await named('Tesla');
    return async (hands) => {
      const panel = await hands.open(person);
      await hands.choose(panel.getByLabel('Role'), 's');
      await hands.click(button(panel, 'Save changes'));
      await eventually(async () => (await userOf(person)).role === 'supervisor', 'they are a supervisor');
    };
  },
  'Export the supervisors': async () => async (hands) => {
    const download = hands.page.waitForEvent('download');
    await hands.choose(hands.page.getByLabel('Role', { exact: true }), 's');
    await hands.click(button(hands.page, 'Export this list as CSV'));
    const [header, ...lines] = readFileSync(await (await download).path(), 'utf8')
      .trim()
      .split('\r\n');
    const role = header.split(',').indexOf('role');
    const roles = lines.map((line) => line.split(',')[role]);
    assert.deepEqual([...new Set(roles)], ['supervisor']);
  },
  'See who changed what': async () => {
    const person = await named('Volta', ENGLISH_90);
    await call('PUT', `/users/${person.id}/skills/English`, await tokenOf(ADMIN), { level: 60 });
    return async (hands) => {
      const panel = await hands.open(person, 'History');
      const record = panel.getByRole('listitem').filter({ hasText: 'English 90 → 60' }).first();
      await record.getByText('Adam Admin changed this person').waitFor();
    };
  },
  'Undo what was just saved': async () => {
    const person = await named('Faraday', ENGLISH_90);
    return async (hands) => {
      const before = new Hands(hands.page);
      const panel = await before.open(person, 'Assigned skills');
      await before.slide(panel.getByRole('slider', { name: 'Level of English' }), 75);
      await before.click(button(panel, 'Save English'));
      await levelIs(person, 'English', 75);
      await hands.click(button(panel, 'Undo'));
      await levelIs(person, 'English', 90);
    };
  },
  'Undo an older change': async () => {
    const person = await named('Bohr', ENGLISH_90);
    await call('PUT', `/users/${person.id}/skills/English`, await tokenOf(ADMIN), { level: 60 });
    return async (hands) => {
      const panel = await hands.open(person, 'History');
      const record = panel.getByRole('listitem').filter({ hasText: 'English 90 → 60' }).first();
      await hands.click(record.getByRole('button', { name: /^Undo the change of/ }));
      await levelIs(person, 'English', 90);
    };
  },
};

/** What each step takes of the way that is described elsewhere: clicks and keys. */
const STEPS = {
  find: [1, 3],
  status: [1, 2],
  role: [1, 2],
  'skill set': [1, 2],
  skill: [1, 2],
  ...Object.fromEntries(
    ['pencil', 'tab', '`+`', 'require a level', 'slider', 'save', 'icon', 'confirm', 'team', 'export icon'].map(
      (step) => [step, [1, 0]],
    ),
  ),
};

/** The rows of the page's table: for each task its figures here, and the way that is described elsewhere with its own. */
function readTable() {
  const lines = readFileSync(PAGE, 'utf8').split('\n');
  const begin = lines.findIndex((line) => line.startsWith('| task |')) + 2;
  const end = lines.findIndex((line, n) => n >= begin && !line.startsWith('|'));
  return lines.slice(begin, end === -1 ? undefined : end).map((line) => {
    const [, task, clicks, keys, clicksThere, keysThere, way] = line.split('|').map((cell) => cell.trim());
    return { task, here: [clicks, keys].map(Number), there: [clicksThere, keysThere].map(Number), way };
  });
}

const TABLE = readTable();

test(`the table of ${PAGE} has the tasks that are counted here, and its derived figures are the sums of their steps`, () => {
  assert.deepEqual(
    TABLE.map(({ task }) => task),
    Object.keys(TASKS),
  );
  for (const { task, there, way } of TABLE.filter((row) => !row.way.startsWith('not described'))) {
    const steps = way.split(':')[0].split(', ');
    const sum = steps.map((step) => STEPS[step]).reduce(([a, b], [clicks, keys]) => [a + clicks, b + keys]);
    assert.deepEqual(there, sum, task);
  }
});

for (const { task, here } of TABLE) {
  test(
    `${task}, clicks: ${here[0]}, keys: ${here[1]}`,
    inBrowser(
      async (page) => {
        const work = await TASKS[task]();
        await openList(page, OWNER);
        const hands = new Hands(page);
        await work(hands);
        assert.deepEqual([hands.clicks, hands.keys], here);
      },
      { acceptDownloads: true },
    ),
  );
}
