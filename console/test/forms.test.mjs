// Each form and question of the pages, whatever the API answers to it: what is said, what is kept, and that it is done.
import test from 'node:test';
import { inBrowser, isAccessible } from './browser.mjs';
import { FAULTS, NEVER, answering, mayHang, throughFaults } from './answers.mjs';
import { ANSWERED_FORMS, FORMS } from './forms.mjs';

const [ENDED, ...OTHERS] = FAULTS;

for (const { name, path, fill } of [...FORMS, ...ANSWERED_FORMS]) {
  test(
    `${name}, whatever the API answers: it is said, what was typed stays, and after a sign-in it is saved`,
    inBrowser(
      async (page) => {
        await mayHang(page);
        const { send, isKept, done } = await fill(page);
        const api = await answering(page, path);
        const check = async (said) => {
          await page.getByText('What you have entered is kept.').first().waitFor();
          await isKept();
          if (said.startsWith('It does not go')) await isAccessible(page, said);
        };
        await throughFaults(page, api, send, check, [...OTHERS, NEVER, ENDED]);
        api.set('pass');
        await send();
        await done();
      },
      { faults: true },
    ),
  );
}
