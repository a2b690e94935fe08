// The page as a whole: sign-in, export, languages, themes, sizes, and what keeps it safe.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import {
  ADMIN,
  API,
  OWNER,
  SUPERVISOR,
  eventually,
  gateway,
  inBrowser,
  isAccessible,
  newcomer,
  openList,
  row,
  rows,
  search,
  tokenOf,
} from './browser.mjs';

test(
  'whom one can be is asked first, and changing that changes what is offered',
  inBrowser(async (page) => {
    await page.goto(API);
    await page.getByLabel('Who are you?').waitFor();
    await isAccessible(page, 'sign-in');
    assert.equal(await rows(page).count(), 0);
    await page.getByLabel('Who are you?').selectOption(OWNER);
    await page.getByRole('button', { name: 'Continue' }).click();
    await rows(page).first().waitFor();
    await page.getByText('Olivia Owner, Account owner').waitFor();
    assert.ok((await page.locator('[data-action=delete]').count()) > 0);
    await page.getByRole('button', { name: 'Switch user' }).click();
    await page.getByLabel('Who are you?').selectOption(SUPERVISOR);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByText('Susan Supervisor, Supervisor').waitFor();
    await eventually(
      async () => (await page.locator('[data-action=delete]').count()) === 0,
      'nothing is offered to delete',
    );
  }),
);

test(
  'rule 29: the export follows search and filters, shows its progress, and the download starts by itself',
  inBrowser(
    async (page) => {
      const person = await newcomer();
      await openList(page, SUPERVISOR, `?q=${encodeURIComponent(person.name)}&role=agent`);
      const download = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Export this list as CSV' }).click();
      await page.locator('progress').waitFor();
      await isAccessible(page, 'an export');
      const csv = readFileSync(await (await download).path(), 'utf8');
      assert.deepEqual(
        csv
          .trim()
          .split('\r\n')
          .slice(1)
          .map((line) => line.includes(person.identity)),
        [true],
      );
      await page.locator('.export-state').getByText('The export is done. The download has started.').waitFor();
      const again = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Download again' }).click();
      await again;
    },
    { acceptDownloads: true },
  ),
);

test(
  'an export that fails says so, and can be started again',
  inBrowser(
    async (page) => {
      await openList(page, OWNER);
      const start = page.getByRole('button', { name: 'Export this list as CSV' });
      await page.route(/\/exports$/, (route) => route.fulfill(gateway(500, 'Internal Server Error')));
      await start.click();
      await page.getByRole('alert').getByText('could not answer because of a fault').waitFor();
      await page.unroute(/\/exports$/);
      await page.route(/\/jobs\//, async (route) => {
        const job = await (await route.fetch()).json();
        await route.fulfill({ json: { ...job, state: 'failed', download_url: undefined, error: 'In English.' } });
      });
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.getByRole('alert').getByText('The export has failed.').waitFor();
      await isAccessible(page, 'an export that failed');
      await page.unroute(/\/jobs\//);
      const download = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Try again' }).click();
      await download;
    },
    { faults: true },
  ),
);

test(
  'German speaks German, with its numbers',
  inBrowser(
    async (page) => {
      const person = await newcomer();
      await page.goto(API);
      await page.getByLabel('Wer sind Sie?').selectOption(OWNER);
      await page.getByRole('button', { name: 'Weiter' }).click();
      await page.getByText('50 angezeigt, es gibt mehr').waitFor();
      await page.getByLabel('Nach Name oder E-Mail-Adresse suchen').fill(person.name);
      await eventually(async () => (await rows(page).count()) === 1, 'the person is found');
      await row(page, person.name).hover();
      await page.getByRole('button', { name: `${person.name} deaktivieren` }).click();
      await page.getByRole('group', { name: `${person.name} deaktivieren?` }).waitFor();
      assert.equal(await page.locator('flex-roster').getAttribute('lang'), 'de-AT');
      await isAccessible(page, 'German');
    },
    { locale: 'de-AT' },
  ),
);

test(
  'the dark theme has the contrast that is needed',
  inBrowser(
    async (page) => {
      const person = await newcomer();
      await openList(page, OWNER, `?q=${encodeURIComponent(person.name)}&status=all`);
      await page.getByRole('link', { name: person.name }).click();
      await page.getByRole('dialog').getByText(person.identity).first().waitFor();
      await page.getByRole('button', { name: `Delete ${person.name}` }).click();
      await isAccessible(page, 'dark, with a panel and a question');
      await page.route(/\/users\?/, (route) => route.abort());
      await search(page).fill('no such user');
      await page.getByRole('alert').waitFor();
      await isAccessible(page, 'dark, with a failure');
    },
    { colorScheme: 'dark', faults: true },
  ),
);

test(
  'at 200 % and on a narrow screen nothing is cut off, with a very long name written from right to left',
  inBrowser(
    async (page) => {
      const person = await newcomer(['agent']);
      const long = `${'عبد'.repeat(40)} ${person.name}`;
      await page.route(/\/users\?/, async (route) => {
        const list = await (await route.fetch()).json();
        for (const user of list.items) if (user.user_id === person.id) user.name = long;
        await route.fulfill({ json: list });
      });
      await openList(page, OWNER, `?q=${encodeURIComponent(person.name)}`);
      const link = page.locator('tr[data-user] a[data-name]');
      assert.equal(await link.evaluate((found) => getComputedStyle(found).direction), 'rtl');
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(overflow <= 0, `the page is ${overflow} px too wide`);
      assert.ok(
        await link.evaluate((found) => found.scrollWidth <= found.closest('th').clientWidth),
        'the name is wrapped',
      );
    },
    { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 },
  ),
);

test(
  'no motion for who has asked for less of it',
  inBrowser(
    async (page) => {
      await openList(page, OWNER);
      await rows(page).first().getByRole('link').click();
      const animation = await page.getByRole('dialog').evaluate((panel) => getComputedStyle(panel).animationName);
      assert.equal(animation, 'none');
    },
    { reducedMotion: 'reduce' },
  ),
);

test(
  'the token is in memory only, nothing is added to the head, and names are text',
  inBrowser(async (page) => {
    const person = await newcomer();
    await page.route(/\/users\?/, async (route) => {
      const list = await (await route.fetch()).json();
      for (const user of list.items) user.name = '<img src=x onerror="globalThis.hit = true">';
      await route.fulfill({ json: list });
    });
    const before = await page.goto(API).then(() => page.evaluate(() => document.head.innerHTML));
    await openList(page, OWNER, `?q=${encodeURIComponent(person.name)}`);
    await page.getByRole('link', { name: '<img src=x' }).waitFor();
    const after = await page.evaluate(async () => ({
      head: document.head.innerHTML,
      hit: globalThis.hit,
      stored: [localStorage.length, sessionStorage.length, document.cookie, (await indexedDB.databases()).length],
    }));
    assert.deepEqual(after, { head: before, hit: undefined, stored: [0, 0, '', 0] });
  }),
);

test(
  'the policy of the page allows nothing inline and no other origin',
  inBrowser(async (page) => {
    const response = await page.goto(API);
    const policy = response.headers()['content-security-policy'];
    assert.match(policy, /default-src 'none'; script-src 'self'; style-src 'self';/);
    assert.doesNotMatch(policy, /unsafe/);
    const origins = new Set();
    page.on('request', (request) => origins.add(new URL(request.url()).origin));
    await openList(page, OWNER);
    assert.deepEqual([...origins], [API]);
  }),
);

test(
  'the theme and the language of the host count, also when they change',
  inBrowser(async (page) => {
    await openList(page, OWNER);
    const background = () =>
      page.locator('flex-roster').evaluate((element) => getComputedStyle(element).backgroundColor);
    assert.equal(await background(), 'rgb(255, 255, 255)');
    const host = page.locator('flex-roster');
    await host.evaluate((element) => element.setAttribute('theme', 'dark'));
    assert.equal(await background(), 'rgb(13, 19, 31)');
    await host.evaluate((element) => element.setAttribute('locale', 'de'));
    await page.getByText('50 angezeigt, es gibt mehr').waitFor();
  }),
);

test(
  'inside Flex the token is that of Flex for every request, and a renewed one is used at once',
  inBrowser(async (page) => {
    const tokens = [await tokenOf(OWNER), await tokenOf(ADMIN)];
    await page.goto(API);
    await page.evaluate((tokens) => {
      globalThis.tokens = tokens;
      const element = document.createElement('flex-roster');
      element.insideFlex = true;
      element.flexToken = () => globalThis.tokens[0];
      history.replaceState({ flex: 'its own' }, '', '/?flex=1#view');
      document.querySelector('flex-roster').replaceWith(element);
    }, tokens);
    await page.getByText('Olivia Owner, Account owner').waitFor();
    await rows(page).first().waitFor();
    const used = [];
    page.on('request', (request) => {
      if (request.resourceType() === 'fetch') used.push(request.headers().authorization);
    });
    await page.evaluate(() => globalThis.tokens.shift());
    await page.getByLabel('Role', { exact: true }).selectOption('Supervisor');
    await eventually(async () => (await rows(page).count()) < 50, 'the supervisors are listed');
    assert.deepEqual([...new Set(used)], [`Bearer ${tokens[1]}`]);
    const length = await page.evaluate(() => history.length);
    await rows(page).first().getByRole('link').click();
    await page.getByRole('dialog').waitFor();
    const left = await page.evaluate(() => [history.state, history.length, location.search, location.hash]);
    assert.deepEqual(left[0], { flex: 'its own' });
    assert.equal(left[1], length, 'the history is Flex’s');
    assert.match(left[2], /^\?flex=1&role=supervisor&user=/);
    assert.equal(left[3], '#view');
  }),
);

test(
  'inside Flex a session that has ended is tried again with the token that Flex has then',
  inBrowser(
    async (page) => {
      await page.goto(API);
      await page.evaluate(
        (token) => {
          globalThis.token = 'no.token.of.anyone.x';
          const element = document.createElement('flex-roster');
          element.flexToken = () => globalThis.token;
          document.querySelector('flex-roster').replaceWith(element);
          globalThis.renew = () => (globalThis.token = token);
        },
        await tokenOf(OWNER),
      );
      await page.getByRole('alert').getByText('Your session has ended.').waitFor();
      assert.equal(await page.getByRole('textbox').count(), 0, 'no token is asked for');
      await isAccessible(page, 'ended inside Flex');
      await page.evaluate(() => globalThis.renew());
      await page.getByRole('button', { name: 'Sign in again' }).click();
      await rows(page).first().waitFor();
      await page.evaluate(() => (globalThis.token = 'no.token.of.anyone.x'));
      await page.getByLabel('Role', { exact: true }).selectOption('Supervisor');
      await page.getByRole('alert').getByText('Your session has ended.').waitFor();
      await page.evaluate(() => globalThis.renew());
      await page.getByRole('region', { name: 'Users' }).getByRole('button', { name: 'Sign in again' }).click();
      await eventually(async () => (await rows(page).count()) < 50, 'the supervisors are listed');
    },
    { faults: true },
  ),
);
