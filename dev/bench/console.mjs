// What `bench` measures of the page in a browser: prints JSON, times in milliseconds. API is the address of a running
// stack whose console has `blank.html` and `token.html` beside the page; CHROME is the browser.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { API, OWNER } from '../../console/test/stack.mjs';
import { openList, rows, search } from '../../console/test/page.mjs';

const CONSOLE = fileURLToPath(new URL('../../console', import.meta.url));
const DIST = `${CONSOLE}/dist`;

/** How often each is timed, after one that is not: the first is also the browser's own first. */
const TIMES = 15;

/** Each is in more than a page of names, so that a whole page of rows is drawn. */
const TYPED = ['lov', 'hop', 'tur', 'ham', 'smi'];

/** What index.html loads and what that imports statically; what is imported later; and the plugin. */
async function scripts() {
  const page = readFileSync(`${CONSOLE}/index.html`, 'utf8');
  const entries = [...page.matchAll(/<script[^>]* src="\/console\/([^"]+)"/g)].map(([, file]) => file);
  const { metafile } = await build({
    absWorkingDir: DIST,
    entryPoints: entries,
    bundle: true,
    splitting: true,
    format: 'esm',
    outdir: 'nowhere',
    write: false,
    metafile: true,
    logLevel: 'error',
  });
  const all = Object.keys(metafile.inputs);
  const first = new Set(entries);
  for (const file of first) {
    const { imports } = metafile.inputs[file];
    for (const { path, kind } of imports) if (kind === 'import-statement') first.add(path);
  }
  const later = all.filter((file) => !first.has(file));
  return { first: [...first].map(sized), later: later.map(sized), plugin: sized('plugin.js') };
}

function sized(file) {
  return { file, gzip: gzipSync(readFileSync(`${DIST}/${file}`)).length };
}

/** In the page, from before its first script: `interactive` is when a frame with the field has been drawn, focused. */
function watch(selector) {
  const root = () => document.querySelector('flex-roster')?.shadowRoot ?? document;
  const drawn = () => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => (globalThis.interactive = performance.now());
    port2.postMessage(undefined);
  };
  const look = () => {
    const field = root().querySelector(selector);
    field?.focus();
    requestAnimationFrame(field && root().activeElement === field ? drawn : look);
  };
  requestAnimationFrame(look);
}

/** From the start of the navigation until the field takes input, with nothing in the browser's cache. */
async function untilInteractive(browser, path, selector, counted) {
  const context = await browser.newContext({ locale: 'en-US' });
  try {
    const page = await context.newPage();
    await page.addInitScript(watch, selector);
    await page.goto(`${API}${path}`);
    await page.waitForFunction(() => globalThis.interactive);
    const { took, loaded } = await page.evaluate(() => {
      const took = globalThis.interactive;
      const resources = performance.getEntriesByType('resource').filter((one) => one.startTime < took);
      return { took, loaded: resources.map(({ name }) => name.split('/').at(-1)) };
    });
    const scripts = loaded.filter((name) => name.endsWith('.js'));
    const missing = scripts.find((name) => !counted.some(({ file }) => file === name));
    if (missing) throw new Error(`${path} loads ${missing} before it is usable, and its size is not counted`);
    await page.keyboard.press('a');
    const field = page.locator(selector);
    if (!(await field.inputValue())) throw new Error(`${path} does not take what is typed when it seems to`);
    return took;
  } finally {
    await context.close();
  }
}

/** In the page: the time from the last key until a frame that shows only users of this word, and the API's part of it. */
function watchTyping(word) {
  const { shadowRoot } = document.querySelector('flex-roster');
  const plain = (text) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
  let pressed;
  shadowRoot.addEventListener('keydown', (event) => (pressed = event.timeStamp), { capture: true });
  performance.clearResourceTimings();
  globalThis.typed = undefined;
  const answer = () => performance.getEntriesByType('resource').find(({ name }) => name.includes(`q=${word}`));
  const isShown = () => {
    const shown = [...shadowRoot.querySelectorAll('tr[data-user]')];
    return shown.length > 0 && shown.every((row) => plain(row.textContent).includes(word));
  };
  const look = () => {
    const found = pressed !== undefined && answer();
    if (!found || !isShown()) return requestAnimationFrame(look);
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      const rows = shadowRoot.querySelectorAll('tr[data-user]').length;
      globalThis.typed = {
        asked: found.startTime - pressed,
        api: found.duration,
        shown: performance.now() - pressed,
        rows,
      };
    };
    port2.postMessage(undefined);
  };
  requestAnimationFrame(look);
}

async function untilTypedIsListed(page, word) {
  const before = await rows(page).first().getAttribute('data-user');
  await page.evaluate(watchTyping, word);
  await search(page).click();
  await search(page).pressSequentially(word, { delay: 80 });
  const typed = await (await page.waitForFunction(() => globalThis.typed)).jsonValue();
  await search(page).fill('');
  await page.locator(`tr[data-user="${before}"]`).waitFor();
  return typed;
}

async function typing(browser) {
  const context = await browser.newContext({ locale: 'en-US' });
  const page = await context.newPage();
  await openList(page, OWNER);
  const all = [];
  for (let n = 0; n < TIMES + TYPED.length; n += 1) {
    const typed = await untilTypedIsListed(page, TYPED[n % TYPED.length]);
    if (n >= TYPED.length) all.push(typed);
  }
  await context.close();
  return all;
}

/** In turn, so that what else the machine does falls on all of them. */
async function loading(browser, { first }) {
  const pages = {
    blank: ['/console/blank.html', '#token'],
    interactive: ['/console/token.html', '#token'],
    logins: ['/', '#login'],
  };
  const times = { blank: [], interactive: [], logins: [] };
  for (let n = 0; n <= TIMES; n += 1) {
    for (const [name, [path, selector]] of Object.entries(pages)) {
      const took = await untilInteractive(browser, path, selector, first);
      if (n > 0) times[name].push(took);
    }
  }
  return times;
}

const sizes = await scripts();
const browser = await chromium.launch({ executablePath: process.env.CHROME, args: ['--no-sandbox'] });
try {
  console.log(JSON.stringify({ ...sizes, ...(await loading(browser, sizes)), typing: await typing(browser) }));
} finally {
  await browser.close();
}
