// Users from a CSV file: exported, edited, imported; chosen, dropped, and what is wrong with a file or with sending it.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import {
  AGENT,
  OWNER,
  eventually,
  focusIsOn,
  get,
  hasFocus,
  inBrowser,
  isAccessible,
  newcomer,
  open,
  openList,
  problemOf,
  rows,
  spoken,
  tokenOf,
} from './browser.mjs';
import { button } from './answers.mjs';
import { company, levels, openTeam, openTeamInGerman, part, stage } from './bulk.mjs';

const folder = mkdtempSync(join(tmpdir(), 'flex-roster-import-'));
after(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
/** A file with this content. */
function fileOf(content, name = `people-${(files += 1)}.csv`) {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

let made;
/** A user has one job at a time: these tests have a supervisor of their own. */
const supervisor = async () => (await (made ??= newcomer(['supervisor']))).identity;

const field = (page) => page.getByLabel('CSV file', { exact: true });
const form = (page) => page.getByRole('form', { name: 'Import of people' });
const alert = (page, text) => page.getByRole('alert').getByText(text);
const isStorage = (url) => url.searchParams.has('X-Amz-Signature');
const reason = (page) => part(page, 'refused').locator('td');

async function choose(page, file) {
  if ((await form(page).count()) === 0) await button(page, 'Import a CSV file').click();
  await field(page).setInputFiles(file);
}

async function planFile(page, file) {
  await choose(page, file);
  await button(form(page), 'Plan').click();
}

async function downloaded(page, start) {
  const download = page.waitForEvent('download');
  await start.click();
  return readFileSync(await (await download).path(), 'utf8');
}

const exported = (page) => downloaded(page, button(page, 'Export this list to edit and import again'));

const backToList = async (page) => {
  await page.getByRole('link', { name: 'Back to the list' }).click();
  await rows(page).first().waitFor();
};

/** The paths of what is sent, each with its key. */
function watch(page) {
  const sent = [];
  page.on('request', (request) => {
    const { pathname, search } = new URL(request.url());
    const { 'idempotency-key': key, authorization } = request.headers();
    if (request.method() === 'PUT') sent.push({ path: 'the file', key: search, authorization });
    if (request.method() === 'POST' && /uploads|imports/.test(pathname)) sent.push({ path: pathname, key });
  });
  return { paths: () => sent.map(({ path }) => path), sent };
}

test(
  'an exported file that is imported as it is changes nobody',
  inBrowser(
    async (page) => {
      const sales = await company(2, 5);
      await openTeam(page, await supervisor(), sales);
      const text = await exported(page);
      assert.match(text, /^\ufeffflex-roster-users\/1\r\nuser_id,/);
      const { sent, paths } = watch(page);
      await planFile(page, fileOf(text));
      await focusIsOn(page.getByRole('heading', { name: 'Import of people' }));
      await stage(page, 'planned').getByText('The file has 2 rows, separated by commas.').waitFor();
      await page.getByText('This plan changes nothing.').waitFor();
      assert.equal(await page.locator('[data-count-of=unchanged]').textContent(), '2');
      assert.equal(await page.locator('[data-apply], [data-failed-rows]').count(), 0);
      await isAccessible(page, 'the plan of an import that changes nobody');
      assert.deepEqual(paths(), ['/uploads', 'the file', '/imports']);
      assert.equal(sent[1].authorization, undefined, 'the storage gets no token');
    },
    { acceptDownloads: true },
  ),
);

test(
  'a level that is changed in the file and a row that adds a user are applied, and taken back as far as that goes',
  inBrowser(
    async (page) => {
      const sales = await company(2, 5);
      const identity = `new.${process.pid}.${Date.now()}@example.com`;
      await openTeam(page, await supervisor(), sales);
      const [version, head, first, second] = (await exported(page)).split('\r\n');
      const [raised] = sales.people.filter(({ id }) => first.startsWith(id));
      const added = head.split(',').map((name) => ({ identity, name: 'Nora New' })[name] ?? '');
      const lines = [`${head},action`, `${first.replace('English:5', 'English:60')},`, `${second},`, `${added},add`];
      await planFile(page, fileOf([version, ...lines].join('\n')));
      await stage(page, 'planned').getByText('The file has 3 rows').waitFor();
      await part(page, 'changed').getByText('English: 5 → 60').waitFor();
      const newOne = part(page, 'changed').locator('tr', { hasText: 'Nora New' });
      await newOne.getByText(`is added as ${identity}`).waitFor();
      assert.equal(await newOne.getByRole('link').count(), 0, 'who is not there yet cannot be opened');
      assert.equal(await part(page, 'changed').getByRole('link', { name: raised.name }).count(), 1);
      await isAccessible(page, 'the plan of an import');

      await button(page, 'Apply to 2 people').click();
      await stage(page, 'ended').getByText('2 people changed.').waitFor();
      await page.getByRole('heading', { name: 'Import of people' }).waitFor();
      await part(page, 'changed').getByRole('link', { name: 'Nora New' }).waitFor();
      assert.deepEqual((await levels(sales)).sort(), [5, 60]);
      await button(page, 'Undo').click();
      await part(page, 'changed').getByText('English: 60 → 5').waitFor();
      await part(page, 'refused').getByText('This has added them: an undo keeps them.').waitFor();
      await button(page, 'Apply to 1 person').click();
      await stage(page, 'ended').getByText('1 person changed.').waitFor();
      assert.deepEqual(await levels(sales), [5, 5]);
    },
    { acceptDownloads: true },
  ),
);

test(
  'what is alike in a plan is said once with how many it is for, reasons too, in German on a narrow screen',
  inBrowser(
    async (page) => {
      const sales = await company(2, 5);
      await openTeamInGerman(page, await supervisor(), sales);
      await button(page, 'Eine CSV-Datei importieren').click();
      const unknown = ['niemand', 'keiner'].map((name) => `${name}@example.com,,,`);
      const wrong = sales.people.map(({ identity }) => `${identity},,Klingon,`);
      const added = [1, 2, 3].map((number) => `neu${process.pid}-${number}@example.com,,English:7,add`);
      const lines = ['identity,role,assigned_skills,action', ...unknown, ...wrong, ...added, ',agent,,'];
      await page.getByLabel('CSV-Datei', { exact: true }).setInputFiles(fileOf(lines.join('\n')));
      await button(page, 'Planen').click();
      await stage(page, 'planned').waitFor();
      const groups = async (outcome) => (await part(page, outcome).locator('[data-groups]').innerText()).split('\n');
      assert.deepEqual(await groups('refused'), [
        'Niemand hat diese Identität.',
        '2 Personen',
        'Spalte assigned_skills: Diesen Skill gibt es nicht.',
        '2 Personen',
        'Andere Gründe',
        '1 Person',
      ]);
      assert.deepEqual(await groups('changed'), ['Neue Personen', '3 Personen', 'English ist neu: 7', '3 Personen']);
      await isAccessible(page, 'a plan with groups, German, narrow');
      await isWhole(page, 'the plan with groups');
    },
    { locale: 'de-DE', viewport: { width: 400, height: 800 } },
  ),
);

test(
  'wrong rows stand first, with row, column and reason, and can be downloaded, corrected and sent again',
  inBrowser(
    async (page) => {
      const sales = await company(1, 5);
      const [{ identity, name }] = sales.people;
      await openList(page, await supervisor());
      const lines = [
        'identity;teams;assigned_skills',
        `${identity};${sales.team.name};Klingon:5`,
        'nobody@example.com;;',
      ];
      await planFile(page, fileOf(lines.join('\n')));
      await stage(page, 'planned').getByText('The file has 2 rows, separated by semicolons.').waitFor();
      await reason(page).getByText('Row 2, column assigned_skills: There is no skill "Klingon".').waitFor();
      await reason(page).getByText('Row 3: Nobody has the identity').waitFor();
      assert.equal(await part(page, 'refused').getByRole('link', { name }).count(), 1);
      await part(page, 'refused').getByRole('rowheader', { name: 'Row 3', exact: true }).waitFor();
      assert.equal(await part(page, 'refused').getByRole('link').count(), 1, 'a row that names nobody is no link');
      await page.getByText('The rows that are refused can be corrected and sent again').waitFor();
      await isAccessible(page, 'a plan with refused rows');
      const failed = await downloaded(page, button(page, 'Download the failed rows'));
      assert.match(failed, /Klingon:5.*There is no skill/);
      await backToList(page);
      const corrected = failed.replace(';Klingon:5;', ';English:70;').split('\r\n').slice(0, 2).join('\r\n');
      await planFile(page, fileOf(corrected));
      await part(page, 'changed').getByText('English: 5 → 70').waitFor();
      assert.equal(await button(page, 'Download the failed rows').count(), 0);
      await button(page, 'Discard the plan').click();
      await stage(page, 'discarded').waitFor();
      await button(page, 'Plan again').click();
      await part(page, 'changed').getByText('English: 5 → 70').waitFor();
    },
    { acceptDownloads: true },
  ),
);

test(
  'of a file that is none of users it is said what it is, also after the page was loaded again',
  inBrowser(async (page) => {
    const identity = await supervisor();
    await openList(page, identity);
    const zip = fileOf(Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(200)]), 'people.xlsx');
    await planFile(page, zip);
    await alert(page, 'This is a zip, such as a workbook of Excel, and no CSV.').waitFor();
    await page.getByText('The plan could not be made.').first().waitFor();
    await isAccessible(page, 'a file that is a zip');
    await page.goto(page.url());
    await page.getByLabel('Who are you?').selectOption(identity);
    await button(page, 'Continue').click();
    await alert(page, 'This is a zip').waitFor();
    await backToList(page);
  }),
);

test(
  'what cannot be imported is said at once, and nothing is sent',
  inBrowser(async (page) => {
    await openList(page, OWNER);
    const { paths } = watch(page);
    await button(page, 'Import a CSV file').click();
    await focusIsOn(field(page));
    const large = fileOf(Buffer.alloc(20_000_001, 'a'), 'large.csv');
    await field(page).setInputFiles(large);
    await alert(page, 'large.csv has 20,000,001 bytes. At most 20,000,000 can be imported at a time').waitFor();
    assert.equal(await field(page).getAttribute('aria-invalid'), 'true');
    await button(form(page), 'Plan').click();
    await focusIsOn(field(page));
    await isAccessible(page, 'a file that is too large');
    await field(page).setInputFiles(fileOf('', 'empty.csv'));
    await alert(page, 'empty.csv is empty.').waitFor();
    await button(form(page), 'Plan').click();
    await focusIsOn(field(page));
    await field(page).setInputFiles(fileOf('identity\n'));
    await eventually(async () => (await field(page).getAttribute('aria-invalid')) === 'false', 'this one is right');
    assert.deepEqual(paths(), []);
  }),
);

/** Holds files over the list, as the browser tells it of those that come from elsewhere. */
async function drag(page, paths) {
  const client = await page.context().newCDPSession(page);
  const { x, y, width } = await page.getByRole('region', { name: 'Users', exact: true }).boundingBox();
  const data = { items: [], files: paths, dragOperationsMask: 1 };
  const send = (type, at) => client.send('Input.dispatchDragEvent', { type, x: x + width / 2, y: at, data });
  await send('dragEnter', y + 150);
  await send('dragOver', y + 150);
  return { drop: () => send('drop', y + 150), leave: () => send('dragOver', 5) };
}

test(
  'a file is dropped onto the list, which shows that it takes it, and is planned',
  inBrowser(async (page) => {
    const sales = await company(1, 5);
    await openTeam(page, await supervisor(), sales);
    const area = page.locator('[data-drop]');
    const file = fileOf(`identity,assigned_skills\n${sales.people[0].identity},English:33\n`);
    const away = await drag(page, [file]);
    await area.getByText('Drop the CSV file here to import it').waitFor();
    await isAccessible(page, 'a file over the list');
    await away.leave();
    await area.waitFor({ state: 'detached' });
    assert.equal(await form(page).count(), 0);

    await (await drag(page, [file, fileOf('identity\n')])).drop();
    await alert(page, 'One file at a time can be imported.').waitFor();
    await focusIsOn(field(page));
    await (await drag(page, [file])).drop();
    await focusIsOn(button(form(page), 'Plan'));
    assert.equal(await field(page).evaluate(({ files }) => files.length), 1);
    await isAccessible(page, 'a file that was dropped');
    await page.keyboard.press('Enter');
    await part(page, 'changed').getByText('English: 5 → 33').waitFor();
  }),
);

test(
  'a file that the storage refuses, or does not answer about, is sent again without choosing it again',
  inBrowser(
    async (page) => {
      const sales = await company(1, 5);
      await openTeam(page, await supervisor(), sales);
      const { paths } = watch(page);
      let answer;
      await page.route(isStorage, (route) => answer(route));
      const headers = { 'access-control-allow-origin': '*' };
      answer = (route) => route.fulfill({ status: 403, headers, body: '<Error><Code>AccessDenied</Code></Error>' });
      await planFile(page, fileOf(`identity\t"assigned_skills"\n${sales.people[0].identity}\tEnglish:40\n`));
      await alert(page, 'The file was sent, but the storage does not take it.').waitFor();
      await page.getByText('Nothing has been changed. What you have entered is kept.').waitFor();
      await isAccessible(page, 'a file that is refused');
      answer = (route) => route.abort();
      await button(page, 'Try again').click();
      await alert(page, 'The file could not be sent.').waitFor();
      assert.ok(!paths().includes('/imports'), 'what has not arrived is not imported');
      answer = (route) => route.fallback();
      await button(page, 'Try again').click();
      await stage(page, 'planned').getByText('separated by tabs').waitFor();
      await part(page, 'changed').getByText('English: 5 → 40').waitFor();
    },
    { faults: true },
  ),
);

test(
  'while it is sent it can be stopped; then it is still chosen, and one is asked before it is left',
  inBrowser(
    async (page) => {
      await openList(page, await supervisor());
      await page.route(isStorage, () => undefined);
      await planFile(page, fileOf('identity\n'));
      await page.locator('[data-sending]').getByText('The file is being sent…').waitFor();
      await spoken(page).getByText('The file is being sent…').waitFor({ state: 'attached' });
      await isAccessible(page, 'a file that is being sent');
      await button(form(page), 'Cancel').click();
      await page.locator('[data-sending]').waitFor({ state: 'detached' });
      assert.equal(await page.getByRole('alert').getByText(/./).count(), 0, 'nothing has failed');
      assert.equal(await field(page).evaluate(({ files }) => files.length), 1);
      await page.getByRole('navigation').getByRole('link', { name: 'Teams', exact: true }).click();
      await button(page, 'Keep editing').click();
      await focusIsOn(field(page));
      await page.keyboard.press('Escape');
      await form(page).waitFor({ state: 'detached' });
      await focusIsOn(button(page, 'Import a CSV file'));
    },
    { faults: true },
  ),
);

for (const [what, path] of [
  ['the link', /\/uploads$/],
  ['the import', /\/imports$/],
]) {
  test(
    `after a lost answer about ${what} the file is imported once`,
    inBrowser(
      async (page) => {
        await openList(page, await supervisor());
        const { sent, paths } = watch(page);
        let isLost = true;
        const jobs = [];
        await page.route(path, async (route) => {
          const response = await route.fetch();
          jobs.push((await response.json()).job_id);
          if (!isLost) return route.fulfill({ response });
          isLost = false;
          return route.abort();
        });
        await planFile(page, fileOf(`identity\n${OWNER}\n`));
        await page.getByText('It is not known whether it was done.').waitFor();
        await button(page, 'Try again').click();
        await stage(page, 'planned').getByText('The file has 1 row').waitFor();
        const keys = sent.filter((request) => path.test(request.path)).map(({ key }) => key);
        assert.equal(keys.length, 2);
        assert.equal(keys[0], keys[1]);
        assert.equal(new Set(jobs).size, 1);
        assert.equal(paths().filter((sentTo) => sentTo === 'the file').length, 1);
      },
      { faults: true },
    ),
  );
}

test(
  'a file that has been deleted meanwhile is sent again, and one that has changed is chosen again',
  inBrowser(
    async (page) => {
      await openList(page, await supervisor());
      const { paths } = watch(page);
      await page.route(/\/imports$/, (route) => route.fulfill(problemOf(409, 'upload-missing')), { times: 1 });
      const file = fileOf(`identity\n${OWNER}\n`);
      await planFile(page, file);
      await alert(page, 'The file is no longer there: it is kept for a day. Send it again.').waitFor();
      await button(form(page), 'Plan').click();
      await stage(page, 'planned').waitFor();
      assert.equal(paths().filter((path) => path === 'the file').length, 2);
      await backToList(page);
      await choose(page, file);
      writeFileSync(file, 'identity,role\n');
      const later = Date.now() / 1_000 + 60;
      utimesSync(file, later, later);
      await button(form(page), 'Plan').click();
      await alert(page, 'The file cannot be read: it has been changed, moved or deleted since').waitFor();
      await isAccessible(page, 'a file that has changed');
      await field(page).setInputFiles(file);
      await page.getByRole('alert').getByText('cannot be read').waitFor({ state: 'detached' });
    },
    { faults: true },
  ),
);

test(
  'in German, with the keyboard alone, on a narrow dark screen: chosen, planned, applied',
  inBrowser(
    async (page) => {
      const sales = await company(1, 5);
      await openTeamInGerman(page, await supervisor(), sales);
      await button(page, 'Eine CSV-Datei importieren').focus();
      await page.keyboard.press('Enter');
      const german = page.getByLabel('CSV-Datei', { exact: true });
      const chooser = page.waitForEvent('filechooser');
      // A busy page may handle a key before it intercepts choosers, unless it has answered since.
      await focusIsOn(german);
      await page.keyboard.press('Space');
      const lines = ['identity;assigned_skills', `${sales.people[0].identity};(none)`, 'niemand@example.com;'];
      await (await chooser).setFiles(fileOf(lines.join('\n')));
      await isAccessible(page, 'a chosen file, German, dark, narrow');
      await isWhole(page, 'the form');
      await tabTo(page, button(page, 'Planen'));
      await page.keyboard.press('Enter');
      await page.getByText('Die Datei hat 2 Zeilen, getrennt durch Semikolons.').waitFor();
      await reason(page).getByText('Zeile 3: ').waitFor();
      await part(page, 'changed').getByText('English wird entfernt, war 5').waitFor();
      await isAccessible(page, 'a plan, German, dark, narrow');
      await isWhole(page, 'the plan');
      await tabTo(page, button(page, 'Bei 1 Person ausführen'));
      await page.keyboard.press('Enter');
      await stage(page, 'ended').getByText('1 Person geändert.').waitFor();
      assert.deepEqual(await levels(sales), [undefined]);
    },
    { locale: 'de-DE', viewport: { width: 400, height: 800 }, colorScheme: 'dark' },
  ),
);

async function isWhole(page, state) {
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(overflow <= 0, `${state} is ${overflow} px too wide`);
}

/** Presses Tab until this has the focus. */
async function tabTo(page, locator) {
  for (let presses = 0; presses < 60; presses += 1) {
    if ((await locator.count()) > 0 && (await hasFocus(locator))) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`Tab does not lead to ${locator}`);
}

test(
  'who may not change users is offered no import, and drops nothing',
  inBrowser(
    async (page) => {
      await page.route(/\/me$/, async (route) => {
        const me = await (await route.fetch()).json();
        return route.fulfill({ json: { ...me, may: me.may.filter((permission) => permission !== 'edit_user') } });
      });
      await openList(page, OWNER);
      const offered = page.getByRole('button', { name: /import/i });
      assert.equal(await offered.count(), 0);
      await (await drag(page, [fileOf('identity\n')])).leave();
      assert.equal(await page.locator('[data-drop]').count(), 0);
      await page.unroute(/\/me$/);
      await open(page, AGENT);
      await page.getByText('You are signed in, but cannot use the directory').waitFor();
      assert.equal(await offered.count(), 0);
    },
    { faults: true },
  ),
);
