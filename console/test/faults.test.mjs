// What a person is told, what is kept and what they can do if the API does not answer as it should.
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  ADMIN,
  OWNER,
  eventually,
  gate,
  gateway,
  get,
  inBrowser,
  isAccessible,
  newcomer,
  open,
  openList,
  problemOf,
  row,
  rows,
  search,
  signIn,
  tokenOf,
} from './browser.mjs';

const FAULTS = [
  ['409', problemOf(409, 'conflict', 'It does not go together.'), 'It does not go together.'],
  ['429', gateway(429, 'Too Many Requests'), 'The directory is very busy at the moment.'],
  ['500', problemOf(500, 'internal-error', 'Internal.'), 'could not answer because of a fault'],
  ['the gateway’s 500', gateway(500, 'Internal Server Error'), 'could not answer because of a fault'],
  ['503', gateway(503, 'Service Unavailable'), 'The directory is very busy at the moment.'],
  ['no answer', undefined, 'The directory cannot be reached.'],
];
const LIST = /\/users\?.*limit=50/;
const respond = (route, answer) => (answer ? route.fulfill(answer) : route.abort());
const list = (page) => page.getByRole('region', { name: 'Users' });

for (const [name, answer, said] of FAULTS) {
  test(
    `the list, ${name}: what happened is said, the search is kept, and one can try again`,
    inBrowser(
      async (page) => {
        const person = await newcomer();
        await openList(page, OWNER);
        await page.route(LIST, (route) => respond(route, answer));
        await search(page).fill(person.name);
        const alert = list(page).getByRole('alert');
        await alert.getByText(said).waitFor();
        await alert.getByText('Your search and filters are kept.').waitFor();
        assert.doesNotMatch(await alert.textContent(), /\b[45]\d\d\b/, 'no status code');
        if (name === '500') await isAccessible(page, 'the list has failed');
        if (answer) {
          await alert.getByText('Details').click();
          await alert.getByText('Request the-request').waitFor();
        }
        assert.equal(await search(page).inputValue(), person.name);
        assert.equal(await rows(page).count(), 50, 'the rows before stay');
        await page.unroute(LIST);
        await alert.getByRole('button', { name: 'Try again' }).click();
        await eventually(async () => (await rows(page).count()) === 1, 'the person is found');
        assert.equal(await list(page).getByRole('alert').count(), 0);
      },
      { faults: true },
    ),
  );
}

test(
  'the first list that fails can be tried again',
  inBrowser(
    async (page) => {
      await page.route(LIST, (route) => route.abort());
      await open(page, OWNER);
      await list(page).getByText('The directory cannot be reached.').waitFor();
      await page.unroute(LIST);
      await list(page).getByRole('button', { name: 'Try again' }).click();
      await rows(page).first().waitFor();
    },
    { faults: true },
  ),
);

test(
  'a list that the caller may not see says so, without a sign-in',
  inBrowser(
    async (page) => {
      await page.route(LIST, (route) => route.fulfill(problemOf(403, 'agents-may-not')));
      await open(page, OWNER);
      await page.getByRole('heading', { name: 'You cannot see this list' }).waitFor();
      assert.equal(await page.getByText('Your session has ended').count(), 0);
      await isAccessible(page, 'forbidden');
    },
    { faults: true },
  ),
);

test(
  'a team that no longer exists is a filter that can be cleared',
  inBrowser(
    async (page) => {
      await open(page, OWNER, '?team=00000000-0000-4000-8000-00000000dead');
      await list(page).getByText('This team no longer exists.').waitFor();
      await list(page).getByRole('button', { name: 'Clear filters' }).click();
      await rows(page).first().waitFor();
    },
    { faults: true },
  ),
);

test(
  'without teams and skills to filter by the list is there, and they can be loaded again',
  inBrowser(
    async (page) => {
      await page.route(/\/teams\?/, (route) => route.abort());
      await openList(page, OWNER);
      await page.getByText('Teams and skills to filter by are missing.').waitFor();
      await page.unroute(/\/teams\?/);
      await list(page).getByRole('button', { name: 'Try again' }).click();
      await page.getByLabel('Team', { exact: true }).getByText('Sales (US)').waitFor({ state: 'attached' });
    },
    { faults: true },
  ),
);

test(
  'a next page that fails keeps the rows, and is tried again',
  inBrowser(
    async (page) => {
      await openList(page, OWNER);
      await page.route(/cursor=/, (route) => route.fulfill(gateway(500, 'Internal Server Error')));
      await page.getByRole('button', { name: 'Show 50 more' }).click();
      await list(page).getByRole('alert').waitFor();
      assert.equal(await rows(page).count(), 50);
      await page.unroute(/cursor=/);
      await list(page).getByRole('button', { name: 'Try again' }).click();
      await eventually(async () => (await rows(page).count()) === 100, 'the next page is there');
    },
    { faults: true },
  ),
);

for (const [name, answer, said] of FAULTS) {
  test(
    `deactivating, ${name}: what happened is said, the question stays, and nothing is done twice`,
    inBrowser(
      async (page) => {
        const person = await newcomer();
        const keys = [];
        await page.route(/\/deactivate$/, (route) => {
          keys.push(route.request().headers()['idempotency-key']);
          return keys.length === 1 ? respond(route, answer) : route.continue();
        });
        await ask(page, person);
        const alert = question(page, person).getByRole('alert');
        await alert.getByText(said).waitFor();
        if (['409', '500'].includes(name)) await isAccessible(page, `deactivating, ${name}`);
        assert.equal(await statusOf(person), 'active');
        if (name === '409') {
          assert.deepEqual(await question(page, person).getByRole('button').allTextContents(), ['Cancel']);
          return;
        }
        const isKnown = ['429', '503'].includes(name);
        await alert.getByText(isKnown ? 'Nothing has been changed.' : 'It is not known whether it was done.').waitFor();
        await alert.getByRole('button', { name: 'Try again' }).click();
        await page.getByRole('group', { name: `${person.name} is deactivated.` }).waitFor();
        assert.equal(keys[0], keys[1], 'it is the same request');
      },
      { faults: true },
    ),
  );
}

test(
  'a change with a lost answer is made once, and known to be made when it is tried again',
  inBrowser(
    async (page) => {
      for (const action of ['Deactivate', 'Delete']) {
        const person = await newcomer();
        let lost = false;
        const path = new RegExp(`/users/${person.id}(/deactivate)?$`);
        await page.route(path, async (route) => {
          if (lost || route.request().method() === 'GET') return route.continue();
          lost = true;
          await route.fetch();
          return route.abort();
        });
        await ask(page, person, action);
        await question(page, person, action).getByText('It is not known whether it was done.').waitFor();
        await question(page, person, action).getByRole('button', { name: 'Try again' }).click();
        await page.getByRole('group', { name: new RegExp(`${person.name} is `) }).waitFor();
        const { items } = await get(`/users/${person.id}/history`, await tokenOf(OWNER));
        assert.equal(items.filter((record) => record.action === `${action.toLowerCase()}d`).length, 1);
      }
    },
    { faults: true },
  ),
);

test(
  'a change that takes long says that it works, and its question cannot be answered twice',
  inBrowser(async (page) => {
    const person = await newcomer();
    const { opened, open: answer } = gate();
    await page.route(/\/deactivate$/, async (route) => {
      await opened;
      await route.continue();
    });
    await ask(page, person);
    const working = question(page, person).getByRole('button', { name: 'Working…' });
    await working.waitFor();
    assert.equal(await working.getAttribute('aria-disabled'), 'true');
    answer();
    await page.getByRole('group', { name: `${person.name} is deactivated.` }).waitFor();
  }),
);

test(
  'a deletion that is on its way is waited for: neither Esc, Cancel nor another action takes its place',
  inBrowser(async (page) => {
    const person = await newcomer();
    const { opened, open: answer } = gate();
    await page.route(new RegExp(`/users/${person.id}$`), async (route) => {
      if (route.request().method() === 'DELETE') await opened;
      return route.continue();
    });
    await ask(page, person, 'Delete');
    const asked = question(page, person, 'Delete');
    await asked.getByRole('button', { name: 'Working…' }).waitFor();
    await asked.getByRole('button', { name: `Deactivate ${person.name} instead` }).click({ force: true });
    await asked.getByRole('button', { name: 'Cancel' }).click({ force: true });
    await asked.getByRole('button', { name: 'Working…' }).press('Escape');
    await asked.waitFor();
    answer();
    await page.getByRole('group', { name: `${person.name} is deleted.` }).waitFor();
    assert.equal(await statusOf(person), 'deleted');
  }),
);

test(
  'a token that has expired is renewed once without a word',
  inBrowser(
    async (page) => {
      await openList(page, OWNER);
      let refused = 0;
      await page.route(LIST, (route) => {
        refused += 1;
        return refused === 1 ? route.fulfill(gateway(403, 'Forbidden')) : route.continue();
      });
      await search(page).fill('Olivia Owner');
      await row(page, 'Olivia Owner').waitFor();
      await eventually(async () => (await rows(page).count()) === 1, 'the person is found');
      assert.equal(refused, 2);
      assert.equal(await page.getByText('Your session has ended').count(), 0);
    },
    { faults: true },
  ),
);

for (const [name, answer] of [
  ['401', gateway(401, 'Unauthorized')],
  ['a 403 without code', gateway(403, 'Forbidden')],
]) {
  test(
    `${name}: one signs in again, and search, question and rows are kept`,
    inBrowser(
      async (page) => {
        const person = await newcomer();
        await page.route(/\/deactivate$/, (route) => route.fulfill(answer));
        await ask(page, person);
        await page.getByRole('alert').getByText('Your session has ended. What you have entered is kept.').waitFor();
        await question(page, person).getByText('Nothing has been changed.').waitFor();
        await isAccessible(page, name);
        await page.unroute(/\/deactivate$/);
        await question(page, person).getByRole('button', { name: 'Sign in again' }).click();
        await signIn(page, ADMIN);
        await page.getByText('Adam Admin, System admin').waitFor();
        assert.equal(await search(page).inputValue(), person.name);
        await question(page, person)
          .getByRole('button', { name: `Deactivate ${person.name}` })
          .click();
        await page.getByRole('group', { name: `${person.name} is deactivated.` }).waitFor();
      },
      { faults: true },
    ),
  );
}

test(
  'who signs in while the directory does not answer is told so, and can try again',
  inBrowser(
    async (page) => {
      await page.route(/\/me$/, (route) => route.fulfill(gateway(503, 'Service Unavailable')));
      await open(page, OWNER);
      await page.getByRole('alert').getByText('The directory is very busy at the moment.').waitFor();
      await isAccessible(page, 'sign-in failed');
      await page.unroute(/\/me$/);
      await page.getByRole('button', { name: 'Try again' }).click();
      await rows(page).first().waitFor();
    },
    { faults: true },
  ),
);

test(
  'a person who cannot be loaded is tried again, and the list stays',
  inBrowser(
    async (page) => {
      const person = await newcomer();
      await openList(page, OWNER, `?q=${encodeURIComponent(person.name)}`);
      const path = new RegExp(`/users/${person.id}$`);
      await page.route(path, (route) => route.abort());
      await page.getByRole('link', { name: person.name }).click();
      const panel = page.getByRole('dialog');
      await panel.getByRole('alert').getByText('The directory cannot be reached.').waitFor();
      await isAccessible(page, 'a person who cannot be loaded');
      assert.equal(await rows(page).count(), 1);
      await page.unroute(path);
      await panel.getByRole('button', { name: 'Try again' }).click();
      await panel.getByText(person.identity).first().waitFor();
    },
    { faults: true },
  ),
);

function question(page, person, action = 'Deactivate') {
  return page.getByRole('group', { name: `${action} ${person.name}?` });
}

async function ask(page, person, action = 'Deactivate') {
  await openList(page, OWNER, `?q=${encodeURIComponent(person.name)}`);
  await row(page, person.name).hover();
  await page.getByRole('button', { name: `${action} ${person.name}`, exact: true }).click();
  await question(page, person, action)
    .getByRole('button', { name: `${action} ${person.name}`, exact: true })
    .click();
}

async function statusOf(person) {
  return (await get(`/users/${person.id}`, await tokenOf(OWNER))).status;
}
