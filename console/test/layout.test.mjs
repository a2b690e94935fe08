// The page from right to left, and in German, which is longer: nothing is cut off.
import assert from 'node:assert/strict';
import test from 'node:test';
import { API, OWNER, focusIsOn, inBrowser, isAccessible, newcomer, openList, row, rows } from './browser.mjs';
import { button } from './answers.mjs';
import { openPanel, panelOf, team } from './panel.mjs';

/** What does not fit: text wider than its element, and elements that the window cuts. */
const cutOff = (page) =>
  page.evaluate(() => {
    const isSeen = (element) => element.checkVisibility() && !element.closest('.unseen');
    const all = [...document.querySelector('flex-roster').shadowRoot.querySelectorAll('*:not(svg *)')].filter(isSeen);
    const doesNotFit = (element) => {
      const { left, right, width } = element.getBoundingClientRect();
      const isTooWide = element.clientWidth > 0 && element.scrollWidth > element.clientWidth + 1;
      return width > 0 && (isTooWide || left < -1 || right > innerWidth + 1);
    };
    return all.filter(doesNotFit).map(({ localName, className, textContent }) => {
      return `${localName}.${className}: ${textContent.trim().slice(0, 40)}`;
    });
  });

async function isWhole(page, state) {
  assert.deepEqual(await cutOff(page), [], `nothing is cut off: ${state}`);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(overflow <= 0, `${state} is ${overflow} px too wide`);
}

test(
  'from right to left list, panel and form stand mirrored and whole, and arrow keys go where they point',
  inBrowser(async (page) => {
    await page.addInitScript(() => {
      document.addEventListener('DOMContentLoaded', () => (document.documentElement.dir = 'rtl'));
    });
    const person = await newcomer();
    await openList(page, OWNER);
    await isWhole(page, 'the list');
    const panel = await openPanel(page, OWNER, person);
    const [ofPanel, ofList] = [
      await panel.boundingBox(),
      await page.getByRole('region', { name: 'Users' }).boundingBox(),
    ];
    assert.ok(ofPanel.x + ofPanel.width <= ofList.x, 'the panel is on the left of the list');
    await isWhole(page, 'edit user');
    await panel.getByRole('tab', { name: 'Profile' }).focus();
    await page.keyboard.press('ArrowLeft');
    const skills = panel.getByRole('tab', { name: 'Assigned skills' });
    await focusIsOn(skills);
    assert.equal(await skills.getAttribute('aria-selected'), 'true');
    await button(panel, 'Assign skills').click();
    const form = panel.getByRole('form', { name: 'Assign skills' });
    await form.getByLabel('Skill', { exact: true }).selectOption('German');
    const slider = form.getByRole('slider', { name: 'Level of German' });
    const { width, height } = await slider.boundingBox();
    await slider.click({ position: { x: 2, y: height / 2 } });
    assert.equal(await slider.inputValue(), '100', 'the highest level is at the left');
    await slider.click({ position: { x: width - 2, y: height / 2 } });
    assert.equal(await slider.inputValue(), '1');
    await page.keyboard.press('ArrowLeft');
    assert.equal(await form.getByLabel('Level of German as a number').inputValue(), '2');
    await isWhole(page, 'assign skills');
    await isAccessible(page, 'from right to left');
  }),
);

test(
  'in German the list and its questions are whole',
  inBrowser(
    async (page) => {
      const person = await newcomer();
      await page.goto(API);
      await page.getByLabel('Wer sind Sie?').selectOption(OWNER);
      await page.getByRole('button', { name: 'Weiter' }).click();
      await rows(page).first().waitFor();
      await isWhole(page, 'the list');
      await page.getByLabel('Nach Name oder E-Mail-Adresse suchen').fill(person.name);
      for (const action of ['deaktivieren', 'löschen']) {
        await row(page, person.name).hover();
        await button(row(page, person.name), `${person.name} ${action}`).click();
        await page.getByRole('group', { name: `${person.name} ${action}?` }).waitFor();
        await isWhole(page, `${action}?`);
        await page.keyboard.press('Escape');
      }
      await page.getByLabel(`${person.name} auswählen`).check();
      await button(page, 'Skill hinzufügen').click();
      await isWhole(page, 'one is selected');
      await page.keyboard.press('Escape');
      await button(page, 'Auswahl aufheben').click();
      await row(page, person.name).getByRole('link').click();
      await team(panelOf(page), 'Support').check();
      await isWhole(page, 'edit user');
      await button(panelOf(page), 'Schließen').click();
      await page.getByRole('group', { name: `Änderungen an ${person.name} sind nicht gespeichert` }).waitFor();
      await isWhole(page, 'unsaved?');
    },
    { locale: 'de-DE' },
  ),
);
