// The Flex plugin, in a stand-in of Flex with React 17.
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  AGENT,
  API,
  OWNER,
  SUPERVISOR,
  eventually,
  gateway,
  get,
  inBrowser,
  isAccessible,
  newcomer,
  row,
  rows,
  search,
  tokenOf,
} from './browser.mjs';
import { button } from './answers.mjs';
import { LOADERS, openFlex, openPlugin, start } from './flex.mjs';
import { panelOf, team } from './panel.mjs';

const side = (page) => page.getByRole('navigation', { name: 'Flex' }).getByRole('button', { name: 'Manage users' });
const roster = { api_origin: API, skills: 'directory' };

for (const [how, load] of Object.entries(LOADERS)) {
  test(
    `loaded ${how}, it registers view and side link and shows the list`,
    inBrowser(
      async (page) => {
        await openPlugin(page, { token: await tokenOf(SUPERVISOR) }, load);
        await side(page).click();
        await rows(page).first().waitFor();
        await page.getByText('Susan Supervisor, Supervisor').waitFor();
        assert.equal(await page.getByLabel('Who are you?').count(), 0, 'the user is not asked who they are');
        await isAccessible(page, 'inside Flex');
        const address = await page.evaluate(() => [
          location.pathname,
          history.state,
          history.length,
          document.head.children.length,
        ]);
        await search(page).fill('Olivia');
        await row(page, 'Olivia Owner').waitFor();
        await eventually(() => page.url().endsWith('/flex-roster?q=Olivia'), 'the query follows below the view’s path');
        assert.deepEqual(
          await page.evaluate(() => [location.pathname, history.state, history.length, document.head.children.length]),
          address,
          'the state and the head are Flex’s',
        );
      },
      { faults: true },
    ),
  );
}

test(
  'loaded twice, and started twice, there is one view and one link, and nothing is thrown',
  inBrowser(async (page) => {
    await openPlugin(page, { token: await tokenOf(OWNER) });
    await LOADERS['fetched with Flex’s headers and run inline'](page);
    assert.equal(await start(page), 2);
    await side(page).click();
    await rows(page).first().waitFor();
    assert.equal(await side(page).count(), 1);
  }),
);

test(
  'the token is read from Flex for every call, and sent to the API alone',
  inBrowser(async (page) => {
    const sent = new Set();
    const others = new Set();
    page.on('request', (request) => {
      const token = request.headers().authorization;
      if (token) sent.add(token);
      if (token && !request.url().startsWith(API)) others.add(request.url());
    });
    await openPlugin(page, { token: await tokenOf(OWNER) });
    await side(page).click();
    await rows(page).first().waitFor();
    const renewed = await tokenOf(SUPERVISOR);
    await page.evaluate((token) => Object.assign(flexManager.user, { token }), renewed);
    await search(page).fill('Olivia');
    await eventually(() => sent.size === 2, 'the new token is sent');
    assert.deepEqual([...sent], [`Bearer ${await tokenOf(OWNER)}`, `Bearer ${renewed}`]);
    assert.deepEqual([...others], []);
  }),
);

test(
  'with a panel and a confirmation open, nothing is modal, and a task can be accepted',
  inBrowser(async (page) => {
    const person = await newcomer();
    await openPlugin(page, { token: await tokenOf(OWNER) });
    await side(page).click();
    await search(page).fill(person.name);
    await page.getByRole('link', { name: person.name, exact: true }).click();
    await page.getByRole('dialog').waitFor();
    await button(page, `Delete ${person.name}`).first().click();
    await page.getByRole('group', { name: `Delete ${person.name}?` }).waitFor();
    assert.equal(await page.locator('dialog:modal').count(), 0);
    await button(page, 'Accept').click();
    assert.equal(await page.evaluate(() => flexState.accepted), 1);
    await isAccessible(page, 'inside Flex, with a panel and a confirmation');
  }),
);

test(
  'while it is asked about unsaved changes, a task can be accepted, and the changes are still there',
  inBrowser(async (page) => {
    const person = await newcomer();
    await openPlugin(page, { token: await tokenOf(OWNER) });
    await side(page).click();
    await search(page).fill(person.name);
    await page.getByRole('link', { name: person.name, exact: true }).click();
    await team(panelOf(page), 'Support').check();
    await page.keyboard.press('Escape');
    await page.getByRole('group', { name: `${person.name} has changes that are not saved` }).waitFor();
    assert.equal(await page.locator('dialog:modal').count(), 0);
    await button(page, 'Accept').click();
    assert.equal(await page.evaluate(() => flexState.accepted), 1);
    await button(page, 'Keep editing').click();
    assert.ok(await team(panelOf(page), 'Support').isChecked());
  }),
);

test(
  'what was typed is there again after another view of Flex',
  inBrowser(async (page) => {
    await openPlugin(page, { token: await tokenOf(OWNER) });
    await side(page).click();
    await page.getByRole('link', { name: 'Teams', exact: true }).click();
    await page.getByLabel('New team').fill('Half a name');
    await button(page, 'Agent Desktop').click();
    await page.getByText('Tasks').waitFor();
    await side(page).click();
    assert.equal(await page.getByLabel('New team').inputValue(), 'Half a name');
    await eventually(() => page.url().endsWith('/flex-roster?view=teams'), 'the address comes back');
  }),
);

test(
  'Flex’s own skills panel gives way to a link to the person here, if skills are the directory’s',
  inBrowser(async (page) => {
    const person = await newcomer();
    const { worker } = await get(`/users/${person.id}`, await tokenOf(OWNER));
    await openPlugin(page, { token: await tokenOf(OWNER) });
    await page.evaluate(
      (worker) => {
        flexState.worker = worker;
        flexChanged();
      },
      { sid: worker.sid, fullName: person.name, attributes: { email: person.identity } },
    );
    assert.equal(await page.getByText('The panel of Flex').count(), 0);
    await side(page).waitFor();
    await button(page, 'Skills in the directory').click();
    await page.getByRole('dialog', { name: `User ${person.name}` }).waitFor();
    await openPlugin(page, { token: await tokenOf(OWNER), roster: { api_origin: API } });
    await side(page).waitFor();
    await page.getByText('The panel of Flex').waitFor();
  }),
);

test(
  'it follows Flex’s theme and language',
  inBrowser(
    async (page) => {
      await openPlugin(page, { token: await tokenOf(OWNER) });
      await side(page).click();
      await rows(page).first().waitFor();
      assert.equal(await page.locator('flex-roster').getAttribute('theme'), 'light');
      await page.evaluate(() => {
        flexState.light = false;
        flexChanged();
      });
      assert.equal(await page.locator('flex-roster').getAttribute('theme'), 'dark');
      await page.evaluate(() => {
        flexManager.localization.localeTag = 'de-DE';
        flexChanged();
      });
      await page.getByText('50 angezeigt, es gibt mehr').waitFor();
    },
    { colorScheme: 'dark' },
  ),
);

test(
  'rule 1: an agent is offered nothing',
  inBrowser(
    async (page) => {
      const asked = page.waitForResponse(/\/me$/);
      await openPlugin(page, { token: await tokenOf(AGENT) });
      assert.equal((await asked).status(), 403);
      await page.getByText('Tasks').waitFor();
      assert.equal(await side(page).count(), 0);
    },
    { faults: true },
  ),
);

test(
  'an API that does not answer, no setting and a Flex without its parts stop neither Flex nor other plugins',
  inBrowser(
    async (page, context) => {
      const warnings = [];
      const other = await context.newPage();
      other.on('console', (message) => message.type() === 'warning' && warnings.push(message.text()));
      other.on('pageerror', (error) => assert.fail(error));
      const token = await tokenOf(OWNER);
      for (const options of [
        { roster: undefined },
        { roster: { api_origin: 'http://elsewhere.example' } },
        { roster, broken: true },
      ]) {
        await openFlex(other, { token, ...options });
        await LOADERS['as a classic script'](other);
        assert.equal(await start(other), 1);
        await other.getByText('Tasks').waitFor();
      }
      await openFlex(other, { token, roster });
      await other.evaluate(() => {
        Twilio.Flex.Plugins.init = () => {
          throw new Error('This Flex takes no plugins.');
        };
      });
      await LOADERS['as a classic script'](other);
      await other.evaluate(() => delete globalThis.Twilio);
      await LOADERS['as a classic script'](other);
      assert.equal(warnings.filter((text) => text.startsWith('flex-roster:')).length, 4);
      await page.route(/\/me$/, (route) => route.fulfill(gateway(503, 'Service Unavailable')));
      await openPlugin(page, { token });
      await side(page).click();
      await page.getByText('The directory').first().waitFor();
      await page.unroute(/\/me$/);
      await button(page, 'Try again').click();
      await rows(page).first().waitFor();
    },
    { faults: true },
  ),
);
