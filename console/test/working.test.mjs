// While a change is on its way: nothing that is entered can be lost, and nothing is sent twice.
import assert from 'node:assert/strict';
import test from 'node:test';
import { eventually, focusIsOn, gate, inBrowser } from './browser.mjs';
import { button } from './answers.mjs';
import { ANSWERED_FORMS, FORMS } from './forms.mjs';

/** Holds changes of this path back until `answer` is called. Gives what was sent. */
async function holding(page, path) {
  const { opened, open: answer } = gate();
  const sent = [];
  await page.route(path, async (route) => {
    if (route.request().method() === 'GET') return route.continue();
    sent.push(route.request().method());
    await opened;
    return route.fallback();
  });
  return { sent, answer };
}

const WITH_FIELDS = [
  'a new person',
  'a new team',
  'another name of a team',
  'granting a skill',
  'a new skill set',
  'a new skill',
];
for (const { name, path, fill } of FORMS.filter((form) => WITH_FIELDS.includes(form.name))) {
  test(
    `${name}: its fields rest while it is sent, and the button has the focus`,
    inBrowser(
      async (page) => {
        const { typed, isKept, done } = await fill(page);
        const { sent, answer } = await holding(page, path);
        const [field] = typed.at(-1);
        await field.press('Enter');
        await focusIsOn(button(page, 'Working…'));
        const box = await field.boundingBox();
        await page.mouse.click(box.x + 5, box.y + box.height / 2);
        await page.keyboard.type('9');
        await isKept();
        assert.equal(sent.length, 1);
        answer();
        await done();
      },
      { faults: true },
    ),
  );
}

const CLICKED_TWICE = ['a new person', 'a new team', 'a reconciliation'];
for (const { name, path, fill } of [...FORMS, ...ANSWERED_FORMS].filter((form) => CLICKED_TWICE.includes(form.name))) {
  test(
    `${name}: a double click sends it once`,
    inBrowser(
      async (page) => {
        const { submit, done } = await fill(page);
        const { sent, answer } = await holding(page, path);
        await button(page, submit).dblclick();
        await eventually(() => sent.length > 0, 'it is sent');
        answer();
        await done();
        assert.equal(sent.length, 1);
      },
      { faults: true },
    ),
  );
}
