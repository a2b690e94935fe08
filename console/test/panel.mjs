// What the tests of one user's panel share.
import { OWNER, get, openList, row, tokenOf } from './browser.mjs';

export const SALES = '00000000-0000-4000-8000-000000000001';
export const SUPPORT = '00000000-0000-4000-8000-000000000003';

export const team = (panel, name) => panel.getByLabel(name, { exact: true });
export const panelOf = (page) => page.getByRole('dialog');

/** Opens a person from the list; by default the list is searched for them. */
export async function openPanel(page, identity, person, query = `?q=${encodeURIComponent(person.name)}`) {
  await openList(page, identity, query);
  await row(page, person.name).getByRole('link').click();
  await panelOf(page).getByRole('heading', { name: person.name }).waitFor();
  return panelOf(page);
}

export async function openTab(page, identity, person, tab) {
  const panel = await openPanel(page, identity, person);
  await panel.getByRole('tab', { name: tab }).click();
  return panel;
}

export const userOf = async (person) => get(`/users/${person.id}`, await tokenOf(OWNER));

/** Answers of the API about a person, with something of them changed. */
export async function withUser(page, person, change) {
  await page.route(`**/users/${person.id}`, async (route) => {
    if (route.request().method() !== 'GET') return route.continue();
    const user = await (await route.fetch()).json();
    return route.fulfill({ json: { ...user, ...change(user) } });
  });
}
