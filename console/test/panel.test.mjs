// The panel of one user: what stands there whatever is edited.
import assert from 'node:assert/strict';
import test from 'node:test';
import { OWNER, call, inBrowser, isAccessible, newcomer, tokenOf } from './browser.mjs';
import { openPanel, panelOf, userOf } from './panel.mjs';

test(
  'the same actions stand beside the name, and a change of status leaves its manual step there',
  inBrowser(async (page) => {
    const person = await newcomer();
    const panel = await openPanel(page, OWNER, person);
    await panel.getByRole('button', { name: 'Deactivate' }).click();
    const question = panel.getByRole('group', { name: `Deactivate ${person.name}?` });
    await isAccessible(page, 'deactivate? in the panel');
    await question.getByRole('button', { name: `Deactivate ${person.name}` }).click();
    await panel.getByText('End their access at the identity provider').waitFor();
    await panel.getByRole('button', { name: 'Reactivate' }).waitFor();
    assert.equal((await userOf(person)).status, 'deactivated');
  }),
);

test(
  'a deleted person is read-only, and it is said who can restore them',
  inBrowser(async (page) => {
    const person = await newcomer();
    await call('DELETE', `/users/${person.id}`, await tokenOf(OWNER));
    const panel = await openPanel(page, OWNER, person, `?status=deleted&q=${encodeURIComponent(person.name)}`);
    await panel.getByText('An operator with access to AWS can restore them.').waitFor();
    assert.equal(await panel.getByRole('button', { name: 'Save changes' }).count(), 0);
    await isAccessible(page, 'deleted');
  }),
);

test(
  'in German, in the dark and inside Flex nothing is clipped, inaccessible or modal',
  inBrowser(
    async (page) => {
      const person = await newcomer(['agent'], { routing: { skills: ['English'], levels: { English: 95 } } });
      await page.addInitScript(() => {
        document.addEventListener('DOMContentLoaded', () =>
          document.querySelector('flex-roster').setAttribute('inside-flex', ''),
        );
      });
      await page.goto(`${process.env.API}/?user=${person.id}`);
      await page.getByLabel('Wer sind Sie?').selectOption(OWNER);
      await page.getByRole('button', { name: 'Weiter' }).click();
      const panel = panelOf(page);
      for (const tab of ['Profil', 'Zugewiesene Skills', 'Verlauf', 'Abgleich']) {
        await panel.getByRole('tab', { name: tab }).click();
        await panel.getByRole('tabpanel', { name: tab }).waitFor();
        await isAccessible(page, tab);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(overflow <= 0, `${tab} is ${overflow} px too wide`);
      }
      assert.equal(await page.locator('dialog:modal').count(), 0);
    },
    { locale: 'de-DE', colorScheme: 'dark', viewport: { width: 640, height: 700 } },
  ),
);
