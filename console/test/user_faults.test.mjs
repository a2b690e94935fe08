// What a person is told in the panel if the API does not answer as it should: what they entered is still there.
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  ADMIN,
  OWNER,
  gate,
  gateway,
  inBrowser,
  isAccessible,
  newcomer,
  openList,
  problemOf,
  row,
  signIn,
} from './browser.mjs';
import { openPanel, openTab, panelOf, team } from './panel.mjs';

const FAULTS = [
  ['409', problemOf(409, 'conflict', 'It does not go together.'), 'It does not go together.'],
  ['403', problemOf(403, 'supervisors-may-not'), 'Supervisors cannot do this. Ask an admin.'],
  ['429', gateway(429, 'Too Many Requests'), 'The directory is very busy at the moment.'],
  ['500', gateway(500, 'Internal Server Error'), 'could not answer because of a fault'],
  ['no answer', undefined, 'The directory cannot be reached.'],
];
const respond = (route, answer) => (answer ? route.fulfill(answer) : route.abort());
const button = (panel, name) => panel.getByRole('button', { name, exact: true });
const ENGLISH_95 = { routing: { skills: ['English'], levels: { English: 95 } } };

/** Each form: how it is filled in and sent, and that what was entered is still there. */
const FORMS = [
  {
    name: 'Edit user',
    tab: 'Profile',
    method: 'PATCH',
    fill: (panel) => team(panel, 'Support').check(),
    send: (panel) => button(panel, 'Save changes').click(),
    isKept: (panel) => team(panel, 'Support').isChecked(),
  },
  {
    name: 'a level',
    tab: 'Assigned skills',
    method: 'PUT',
    fill: (panel) => panel.getByLabel('Level of English as a number').fill('42'),
    send: (panel) => button(panel, 'Save English').click(),
    isKept: async (panel) => (await panel.getByLabel('Level of English as a number').inputValue()) === '42',
  },
  {
    name: 'Assign skills',
    tab: 'Assigned skills',
    method: 'PUT',
    fill: async (panel) => {
      await button(panel, 'Assign skills').click();
      await panel.getByLabel('Skill', { exact: true }).selectOption('French');
      await panel.getByLabel('Level of French as a number').fill('33');
    },
    send: (panel) => button(panel, 'Assign 1 skill').click(),
    isKept: async (panel) => (await panel.getByLabel('Level of French as a number').inputValue()) === '33',
  },
  {
    name: 'Remove',
    tab: 'Assigned skills',
    method: 'DELETE',
    fill: (panel) => button(panel, 'Remove English').click(),
    send: (panel) => button(panel.getByRole('group', { name: /^Remove English from/ }), 'Remove English').click(),
    isKept: (panel) => panel.getByRole('group', { name: /^Remove English from/ }).isVisible(),
  },
];

for (const form of FORMS) {
  test(
    `${form.name}: each fault is said in words, what was entered is kept, and one can try again`,
    inBrowser(
      async (page) => {
        const person = await newcomer(['agent'], ENGLISH_95);
        const panel = await openTab(page, OWNER, person, form.tab);
        await form.fill(panel);
        let answer;
        let isFaulty = true;
        await page.route(new RegExp(`/users/${person.id}`), (route) =>
          isFaulty && route.request().method() === form.method ? respond(route, answer) : route.continue(),
        );
        const alert = panel.getByRole('alert');
        for (const [fault, given, words] of FAULTS) {
          answer = given;
          const again = alert.getByRole('button', { name: 'Try again' });
          if ((await again.count()) > 0) await again.click();
          else await form.send(panel);
          await alert.getByText(words).waitFor();
          assert.doesNotMatch(await alert.textContent(), /\b[45]\d\d\b/, 'no status code');
          assert.ok(await form.isKept(panel), `${fault}: what was entered is kept`);
        }
        await isAccessible(page, `${form.name}, a fault`);
        isFaulty = false;
        await alert.getByRole('button', { name: 'Try again' }).click();
        await panel.getByText('Live in TaskRouter').waitFor();
        assert.equal(await alert.count(), 0);
      },
      { faults: true },
    ),
  );

  test(
    `${form.name}, 401: one signs in again, and what was entered is still there`,
    inBrowser(
      async (page) => {
        const person = await newcomer(['agent'], ENGLISH_95);
        const panel = await openTab(page, OWNER, person, form.tab);
        await form.fill(panel);
        let isFaulty = true;
        await page.route(new RegExp(`/users/${person.id}`), (route) =>
          isFaulty && route.request().method() === form.method
            ? route.fulfill(gateway(401, 'Unauthorized'))
            : route.continue(),
        );
        await form.send(panel);
        await page.getByRole('alert').getByText('Your session has ended. What you have entered is kept.').waitFor();
        isFaulty = false;
        await panel.getByRole('button', { name: 'Sign in again' }).click();
        await signIn(page, ADMIN);
        await page.getByText('Adam Admin, System admin').waitFor();
        assert.ok(await form.isKept(panel));
        await form.send(panel);
        await panel.getByText('Live in TaskRouter').waitFor();
      },
      { faults: true },
    ),
  );
}

test(
  'a change that takes long says that it works, and is sent once',
  inBrowser(async (page) => {
    const person = await newcomer();
    const panel = await openPanel(page, OWNER, person);
    const { opened, open: answer } = gate();
    let sent = 0;
    await page.route(`**/users/${person.id}`, async (route) => {
      if (route.request().method() !== 'PATCH') return route.continue();
      sent += 1;
      await opened;
      return route.continue();
    });
    await team(panel, 'Support').check();
    await button(panel, 'Save changes').dblclick();
    await button(panel, 'Working…').waitFor();
    await page.keyboard.press('Enter');
    answer();
    await panel.getByText('Live in TaskRouter').waitFor();
    assert.equal(sent, 1);
  }),
);

test(
  'a person who cannot be loaded, or no longer exists, is said so',
  inBrowser(
    async (page) => {
      const person = await newcomer();
      await openList(page, OWNER, `?q=${encodeURIComponent(person.name)}`);
      const user = `**/users/${person.id}`;
      await page.route(user, (route) => route.abort());
      await row(page, person.name).getByRole('link').click();
      await panelOf(page).getByText('The directory cannot be reached.').waitFor();
      await isAccessible(page, 'not loaded');
      await page.unroute(user);
      await page.route(user, (route) => route.fulfill(problemOf(404, 'unknown-user')));
      await panelOf(page).getByRole('button', { name: 'Try again' }).click();
      await panelOf(page).getByText('This person is not in the directory.').waitFor();
      await page.unroute(user);
      await panelOf(page).getByRole('button', { name: 'Try again' }).click();
      await panelOf(page).getByRole('heading', { name: person.name }).waitFor();
    },
    { faults: true },
  ),
);

test(
  'a history, a catalog and another attempt to carry over that fail are said so, and can be tried again',
  inBrowser(
    async (page) => {
      const person = await newcomer();
      await page.route('**/history*', (route) => route.fulfill(gateway(503, 'Service Unavailable')));
      await page.route('**/skill-sets?*', (route) => route.abort());
      const panel = await openTab(page, OWNER, person, 'History');
      await panel.getByText('The directory is very busy at the moment.').waitFor();
      await page.unroute('**/history*');
      await panel.getByRole('tabpanel').getByRole('button', { name: 'Try again' }).click();
      await panel.getByText('taken over unchanged').waitFor();
      await panel.getByRole('tab', { name: 'Assigned skills' }).click();
      await button(panel, 'Assign skills').click();
      await panel.getByRole('form').getByText('The directory cannot be reached.').waitFor();
      await page.unroute('**/skill-sets?*');
      await panel.getByRole('form').getByRole('button', { name: 'Try again' }).click();
      await panel.getByLabel('Skill', { exact: true }).selectOption('French');
    },
    { faults: true },
  ),
);
