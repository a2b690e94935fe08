// Assigned skills: several in one go, what is in the way, and undoing from the history.
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
  problemOf,
  tokenOf,
} from './browser.mjs';
import { SALES, openPanel, openTab, userOf, withUser } from './panel.mjs';

const TAB = 'Assigned skills';
const ENGLISH_95 = { routing: { skills: ['English'], levels: { English: 95 } } };
const number = (panel, skill = 'English') => panel.getByLabel(`Level of ${skill} as a number`);
const button = (panel, name) => panel.getByRole('button', { name, exact: true });
const live = (panel) => panel.getByText('Live in TaskRouter').waitFor();
const assigned = async (person) =>
  Object.fromEntries((await userOf(person)).assigned_skills.map(({ skill, level }) => [skill, level]));

test(
  'rule 16: several skills are assigned in one go, with and without a level, and undone together',
  inBrowser(async (page) => {
    const person = await newcomer();
    const panel = await openTab(page, SUPERVISOR, person, TAB);
    await panel.getByText('This person has no skills.').waitFor();
    await button(panel, 'Assign skills').click();
    const form = panel.getByRole('form', { name: 'Assign skills' });
    await focusIsOn(form.getByLabel('Skill set'));
    await form.getByLabel('Skill set').selectOption('Languages');
    const offered = await form.getByLabel('Skill', { exact: true }).locator('option').allTextContents();
    assert.deepEqual(
      offered.map((name) => name.trim()),
      ['Choose a skill', 'English', 'French', 'German', 'Spanish'],
    );
    await form.getByLabel('Skill', { exact: true }).selectOption('French');
    await number(form, 'French').fill('80');
    await button(form, 'Another skill').click();
    const second = form.locator('fieldset').nth(1);
    await second.getByLabel('Skill', { exact: true }).selectOption('Onboarding');
    await second.getByText('Onboarding has no levels.').waitFor();
    assert.equal(await second.getByRole('slider').count(), 0, 'no slider without levels');
    await button(form, 'Another skill').click();
    const third = form.locator('fieldset').nth(2);
    await third.getByLabel('Skill', { exact: true }).selectOption('Spanish');
    await third.getByLabel('Require a level').uncheck();
    assert.equal(await third.getByRole('slider').count(), 0, 'no slider without a level');
    await form.getByText('French is new: 80').waitFor();
    await isAccessible(page, 'assign skills');
    await button(form, 'Assign 3 skills').click();
    await live(panel);
    await focusIsOn(button(panel, 'Assign skills'));
    assert.deepEqual(await assigned(person), { French: 80, Onboarding: null, Spanish: null });
    await button(panel, 'Undo').click();
    await eventually(async () => Object.keys(await assigned(person)).length === 0, 'all are undone');
  }),
);

test(
  'rule 24: a skill that is disabled in Flex is explained, and enabled by assigning it',
  inBrowser(async (page) => {
    const person = await newcomer(['agent'], ENGLISH_95);
    const { worker } = await userOf(person);
    const off = { worker_sid: worker.sid, skills: [], disabled: ['English'] };
    await fetch(`${SIMULATOR}/sim/skills-panel`, { method: 'POST', body: JSON.stringify(off) });
    await eventually(async () => (await userOf(person)).effective_skills[0]?.disabled, 'it is disabled');
    const panel = await openTab(page, OWNER, person, TAB);
    await panel.getByText('This skill was disabled on Flex’s own pages').waitFor();
    await isAccessible(page, 'disabled in Flex');
    await button(panel, 'Enable English').click();
    await live(panel);
    const [english] = (await userOf(person)).effective_skills;
    assert.deepEqual([english.level, english.disabled], [95, undefined]);
  }),
);

test(
  'contested skills, and attributes that get short of room, are explained',
  inBrowser(async (page) => {
    const person = await newcomer(['agent'], ENGLISH_95);
    const sync = { state: 'contested', since: '2026-11-22T09:17:20.460Z', contested: ['skills'] };
    await withUser(page, person, () => ({ sync, attributes: { used: 3900, limit: 4096 } }));
    const panel = await openTab(page, OWNER, person, TAB);
    await panel.getByText('Another tool overwrites these skills again and again.').waitFor();
    assert.equal(await panel.getByLabel('Room in the worker’s attributes').evaluate((meter) => meter.value), 3900);
    await panel.getByText('3,900 of 4,096 characters are used.').waitFor();
    await isAccessible(page, 'contested, short of room');
  }),
);

test(
  'rule 27: what is refused is said in words, what is assigned leaves the form, and the rest is kept',
  inBrowser(
    async (page) => {
      const person = await newcomer();
      const panel = await openTab(page, OWNER, person, TAB);
      const words = 'TaskRouter takes no more attributes of this worker.';
      await page.route('**/skills/German', (route) => route.fulfill(problemOf(409, 'attributes-too-long')));
      await button(panel, 'Assign skills').click();
      const form = panel.getByRole('form', { name: 'Assign skills' });
      await form.getByLabel('Skill', { exact: true }).selectOption('French');
      await button(form, 'Another skill').click();
      await form.locator('fieldset').nth(1).getByLabel('Skill', { exact: true }).selectOption('German');
      await number(form, 'German').fill('33');
      await button(form, 'Assign 2 skills').click();
      await form.getByRole('alert').getByText(words).waitFor();
      await isAccessible(page, 'refused');
      assert.deepEqual(await assigned(person), { French: 100 });
      assert.equal(await form.locator('fieldset').count(), 1);
      assert.equal(await number(form, 'German').inputValue(), '33');
    },
    { faults: true },
  ),
);

test(
  'a change to a user’s skills is undone from the history as long as it is in effect',
  inBrowser(async (page) => {
    const person = await newcomer(['agent'], ENGLISH_95);
    const admin = await tokenOf(ADMIN);
    await call('PUT', `/users/${person.id}/skills/English`, admin, { level: 50 });
    await call('PATCH', `/users/${person.id}`, admin, { teams: [SALES] });
    const panel = await openTab(page, OWNER, person, 'History');
    const record = panel.getByRole('listitem').filter({ hasText: 'English 95 → 50' }).first();
    await record.getByRole('button', { name: /^Undo the change of/ }).click();
    await live(panel);
    assert.deepEqual([await assigned(person), (await userOf(person)).teams.length], [{ English: 95 }, 1]);
    const undo = record.getByRole('button', { name: /^Undo the change of/ });
    await eventually(async () => (await undo.count()) === 0, 'it is no longer in effect');
    const { items } = await get(`/users/${person.id}/history`, admin);
    assert.equal(items[0].changes[0].after.English, 95);
  }),
);

test(
  'the catalog is read once for one person, whatever is opened',
  inBrowser(async (page) => {
    const person = await newcomer();
    const panel = await openPanel(page, OWNER, person);
    await panel.getByLabel('Support', { exact: true }).waitFor();
    let reads = 0;
    page.on('request', (request) => void (reads += /\/(teams|skill-sets)\?/.test(request.url()) ? 1 : 0));
    await panel.getByRole('tab', { name: TAB }).click();
    await button(panel, 'Assign skills').click();
    await panel.getByLabel('Skill', { exact: true }).selectOption('French');
    assert.equal(reads, 0);
  }),
);

test(
  'rule 16: a skill that Flex defines with levels is assigned with one',
  inBrowser(async (page) => {
    const person = await newcomer();
    await page.route(/\/skill-sets\?/, async (route) => {
      const response = await route.fetch();
      const body = await response.text();
      const json = JSON.parse(body, (key, value) =>
        value?.skill === 'French' ? { ...value, level_required: true } : value,
      );
      await route.fulfill({ response, json });
    });
    const panel = await openTab(page, SUPERVISOR, person, TAB);
    await button(panel, 'Assign skills').click();
    const form = panel.getByRole('form', { name: 'Assign skills' });
    await form.getByLabel('Skill', { exact: true }).selectOption('French');
    const wanted = form.getByLabel('Require a level');
    assert.deepEqual([await wanted.isChecked(), await wanted.isDisabled()], [true, true]);
    await form.getByText('need a level for this skill').waitFor();
    await isAccessible(page, 'a level is needed');
    await number(form, 'French').fill('70');
    await button(form, 'Assign 1 skill').click();
    await live(panel);
    assert.equal(await panel.getByRole('button', { name: 'French without a level of its own' }).count(), 0);
    assert.deepEqual(await assigned(person), { French: 70 });
  }),
);
