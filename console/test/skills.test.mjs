// Assigned skills: levels in the row, and removal.
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  ADMIN,
  OWNER,
  SUPERVISOR,
  call,
  eventually,
  focusIsOn,
  inBrowser,
  isAccessible,
  newcomer,
  tokenOf,
} from './browser.mjs';
import { SALES, openTab, userOf } from './panel.mjs';

const TAB = 'Assigned skills';
const ENGLISH_95 = { routing: { skills: ['English'], levels: { English: 95 } } };
const slider = (panel, skill = 'English') => panel.getByLabel(`Level of ${skill}`, { exact: true });
const number = (panel, skill = 'English') => panel.getByLabel(`Level of ${skill} as a number`);
const button = (panel, name) => panel.getByRole('button', { name, exact: true });
const live = (panel) => panel.getByText('Live in TaskRouter').waitFor();
const assigned = async (person) =>
  Object.fromEntries((await userOf(person)).assigned_skills.map(({ skill, level }) => [skill, level]));

async function inSales(attributes = ENGLISH_95) {
  const person = await newcomer(['agent'], attributes);
  await call('PATCH', `/users/${person.id}`, await tokenOf(OWNER), { teams: [SALES] });
  return person;
}

test(
  'rules 15 and 20: a level is changed in the row, its consequence is shown before, and it is undone',
  inBrowser(async (page) => {
    const person = await inSales();
    const panel = await openTab(page, SUPERVISOR, person, TAB);
    await panel.getByText('overrides 90 from Sales (US)').waitFor();
    assert.equal(await slider(panel).getAttribute('aria-valuetext'), '95 of 100, overrides 90 from Sales (US)');
    await slider(panel).focus();
    await page.keyboard.press('PageDown');
    assert.equal(await number(panel).inputValue(), '85');
    await page.keyboard.press('ArrowRight');
    assert.deepEqual([await number(panel).inputValue(), await slider(panel).inputValue()], ['86', '86']);
    await panel.getByText(`English 95 → 86, only for ${person.name}; Sales (US) keeps 90`).waitFor();
    await number(panel).fill('70');
    assert.equal(await slider(panel).inputValue(), '70');
    await isAccessible(page, 'a level is changed');
    await button(panel, 'Save English').click();
    await live(panel);
    assert.deepEqual(await assigned(person), { English: 70 });
    await button(panel, 'Undo').click();
    await eventually(async () => (await assigned(person)).English === 95, 'it is undone');
    await eventually(async () => (await number(panel).inputValue()) === '95', 'the row shows it');
  }),
);

test(
  'rule 19: a level out of range is explained, not changed, and not sent',
  inBrowser(async (page) => {
    const person = await inSales();
    const panel = await openTab(page, OWNER, person, TAB);
    for (const text of ['150', '0', 'ten', '']) {
      await number(panel).fill(text);
      await panel.getByText('Enter a whole number from 1 to 100.').waitFor();
      assert.equal(await number(panel).inputValue(), text);
      assert.equal(await number(panel).getAttribute('aria-invalid'), 'true');
      assert.equal(await slider(panel).getAttribute('aria-valuetext'), 'Enter a whole number from 1 to 100.');
      await button(panel, 'Save English').click({ force: true });
    }
    await isAccessible(page, 'a level out of range');
    assert.deepEqual(await assigned(person), { English: 95 });
    await button(panel, 'Discard').click();
    assert.equal(await number(panel).inputValue(), '95');
  }),
);

test(
  'an inherited skill gets a level of its own, and gives it back',
  inBrowser(async (page) => {
    const person = await inSales({});
    const panel = await openTab(page, OWNER, person, TAB);
    await button(panel, 'Give English a level of its own').click();
    assert.equal(await number(panel).inputValue(), '90', 'it begins with the inherited level');
    await number(panel).fill('100');
    await panel.getByText(`English 90 → 100, only for ${person.name}; Sales (US) keeps 90`).waitFor();
    await number(panel).press('Enter');
    await live(panel);
    assert.deepEqual(await assigned(person), { English: 100 });
    await button(panel, 'English without a level of its own').click();
    await panel.getByText('English 100 → 90 (from Sales (US))').waitFor();
    await button(panel, 'Save English').click();
    await eventually(async () => (await assigned(person)).English === null, 'it has no level of its own');
  }),
);

test(
  'rule 18: removing says what is inherited afterwards, and Esc keeps the skill',
  inBrowser(async (page) => {
    const person = await inSales();
    const panel = await openTab(page, OWNER, person, TAB);
    await button(panel, 'Remove English').click();
    const question = panel.getByRole('group', { name: `Remove English from ${person.name}?` });
    await focusIsOn(question);
    await question.getByText('English 95 → 90 (from Sales (US))').waitFor();
    await isAccessible(page, 'remove?');
    await page.keyboard.press('Escape');
    await question.waitFor({ state: 'detached' });
    await focusIsOn(button(panel, 'Remove English'));
    await page.keyboard.press('Enter');
    await button(question, 'Remove English').click();
    await live(panel);
    assert.deepEqual(await assigned(person), {});
    await panel.getByText('from Sales (US)').first().waitFor();
  }),
);

test(
  'removing the last source says that the skill is gone, and the focus stays in the list of skills',
  inBrowser(async (page) => {
    const person = await newcomer(['agent'], ENGLISH_95);
    const panel = await openTab(page, OWNER, person, TAB);
    await button(panel, 'Remove English').click();
    const question = panel.getByRole('group', { name: `Remove English from ${person.name}?` });
    await question.getByText('English is no longer there').waitFor();
    await button(question, 'Remove English').click();
    await panel.getByText('This person has no skills.').waitFor();
    await focusIsOn(button(panel, 'Assign skills'));
  }),
);

test(
  'a level that another user has changed meanwhile is shown beside one’s own',
  inBrowser(
    async (page) => {
      const person = await newcomer(['agent'], ENGLISH_95);
      const panel = await openTab(page, OWNER, person, TAB);
      await number(panel).fill('20');
      await call('PUT', `/users/${person.id}/skills/English`, await tokenOf(ADMIN), { level: 50 });
      await button(panel, 'Save English').click();
      const both = panel.locator('[data-conflict]');
      await both.getByText('Yours: 20').waitFor();
      await both.getByText('Theirs: 50').waitFor();
      await isAccessible(page, 'both levels');
      assert.deepEqual(await assigned(person), { English: 50 });
      await both.getByLabel('Yours: 20').check();
      await button(panel, 'Save English').click();
      await live(panel);
      assert.deepEqual(await assigned(person), { English: 20 });
    },
    { faults: true },
  ),
);

test(
  'a level that is being changed stays when another user removes the skill',
  inBrowser(
    async (page) => {
      const person = await newcomer(['agent'], ENGLISH_95);
      const panel = await openTab(page, OWNER, person, TAB);
      await number(panel).fill('20');
      await call('DELETE', `/users/${person.id}/skills/English`, await tokenOf(ADMIN));
      await button(panel, 'Save English').click();
      const both = panel.locator('[data-conflict]');
      await both.getByText('Theirs: not assigned').waitFor();
      assert.equal(await number(panel).inputValue(), '20');
      await both.getByLabel('Theirs: not assigned').click();
      await panel.getByText('This person has no skills.').waitFor();
    },
    { faults: true },
  ),
);

test(
  'undo goes after ten seconds, and who is on it does not lose the focus',
  inBrowser(async (page) => {
    await page.clock.install();
    const person = await newcomer(['agent'], ENGLISH_95);
    const panel = await openTab(page, OWNER, person, TAB);
    await number(panel).fill('70');
    await button(panel, 'Save English').click();
    await live(panel);
    await button(panel, 'Undo').focus();
    await page.clock.fastForward(10_000);
    await button(panel, 'Undo').waitFor({ state: 'detached' });
    await focusIsOn(panel.getByRole('group', { name: 'What became of the change' }));
    assert.deepEqual(await assigned(person), { English: 70 });
  }),
);
