// All pages beside the list: in German, dark, narrow, with very long names.
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  API,
  OWNER,
  SUPERVISOR,
  call,
  eventually,
  inBrowser,
  isAccessible,
  newcomer,
  open,
  openList,
  row,
  tokenOf,
} from './browser.mjs';

const VIEWS = ['people', 'teams', 'skills', 'reconciliation'];
async function isLoaded(page) {
  await page.locator('.page').first().waitFor();
  await eventually(async () => (await page.getByText('Wird geladen').count()) === 0, 'all is loaded');
}

async function isNotCutOff(page, state) {
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(overflow <= 0, `${state} is ${overflow} px too wide`);
  const hidden = await page
    .locator('.table-frame')
    .evaluateAll((frames) => frames.map((frame) => frame.scrollWidth - frame.clientWidth));
  assert.deepEqual(
    hidden.filter((width) => width > 0),
    [],
    `tables of ${state} that are too wide, in px`,
  );
}

test(
  'the navigation leads to each page, and the address holds it',
  inBrowser(
    async (page) => {
      await open(page, SUPERVISOR);
      for (const [name, view] of [
        ['People', 'people'],
        ['Teams', 'teams'],
        ['Skills', 'skills'],
        ['Reconciliation', 'reconciliation'],
      ]) {
        await page.getByRole('navigation').getByRole('link', { name, exact: true }).click();
        await page.getByRole('region', { name, exact: true }).waitFor();
        assert.equal(new URL(page.url()).search, `?view=${view}`);
      }
      await page.goBack();
      await page.getByRole('region', { name: 'Skills', exact: true }).waitFor();
    },
    { faults: true },
  ),
);

test(
  'on the smallest screen the list is not cut off',
  inBrowser(
    async (page) => {
      await openList(page, OWNER, '?q=Olivia');
      await isNotCutOff(page, 'the list at 320 px');
      await row(page, 'Olivia Owner').getByRole('button', { name: 'Edit Olivia Owner' }).waitFor();
    },
    { viewport: { width: 320, height: 800 } },
  ),
);

test(
  'each page speaks German, and nothing is cut off on a narrow dark screen with very long names',
  inBrowser(
    async (page) => {
      const name = `${'Sehrlangerteamname'.repeat(3)}${process.pid}`;
      const person = await newcomer();
      const { team_id } = await call('POST', '/teams', await tokenOf(OWNER), { name });
      await call('PATCH', `/users/${person.id}`, await tokenOf(OWNER), { teams: [team_id] });
      for (const view of [...VIEWS, `teams&item=${team_id}`]) {
        await page.goto(`${API}/?view=${view}`);
        await page.getByLabel('Wer sind Sie?').selectOption(OWNER);
        await page.getByRole('button', { name: 'Weiter' }).click();
        await isLoaded(page);
        await isAccessible(page, `${view}, German, dark, narrow`);
        await isNotCutOff(page, view);
      }
      await page.getByRole('heading', { name }).waitFor();
    },
    { locale: 'de-DE', colorScheme: 'dark', viewport: { width: 400, height: 800 }, faults: true },
  ),
);
