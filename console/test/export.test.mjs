// The export when answers are lost, while one goes elsewhere, and when the session ends meanwhile.
import assert from 'node:assert/strict';
import test from 'node:test';
import { ADMIN, eventually, gate, gateway, inBrowser, openList, rows, signIn, spoken } from './browser.mjs';
import { button } from './answers.mjs';

const JOBS = /\/jobs\//;
const EXPORTS = /\/exports$/;
const start = (page) => button(page, 'Export this list as CSV');

/** Gives the keys of the exports that are started; the answer to the first may be lost. */
async function started(page, { loses = false } = {}) {
  const keys = [];
  await page.route(EXPORTS, async (route) => {
    keys.push(route.request().headers()['idempotency-key']);
    const response = await route.fetch();
    return loses && keys.length === 1 ? route.abort() : route.fulfill({ response });
  });
  return keys;
}

test(
  'after a lost answer the same list is the same export',
  inBrowser(
    async (page) => {
      await openList(page, ADMIN, '?q=person00');
      const keys = await started(page, { loses: true });
      await start(page).click();
      await page.getByRole('alert').getByText('The directory cannot be reached.').waitFor();
      const first = page.waitForEvent('download');
      await button(page, 'Try again').click();
      await first;
      assert.equal(keys[0], keys[1]);
    },
    { faults: true },
  ),
);

test(
  'after a lost answer another list is another export',
  inBrowser(
    async (page) => {
      await openList(page, ADMIN, '?q=person00');
      const keys = await started(page, { loses: true });
      await start(page).click();
      await page.getByRole('alert').getByText('The directory cannot be reached.').waitFor();
      await page.getByLabel('Status').selectOption('All');
      const second = page.waitForEvent('download', { timeout: 30_000 });
      const running = page.getByRole('alert').getByText('An export of yours is running already');
      const isRefused = () =>
        running.waitFor({ timeout: 30_000 }).then(
          () => true,
          () => false,
        );
      await start(page).click();
      // The first one may still be written: a user has one export at a time.
      while (await Promise.race([second.then(() => false), isRefused()])) {
        await page.waitForTimeout(300);
        await start(page).click();
      }
      assert.notEqual(keys[0], keys[1]);
      assert.equal(await page.getByRole('alert').count(), 0);
    },
    { faults: true },
  ),
);

test(
  'lost answers about its progress start no second export',
  inBrowser(
    async (page) => {
      await openList(page, ADMIN, '?q=person00');
      const keys = await started(page);
      let polls = 0;
      let isLost = true;
      await page.route(JOBS, async (route) => {
        polls += 1;
        if (!isLost) return route.continue();
        if (polls !== 2) return route.abort();
        const job = await (await route.fetch()).json();
        return route.fulfill({ json: { ...job, state: 'running', download_url: undefined } });
      });
      await start(page).click();
      await page.getByRole('alert').getByText('The directory cannot be reached.').waitFor();
      assert.equal(polls, 7, 'one lost answer is no failure yet');
      isLost = false;
      const download = page.waitForEvent('download');
      await button(page, 'Try again').click();
      await download;
      assert.equal(keys.length, 1);
    },
    { faults: true },
  ),
);

test(
  'an export goes on while one is elsewhere: its end is said, and the download starts',
  inBrowser(async (page) => {
    await openList(page, ADMIN, '?q=person00');
    const { opened, open: answer } = gate();
    await page.route(JOBS, async (route) => {
      await opened;
      return route.continue();
    });
    await start(page).click();
    await page.locator('.export-state progress').waitFor();
    await page.getByRole('navigation').getByRole('link', { name: 'Teams', exact: true }).click();
    await page.getByLabel('New team').waitFor();
    const download = page.waitForEvent('download');
    answer();
    await download;
    await spoken(page).getByText('The export is done. The download has started.').waitFor({ state: 'attached' });
    await page.getByRole('navigation').getByRole('link', { name: 'Users', exact: true }).click();
    await page.locator('.export-state').getByText('The export is done.').waitFor();
  }),
);

test(
  'a session that ends while an export is started or followed: once signed in again, it works',
  inBrowser(
    async (page) => {
      await openList(page, ADMIN, '?q=person00');
      const again = async () => {
        await page.locator('.export-state').getByText('Your session has ended.').waitFor();
        await page.unroute(EXPORTS);
        await page.unroute(JOBS);
        await page.locator('.export-state').getByRole('button', { name: 'Sign in again' }).click();
        await signIn(page, ADMIN);
      };
      await page.route(EXPORTS, (route) => route.fulfill(gateway(401, 'Unauthorized')));
      await start(page).click();
      await again();
      await page.locator('.export-state').waitFor({ state: 'detached' });
      await page.route(JOBS, (route) => route.fulfill(gateway(401, 'Unauthorized')));
      await start(page).click();
      const download = page.waitForEvent('download');
      await again();
      await download;
    },
    { faults: true },
  ),
);

test(
  'a double click starts one export',
  inBrowser(async (page) => {
    await openList(page, ADMIN, '?q=person00');
    await rows(page).first().waitFor();
    const keys = await started(page);
    const download = page.waitForEvent('download');
    await start(page).dblclick();
    await download;
    await eventually(async () => (await start(page).getAttribute('aria-disabled')) === 'false', 'it is finished');
    assert.equal(keys.length, 1);
  }),
);
