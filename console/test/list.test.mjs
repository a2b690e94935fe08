// The list: search, filters, pages, the address, the keyboard, and its states.
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  AGENT,
  OWNER,
  SUPERVISOR,
  call,
  eventually,
  focusIsOn,
  gate,
  get,
  inBrowser,
  isAccessible,
  joins,
  names,
  newcomer,
  open,
  openList,
  row,
  rows,
  search,
  spoken,
  tokenOf,
} from './browser.mjs';

/** More than four pages of people, and no user who arrives meanwhile. */
const DEMO = '?q=person0';
const LIST = /\/users\?/;
const isPageOfList = (url) => LIST.test(url.href) && url.searchParams.get('limit') !== '100';

test(
  'rule 6: a search begins at the third letter, while one types, and a hint says so before',
  inBrowser(async (page) => {
    const { name } = await newcomer();
    await openList(page, OWNER);
    await search(page).pressSequentially(name.slice(5, 7));
    await page.getByText('Type one more letter to search.').waitFor();
    assert.equal((await names(page)).length, 50, 'nothing is searched for yet');
    await search(page).pressSequentially(name.slice(7));
    await eventually(async () => (await names(page)).join() === name, 'only the one person is listed');
    assert.equal(await page.getByText('to search.').count(), 0);
    await eventually(async () => (await spoken(page).textContent()).trim() === '1 person found', 'the count is said');
  }),
);

test(
  'rule 6: two letters are enough if both are Han, kana or Hangul',
  inBrowser(async (page) => {
    await openList(page, OWNER);
    await search(page).pressSequentially('山');
    await page.getByText('Type one more letter to search.').waitFor();
    await search(page).pressSequentially('田');
    await eventually(async () => {
      const found = await names(page);
      return found.length > 0 && found.every((name) => name.includes('山田'));
    }, 'all users listed have 山田 in their name');
  }),
);

test(
  'a request that a later letter supersedes is cancelled, and its answer is not shown',
  inBrowser(async (page) => {
    const { name } = await newcomer();
    await openList(page, OWNER);
    const { opened, open: answer } = gate();
    const cancelled = [];
    page.on('requestfailed', (request) => cancelled.push(new URL(request.url()).searchParams.get('q')));
    await page.route(isPageOfList, async (route) => {
      const { searchParams } = new URL(route.request().url());
      if (searchParams.get('q') === 'mar') await opened;
      await route.continue().catch(() => {});
    });
    const asked = page.waitForRequest(/q=mar/);
    await search(page).fill('mar');
    await asked;
    await search(page).fill(name);
    await eventually(async () => (await names(page)).join() === name, 'the later search is shown');
    assert.deepEqual(cancelled, ['mar']);
    answer();
  }),
);

test(
  'rules 7 and 9: status, role, team, skill with a minimum level and sync state filter, all at once',
  inBrowser(async (page) => {
    const owner = await tokenOf(OWNER);
    const person = await newcomer(['agent'], { routing: { skills: ['English'], levels: { English: 60 } } });
    const {
      items: [team],
    } = await get('/teams', owner);
    await joins(person, team.team_id);
    await openList(page, OWNER);
    await search(page).fill(person.name);
    await page.getByLabel('Role', { exact: true }).selectOption('Agent');
    await page.getByLabel('Team', { exact: true }).selectOption(team.name);
    await page.getByLabel('Skill', { exact: true }).selectOption('English');
    await page.getByLabel('Minimum level').fill('60');
    await page.getByLabel('Minimum level').press('Enter');
    await page.getByLabel('Sync').selectOption('In step');
    await eventually(async () => (await names(page)).join() === person.name, 'the person is found');
    const held = {
      q: person.name,
      role: 'agent',
      team: team.team_id,
      skill: 'English',
      min_level: '60',
      sync: 'synced',
    };
    assert.deepEqual(
      Object.fromEntries([...new URL(page.url()).searchParams].sort()),
      Object.fromEntries(Object.entries(held).sort()),
    );
    await page.getByLabel('Minimum level').fill('101');
    await page.getByLabel('Minimum level').press('Enter');
    await page.getByText('Levels of English are 1 to 100.').waitFor();
    assert.equal(await page.getByLabel('Minimum level').inputValue(), '101', 'it is explained, not changed');
    await page.getByRole('heading', { name: 'No user matches' }).waitFor();
    await page.getByLabel('Role', { exact: true }).selectOption('Supervisor');
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await eventually(async () => (await names(page)).length === 50, 'all users are listed again');
    await focusIsOn(search(page));
    assert.equal(new URL(page.url()).search, '');
  }),
);

test(
  'rule 7: the status is Active, and can be Deactivated, Deleted or All',
  inBrowser(async (page) => {
    const owner = await tokenOf(OWNER);
    const person = await newcomer();
    await call('POST', `/users/${person.id}/deactivate`, owner);
    const isListed = async (status) => {
      await page.getByLabel('Status').selectOption(status);
      return row(page, person.name)
        .waitFor()
        .then(() => true);
    };
    await openList(page, OWNER);
    assert.equal(await page.getByLabel('Status').inputValue(), 'active');
    await search(page).fill(person.name);
    await page.getByRole('heading', { name: 'No user matches' }).waitFor();
    assert.ok(await isListed('Deactivated'));
    assert.ok(await isListed('All'));
    await call('DELETE', `/users/${person.id}`, owner);
    await page.getByLabel('Status').selectOption('Deactivated');
    await page.getByRole('heading', { name: 'No user matches' }).waitFor();
    assert.ok(await isListed('Deleted'));
    assert.equal(await row(page, person.name).getByRole('button').count(), 0, 'a deleted person is only shown');
  }),
);

test(
  'rule 8: pages of 50 keep their place, and at most 200 rows are in the document',
  inBrowser(async (page) => {
    await openList(page, OWNER, DEMO);
    const more = page.getByRole('button', { name: 'Show 50 more' });
    const first = await names(page);
    await page.getByText('50 shown, more exist').waitFor();
    for (const count of [100, 150, 200, 200]) {
      const last = (await names(page)).at(-1);
      await more.click();
      await eventually(async () => (await names(page)).at(-1) !== last, 'the next page is shown');
      assert.equal((await names(page)).length, count);
    }
    const shown = await names(page);
    assert.notEqual(shown[0], first[0]);
    const ids = await rows(page).evaluateAll((all) => all.map((one) => one.dataset.user));
    assert.equal(new Set(ids).size, shown.length, 'each person is there once');
    await page.getByRole('button', { name: 'Show the 50 before' }).click();
    await eventually(async () => (await names(page))[0] === first[0], 'the first page is back');
    assert.equal((await names(page)).length, 200);
    assert.deepEqual((await names(page)).slice(0, 50), first);
  }),
);

test(
  'more of a list that a search is about to replace is not asked for: the search counts',
  inBrowser(async (page) => {
    const person = await newcomer();
    await openList(page, OWNER, DEMO);
    const { opened, open: answer } = gate();
    const cursors = [];
    await page.route(isPageOfList, async (route) => {
      const query = new URL(route.request().url()).searchParams;
      if (query.get('cursor')) cursors.push(query.get('q'));
      await opened;
      return route.continue();
    });
    const asked = page.waitForRequest((request) => new URL(request.url()).searchParams.get('q') === person.name);
    await search(page).fill(person.name);
    await asked;
    await page.getByRole('button', { name: 'Show 50 more' }).click();
    answer();
    await eventually(async () => (await names(page)).join() === person.name, 'only the person is shown');
    assert.deepEqual(cursors, []);
    assert.equal(new URL(page.url()).searchParams.get('q'), person.name);
  }),
);

test(
  'the address holds the whole state: after a reload the same rows are there',
  inBrowser(async (page) => {
    await openList(page, OWNER, DEMO);
    for (let pages = 1; pages < 5; pages += 1) {
      const last = (await names(page)).at(-1);
      await page.getByRole('button', { name: 'Show 50 more' }).click();
      await eventually(async () => (await names(page)).at(-1) !== last, 'the next page is shown');
    }
    const shown = await names(page);
    await page.reload();
    await openList(page, OWNER, new URL(page.url()).search);
    await eventually(async () => (await names(page)).length === shown.length, 'all pages are read');
    assert.deepEqual(await names(page), shown);
    await page.getByRole('button', { name: 'Back to the start' }).click();
    await eventually(async () => (await names(page)).length === 50, 'the first page is shown');
  }),
);

test(
  'a link with a search, a filter and a person opens just that, and Back closes the person',
  inBrowser(async (page) => {
    const person = await newcomer();
    await openList(page, SUPERVISOR, `?q=${encodeURIComponent(person.name)}&status=all&role=agent`);
    assert.equal(await search(page).inputValue(), person.name);
    assert.equal(await page.getByLabel('Status').inputValue(), 'all');
    const link = page.getByRole('link', { name: person.name });
    await link.click();
    const panel = page.getByRole('dialog', { name: `User ${person.name}` });
    await panel.getByText(person.identity).first().waitFor();
    assert.match(page.url(), new RegExp(`user=${person.id}`));
    await isAccessible(page, 'a person beside the list');
    await page.goBack();
    await panel.waitFor({ state: 'detached' });
    await page.goForward();
    await panel.getByRole('button', { name: 'Close' }).press('Escape');
    await panel.waitFor({ state: 'detached' });
    await focusIsOn(link);
  }),
);

test(
  'Up and Down move between the names only while one of them has the focus',
  inBrowser(async (page) => {
    await openList(page, OWNER);
    const link = (at) => rows(page).nth(at).locator('a[data-name]');
    await link(0).focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await focusIsOn(link(2));
    await page.keyboard.press('ArrowUp');
    await focusIsOn(link(1));
    await search(page).focus();
    await page.keyboard.press('ArrowDown');
    await focusIsOn(search(page));
  }),
);

test(
  'while the first rows are on their way a skeleton is there, and if that takes long, it is said',
  inBrowser(async (page) => {
    const { opened, open: answer } = gate();
    await page.route(isPageOfList, async (route) => {
      await opened;
      await route.continue();
    });
    await open(page, OWNER);
    await page.locator('tbody.skeleton').waitFor();
    await isAccessible(page, 'skeleton');
    await page.locator('[data-slow]').getByText('This takes longer than usual.').waitFor();
    await spoken(page).getByText('This takes longer than usual.').waitFor({ state: 'attached' });
    assert.equal(await page.locator('[role=status], [aria-live]').count(), 1, 'one live region');
    answer();
    await rows(page).first().waitFor();
    assert.equal(await page.locator('[data-slow]').count(), 0);
    await isAccessible(page, 'list');
  }),
);

test(
  'an empty directory says how people arrive, a search without a match how to clear it',
  inBrowser(async (page) => {
    await page.route(LIST, (route) => route.fulfill({ json: { items: [], next_cursor: null } }));
    await open(page, OWNER);
    await page.getByRole('heading', { name: 'The directory has no users yet' }).waitFor();
    await page.getByText('the next reconciliation').waitFor();
    await isAccessible(page, 'no users yet');
    await search(page).fill('nowhere');
    await page.getByRole('heading', { name: 'No user matches' }).waitFor();
    await isAccessible(page, 'no match');
  }),
);

test(
  'rule 1: an agent is told that agents do not use the directory',
  inBrowser(
    async (page) => {
      await open(page, AGENT);
      await page.getByRole('heading', { name: 'You are signed in, but cannot use the directory' }).waitFor();
      await page.getByText('Agents do not use the directory.').waitFor();
      await isAccessible(page, 'refused');
      await page.getByRole('button', { name: 'Switch user' }).click();
      await page.getByLabel('Who are you?').selectOption(OWNER);
      await page.getByRole('button', { name: 'Continue' }).click();
      await rows(page).first().waitFor();
    },
    { faults: true },
  ),
);

test(
  'a row shows name, e-mail address, role, teams, status and sync',
  inBrowser(async (page) => {
    const owner = await tokenOf(OWNER);
    const person = await newcomer(['supervisor']);
    const teams = (await get('/teams', owner)).items.slice(0, 3);
    await call('PATCH', `/users/${person.id}`, owner, { teams: teams.map((team) => team.team_id) });
    await openList(page, OWNER, `?q=${encodeURIComponent(person.name)}`);
    await row(page, person.name).getByText('In step').waitFor();
    const cells = await row(page, person.name).locator('th, td:not(.select)').allTextContents();
    const shown = cells.map((cell) => cell.trim().replace(/\s+/g, ' '));
    assert.deepEqual([shown[0], shown[1], shown[2], shown[4]], [person.name, person.identity, 'Supervisor', 'Active']);
    assert.match(shown[3], /^.+, .+ \+1$/);
  }),
);
