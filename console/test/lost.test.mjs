// A change that was carried out, and whose answer was lost: trying again does it once, and never says otherwise.
import assert from 'node:assert/strict';
import test from 'node:test';
import { OWNER, call, eventually, inBrowser, tokenOf } from './browser.mjs';
import { button } from './answers.mjs';
import { FORMS } from './forms.mjs';

/** Carries out the first change of this path, and loses the answer. Gives what was answered to all of them. */
async function losing(page, path) {
  const statuses = [];
  await page.route(path, async (route) => {
    if (route.request().method() === 'GET') return route.continue();
    const response = await route.fetch();
    statuses.push(response.status());
    return statuses.length === 1 ? route.abort() : route.fulfill({ response });
  });
  return statuses;
}

for (const { name, path, fill } of FORMS) {
  test(
    `${name}, with a lost answer: trying again finds it done`,
    inBrowser(
      async (page) => {
        const { send, done } = await fill(page);
        const statuses = await losing(page, path);
        await send();
        await page.getByText('It is not known whether it was done.').waitFor();
        assert.ok(statuses[0] < 300, `it was carried out: ${statuses[0]}`);
        await button(page, 'Try again').click();
        await done();
        assert.equal(statuses.length, 2);
        assert.equal(await page.getByRole('alert').count(), 0);
      },
      { faults: true },
    ),
  );
}

test(
  'what has changed since a lost answer is said to be perhaps one’s own change',
  inBrowser(
    async (page) => {
      const { send, isKept, done } = await FORMS.find(({ name }) => name === 'another name of a team').fill(page);
      const id = new URL(page.url()).searchParams.get('item');
      await page.route(/\/teams\/[^/]+$/, (route) => {
        return route.request().method() === 'GET' ? route.continue() : route.abort();
      });
      await send();
      await page.getByText('It is not known whether it was done.').waitFor();
      await call('PATCH', `/teams/${id}`, await tokenOf(OWNER), { name: `Theirs ${id}` });
      await page.unroute(/\/teams\/[^/]+$/);
      await button(page, 'Try again').click();
      await page.getByText('perhaps by your own try whose answer was lost').waitFor();
      await page.getByText('It is not known whether the earlier try was carried out.').waitFor();
      await button(page, 'Show the current version').click();
      await page.getByRole('heading', { name: `Theirs ${id}` }).waitFor();
      await isKept();
      await send();
      await done();
      await eventually(async () => (await page.getByRole('alert').count()) === 0, 'nothing is left to say');
    },
    { faults: true },
  ),
);
