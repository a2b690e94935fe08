// Skills that are assigned for a time: assigned, shown, ended early, cancelled, and in the history and a plan.
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  ADMIN,
  OWNER,
  SIMULATOR,
  SUPERVISOR,
  call,
  eventually,
  focusIsOn,
  get,
  inBrowser,
  isAccessible,
  newcomer,
  open,
  problemOf,
  tokenOf,
} from './browser.mjs';
import { openTab, userOf } from './panel.mjs';

const TAB = 'Assigned skills';
const ENGLISH_95 = { routing: { skills: ['English'], levels: { English: 95 } } };
const HOUR = 3_600_000;
const button = (panel, name) => panel.getByRole('button', { name, exact: true });
const lent = async (person) => (await userOf(person)).temporary_skills;
/** As a field for a time has it, in the time zone of the browser, which is that of this machine. */
const local = (time) => {
  const two = (number) => String(number).padStart(2, '0');
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${day}T${two(time.getHours())}:${two(time.getMinutes())}`;
};
const inHours = (hours) => new Date(Date.now() + hours * HOUR);

const lend = async (person, skill, level, from, until) =>
  call('PUT', `/users/${person.id}/skills/${skill}`, await tokenOf(ADMIN), {
    level,
    ...(from && { from: from.toISOString() }),
    until: until.toISOString(),
  });

async function openForm(page, identity, person) {
  const panel = await openTab(page, identity, person, TAB);
  await button(panel, 'Assign skills').click();
  return [panel, panel.getByRole('form', { name: 'Assign skills' })];
}

test(
  'rule 36: a skill is assigned for a time over the one that there is, shown with its end, and ended early',
  inBrowser(async (page) => {
    const person = await newcomer(['agent'], ENGLISH_95);
    const [panel, form] = await openForm(page, SUPERVISOR, person);
    await form.getByLabel('Only for a time').check();
    await form.getByLabel('Skill', { exact: true }).selectOption('English');
    await form.getByLabel('Level of English as a number').fill('10');
    await button(form, 'Assign 1 skill').click();
    await form.getByText('Enter until when.').waitFor();
    await focusIsOn(form.getByLabel('Until'));
    await form.getByLabel('Until').fill(local(inHours(-1)));
    await form.getByText('Enter a time that is to come, later than From.').waitFor();
    const until = inHours(2);
    await form.getByLabel('Until').fill(local(until));
    await form.getByText(/^English 95 → 10.*\(until .+ (UTC|GMT.*|[A-Z]{3,4})\)$/).waitFor();
    await isAccessible(page, 'assign for a time');
    await button(form, 'Assign 1 skill').click();
    await panel.getByText(/^until /).waitFor();
    await panel.getByText(/^For a time, since .*; then again as assigned: 95\.$/).waitFor();
    await panel.getByText('Live in TaskRouter').waitFor();
    const [english] = await lent(person);
    assert.deepEqual([english.level, english.active], [10, true]);
    assert.ok(Math.abs(Date.parse(english.until) - until.getTime()) < 60_000, 'the field is in local time');
    await isAccessible(page, 'a skill for a time');
    await button(panel, 'End now: English').click();
    await panel.getByText(/^until /).waitFor({ state: 'detached' });
    assert.deepEqual(await lent(person), []);
    assert.deepEqual((await userOf(person)).assigned_skills, [{ skill: 'English', level: 95 }]);
    await button(panel, 'Undo').click();
    await eventually(async () => (await lent(person)).length === 1, 'it is assigned for a time again');
  }),
);

test(
  'rule 36: what begins later is shown, is not routed by, and is cancelled',
  inBrowser(async (page) => {
    const person = await newcomer();
    const [panel, form] = await openForm(page, OWNER, person);
    await form.getByLabel('Skill', { exact: true }).selectOption('French');
    await form.getByLabel('Only for a time').check();
    await form.getByLabel('From').fill(local(inHours(2)));
    await form.getByLabel('Until').fill(local(inHours(1)));
    await button(form, 'Assign 1 skill').click();
    await form.getByText('Enter a time that is to come, later than From.').waitFor();
    await form.getByLabel('Until').fill(local(inHours(3)));
    await button(form, 'Assign 1 skill').click();
    await panel.getByText(/^For a time: 100, from .* until .*\.$/).waitFor();
    const user = await userOf(person);
    assert.deepEqual([user.effective_skills.length, user.temporary_skills[0].active], [0, false]);
    await isAccessible(page, 'a skill for a time that is to come');
    await button(panel, 'Cancel French for a time').click();
    await panel.getByText('This person has no skills.').waitFor();
    assert.deepEqual(await lent(person), []);
  }),
);

test(
  'what is refused of a skill for a time is said in words, and what was entered is kept',
  inBrowser(
    async (page) => {
      const person = await newcomer();
      await page.route('**/skills/French', (route) => route.fulfill(problemOf(409, 'too-many-temporary-skills')));
      const [, form] = await openForm(page, OWNER, person);
      await form.getByLabel('Skill', { exact: true }).selectOption('French');
      await form.getByLabel('Only for a time').check();
      const until = local(inHours(3));
      await form.getByLabel('Until').fill(until);
      await button(form, 'Assign 1 skill').click();
      await form.getByRole('alert').getByText('20 skills for a time already').waitFor();
      assert.equal(await form.getByLabel('Until').inputValue(), until);
      await page.unroute('**/skills/French');
      await button(form, 'Assign 1 skill').click();
      await eventually(async () => (await lent(person)).length === 1, 'it is assigned');
    },
    { faults: true },
  ),
);

test(
  'rule 31: the history tells what was assigned for a time',
  inBrowser(async (page) => {
    const person = await newcomer();
    const admin = await tokenOf(ADMIN);
    await call('PUT', `/users/${person.id}/skills/French`, admin, { level: 50, until: inHours(1).toISOString() });
    await call('DELETE', `/users/${person.id}/skills/French/temporary`, admin);
    const panel = await openTab(page, OWNER, person, 'History');
    await panel.getByText(/^French for a time: 50, from .* until /).waitFor();
    await panel.getByText('French for a time ends').waitFor();
    await isAccessible(page, 'history of a skill for a time');
  }),
);

test(
  'a plan says what it assigns for a time',
  inBrowser(async (page) => {
    const person = await newcomer();
    const owner = await tokenOf(OWNER);
    const temporary = [{ skill: 'French', level: 50, until: inHours(1).toISOString() }];
    const job = await call('POST', '/bulk', owner, {
      users: { ids: [person.id] },
      change: { skills: { temporary } },
    });
    const isPlanned = async () => (await get(`/jobs/${job.job_id}`, owner)).state === 'planned';
    await eventually(isPlanned, 'it is planned');
    await open(page, OWNER, `?view=bulk&item=${job.job_id}`);
    await page.getByText(/^French for a time: 50, from .* until /).waitFor();
    await call('POST', `/jobs/${job.job_id}/cancel`, owner);
  }),
);

test(
  'rule 36: the time of a skill is changed from its row, where it stands as it is',
  inBrowser(async (page) => {
    const person = await newcomer(['agent'], ENGLISH_95);
    await lend(person, 'English', 10, undefined, inHours(2));
    const [before] = await lent(person);
    const panel = await openTab(page, SUPERVISOR, person, TAB);
    const form = panel.getByRole('form', { name: 'Assign skills' });
    await button(panel, 'Change time: English').click();
    await focusIsOn(form.getByLabel('Until'));
    assert.equal(await form.getByLabel('Only for a time').isChecked(), true);
    assert.equal(await form.getByLabel('Level of English as a number').inputValue(), '10');
    assert.equal(await form.getByLabel('From').inputValue(), local(new Date(before.from)));
    assert.equal(await form.getByLabel('Until').inputValue(), local(new Date(before.until)));
    await isAccessible(page, 'the time of a skill is changed');
    await page.keyboard.press('Escape');
    await form.waitFor({ state: 'detached' });
    await focusIsOn(button(panel, 'Change time: English'));
    await page.keyboard.press('Enter');
    const until = inHours(5);
    await form.getByLabel('Until').fill(local(until));
    await form.getByText(/^English for a time: 10 \(from .+ until .+\)$/).waitFor();
    await button(form, 'Assign 1 skill').click();
    await form.waitFor({ state: 'detached' });
    const [after] = await lent(person);
    assert.deepEqual([after.level, after.from, after.active], [10, before.from, true], 'the rest stays exactly');
    assert.equal(local(new Date(after.until)), local(until));
  }),
);

test(
  'rule 36: choosing a skill that there is for a time fills in its level and time, and another skill takes them out',
  inBrowser(async (page) => {
    const person = await newcomer(['agent'], ENGLISH_95);
    const [from, until] = [inHours(2), inHours(4)];
    await lend(person, 'English', 10, from, until);
    const [panel, form] = await openForm(page, OWNER, person);
    const skill = form.getByLabel('Skill', { exact: true });
    await skill.selectOption('English');
    assert.equal(await form.getByLabel('Level of English as a number').inputValue(), '10');
    assert.equal(await form.getByLabel('From').inputValue(), local(from));
    assert.equal(await form.getByLabel('Until').inputValue(), local(until));
    await skill.selectOption('French');
    assert.equal(await form.getByLabel('Only for a time').isChecked(), false);
    await form.getByLabel('Only for a time').check();
    await form.getByLabel('Until').fill(local(inHours(3)));
    await skill.selectOption('English');
    assert.equal(await form.getByLabel('Until').inputValue(), local(inHours(3)), 'what is entered stays');
    assert.equal(await form.getByLabel('From').inputValue(), '');
    await button(form, 'Assign 1 skill').click();
    await panel.getByText(/^For a time, since .*; then again as assigned: 95\.$/).waitFor();
    assert.equal((await lent(person))[0].active, true, 'without From it begins now, also where it was to begin later');
  }),
);

test(
  'the form for a time is open for other skills too, which stay in it',
  inBrowser(async (page) => {
    const person = await newcomer(['agent'], ENGLISH_95);
    await lend(person, 'English', 10, undefined, inHours(2));
    const [panel, form] = await openForm(page, OWNER, person);
    await form.getByLabel('Skill', { exact: true }).selectOption('French');
    await button(panel, 'Change time: English').click();
    await focusIsOn(form.locator('fieldset').nth(1).getByLabel('Until'));
    await button(panel, 'Change time: English').click();
    assert.equal(await form.locator('fieldset').count(), 2);
    await button(form, 'Assign 2 skills').waitFor();
  }),
);

test(
  'rule 36: what is assigned permanently or removed says before that it ends the one for a time',
  inBrowser(async (page) => {
    const person = await newcomer(['agent'], ENGLISH_95);
    await lend(person, 'English', 10, undefined, inHours(2));
    await lend(person, 'French', 50, inHours(1), inHours(2));
    const [panel, form] = await openForm(page, OWNER, person);
    await form.getByLabel('Skill', { exact: true }).selectOption('French');
    await form.getByLabel('Only for a time').uncheck();
    await form.getByText('French is new: 50').waitFor();
    await form.getByText(/^French for a time, from .+ until .+, does not begin$/).waitFor();
    await button(form, 'Assign 1 skill').click();
    await form.waitFor({ state: 'detached' });
    assert.deepEqual(
      (await lent(person)).map(({ skill }) => skill),
      ['English'],
    );
    await button(panel, 'Remove English').click();
    const question = panel.getByRole('group', { name: `Remove English from ${person.name}?` });
    await question.getByText(/English is no longer there\. English for a time, until .+, ends$/).waitFor();
    await question.getByRole('button', { name: 'Cancel' }).click();
    await panel.getByLabel('Level of English as a number').fill('80');
    await panel.getByText(/^English 10 → 80\. English for a time, until .+, ends$/).waitFor();
    await isAccessible(page, 'a level that ends one for a time');
    await button(panel, 'Save English').click();
    await eventually(async () => (await lent(person)).length === 0, 'it ends');
  }),
);

test(
  'rule 24: enabling a skill ends what is to come for a time, and says so; what has started goes on',
  inBrowser(async (page) => {
    const person = await newcomer(['agent'], ENGLISH_95);
    const { worker } = await userOf(person);
    const disable = async () => {
      await eventually(async () => (await userOf(person)).sync.state === 'synced', 'it is carried over');
      const off = { worker_sid: worker.sid, skills: [], disabled: ['English'] };
      await fetch(`${SIMULATOR}/sim/skills-panel`, { method: 'POST', body: JSON.stringify(off) });
      await eventually(async () => (await userOf(person)).effective_skills[0]?.disabled, 'it is disabled');
    };
    await lend(person, 'English', 10, undefined, inHours(2));
    await disable();
    const panel = await openTab(page, OWNER, person, TAB);
    await button(panel, 'Enable English').click();
    await panel.getByText('Live in TaskRouter').waitFor();
    const user = await userOf(person);
    assert.deepEqual([user.temporary_skills.length, user.effective_skills[0].disabled], [1, undefined]);
    await call('DELETE', `/users/${person.id}/skills/English/temporary`, await tokenOf(ADMIN));
    await lend(person, 'English', 10, inHours(1), inHours(2));
    await disable();
    const again = await openTab(page, OWNER, person, TAB);
    await again.getByText(/^Enable English: English for a time, from .+ until .+, does not begin$/).waitFor();
    await isAccessible(page, 'enabling ends one for a time');
    await button(again, 'Enable English').click();
    await eventually(async () => (await lent(person)).length === 0, 'it does not begin');
  }),
);

test(
  'what would end a skill for a time is not undone at once from the history, but by a plan',
  inBrowser(async (page) => {
    const person = await newcomer(['agent'], ENGLISH_95);
    await call('PUT', `/users/${person.id}/skills/English`, await tokenOf(ADMIN), { level: 50 });
    await lend(person, 'English', 10, undefined, inHours(2));
    const panel = await openTab(page, OWNER, person, 'History');
    const record = panel.locator('ol.history > li').filter({ hasText: 'English 95 → 50' });
    await record.getByRole('button', { name: /^Plan to undo the change of/ }).waitFor();
    assert.equal(await record.getByRole('button', { name: /^Undo the change of/ }).count(), 0);
  }),
);

test(
  'a skill that another user has assigned for a time meanwhile is shown beside one’s own',
  inBrowser(
    async (page) => {
      const person = await newcomer();
      const [panel, form] = await openForm(page, OWNER, person);
      await form.getByLabel('Skill', { exact: true }).selectOption('French');
      await form.getByLabel('Only for a time').check();
      await form.getByLabel('Until').fill(local(inHours(3)));
      await lend(person, 'French', 20, undefined, inHours(2));
      await button(form, 'Assign 1 skill').click();
      const both = form.locator('[data-conflict]');
      await both.getByText(/^Yours: 100 for a time, until /).waitFor();
      await both.getByText(/^Theirs: 20 for a time, from .+ until /).waitFor();
      await isAccessible(page, 'two skills for a time');
      await button(form, 'Assign 1 skill').click();
      assert.equal((await lent(person))[0].level, 20, 'nothing is sent before one is chosen');
      await both.getByLabel(/Yours/).check();
      await button(form, 'Assign 1 skill').click();
      await form.waitFor({ state: 'detached' });
      assert.equal((await lent(person))[0].level, 100);
      await button(panel, 'Change time: French').click();
      await form.getByLabel('Until').fill(local(inHours(5)));
      await call('DELETE', `/users/${person.id}/skills/French/temporary`, await tokenOf(ADMIN));
      await button(form, 'Assign 1 skill').click();
      await both.getByLabel('Theirs: not for a time').click();
      await form.waitFor({ state: 'detached' });
      assert.deepEqual(await lent(person), []);
    },
    { faults: true },
  ),
);

test(
  'what would end a skill for a time that is new meanwhile is asked about, in the form and in the row',
  inBrowser(
    async (page) => {
      const person = await newcomer(['agent'], ENGLISH_95);
      const [panel, form] = await openForm(page, OWNER, person);
      await form.getByLabel('Skill', { exact: true }).selectOption('French');
      await lend(person, 'French', 20, undefined, inHours(2));
      await button(form, 'Assign 1 skill').click();
      await form.getByText(/^French for a time, until .+, ends$/).waitFor();
      await form.getByText('Yours: 100').waitFor();
      await form.getByLabel(/Theirs: 20 for a time, from /).click();
      await form.waitFor({ state: 'detached' });
      await panel.getByLabel('Level of English as a number').fill('80');
      await lend(person, 'English', 10, undefined, inHours(2));
      await button(panel, 'Save English').click();
      const both = panel.locator('[data-conflict]');
      await both.getByText(/^Theirs: 10 for a time, from /).waitFor();
      await both.getByLabel('Yours: 80').check();
      await button(panel, 'Save English').click();
      await eventually(async () => (await lent(person)).length === 1, 'one’s own is saved');
      assert.deepEqual((await userOf(person)).assigned_skills, [{ skill: 'English', level: 80 }]);
    },
    { faults: true },
  ),
);
