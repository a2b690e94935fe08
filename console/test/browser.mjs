// What the browser tests share: a browser, pages with a user signed in, and what must hold on each of them.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before } from 'node:test';
import { chromium } from 'playwright-core';
import { eventually } from './stack.mjs';

export * from './page.mjs';
export * from './stack.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let browser;
/** What a test hands to Chrome counts as the Internet's, which would need a permission to ask a server of this machine. */
const ARGS = ['--no-sandbox', '--disable-features=LocalNetworkAccessChecks'];
before(async () => {
  browser = await chromium.launch({ executablePath: process.env.CHROME, args: ARGS });
});
after(() => browser.close());

/**
 * A test in a page of its own. It fails on any error of the page; what Chrome itself writes about an answer that is an
 * error is one only where the test does not expect such answers (`faults`).
 */
export function inBrowser(work, { faults = false, ...options } = {}) {
  return async () => {
    const context = await browser.newContext({ locale: 'en-US', viewport: { width: 1280, height: 800 }, ...options });
    context.setDefaultTimeout(8_000);
    const page = await context.newPage();
    const errors = [];
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => {
      const isOfChrome = message.text().startsWith('Failed to load resource');
      if (['error', 'warning'].includes(message.type()) && !(faults && isOfChrome)) errors.push(message.text());
    });
    try {
      await work(page, context);
      assert.deepEqual(errors, [], 'the page is without errors');
    } finally {
      // An answer that is still on its way belongs to no test any more.
      for (const open of context.pages()) await open.unrouteAll({ behavior: 'ignoreErrors' });
      await context.close();
    }
  };
}

export async function names(page) {
  return page.locator('tr[data-user] a[data-name]').allTextContents();
}

/** Whether this has the focus, inside the element too. */
export async function hasFocus(locator) {
  return locator.evaluate((element) => element.getRootNode().activeElement === element);
}

export async function focusIsOn(locator) {
  await eventually(() => hasFocus(locator), `the focus is on ${locator}`);
}

/** axe finds nothing, on the whole page as it is now. */
export async function isAccessible(page, state) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  const found = violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.flat().join(' ')).join(', ')}`,
  );
  assert.deepEqual(found, [], `axe on: ${state}`);
}
