// The page as a user meets it: signing in, and the list.
import { API } from './stack.mjs';

/** Opens the page as a user who is logged in to the simulator. */
export async function open(page, identity, query = '') {
  await page.goto(`${API}/${query}`);
  await signIn(page, identity);
}

export async function signIn(page, identity) {
  await page.getByLabel('Who are you?').selectOption(identity);
  await page.getByRole('button', { name: 'Continue' }).click();
}

export async function openList(page, identity, query = '') {
  await open(page, identity, query);
  await rows(page).first().waitFor();
}

export const rows = (page) => page.locator('tr[data-user]');
export const row = (page, name) => rows(page).filter({ has: page.getByRole('link', { name, exact: true }) });
export const search = (page) => page.getByLabel('Search by name or e-mail address');
export const spoken = (page) => page.locator('[data-live]');
