// Skills that are assigned for a time: assigned, shown, ended early, cancelled, and in the history and a plan.
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  ADMIN,
  OWNER,
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
    await form.getByText(/^English 95 → 10.*\(until /).waitFor();
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
