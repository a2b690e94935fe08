// The running stack, as the browser tests use it without the page.
import assert from 'node:assert/strict';

export const { API, SIMULATOR } = process.env;

export const OWNER = 'owner@example.com';
export const ADMIN = 'admin@example.com';
export const SUPERVISOR = 'supervisor@example.com';
export const AGENT = 'agent@example.com';

/** Waits until the condition holds; it is checked against the page again and again. */
export async function eventually(check, message) {
  const deadline = Date.now() + 8_000;
  for (;;) {
    const found = await check();
    if (found) return;
    if (Date.now() > deadline) assert.fail(`timed out waiting: ${message}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** A gate: what waits for `opened` goes on when `open` is called. */
export function gate() {
  let open;
  const opened = new Promise((resolve) => (open = resolve));
  return { opened, open };
}

let people = 0;

/** Logs a new user in to Flex. Waits until the list finds them. */
export async function newcomer(roles = ['agent'], attributes = {}, name = `Mary ${unique()}`) {
  const identity = `${name.toLowerCase().replaceAll(' ', '.')}@example.com`;
  const claims = { identity, full_name: name, email: identity, roles, attributes };
  const { token } = await json(`${SIMULATOR}/sim/logins`, { method: 'POST', body: JSON.stringify(claims) });
  const owner = await tokenOf(OWNER);
  await eventually(async () => (await get(`/users?q=${encodeURIComponent(name)}`, owner)).items.length === 1, name);
  const [user] = (await get(`/users?q=${encodeURIComponent(name)}`, owner)).items;
  return { name, identity, token, id: user.user_id };
}

/** Makes this the user's only team. Waits until the lists show it: what is derived from a change comes later. */
export async function joins({ id, name }, teamId) {
  const owner = await tokenOf(OWNER);
  await call('PATCH', `/users/${id}`, owner, { teams: [teamId] });
  const query = `q=${encodeURIComponent(name)}&team=${teamId}`;
  await eventually(
    async () => (await get(`/users?${query}`, owner)).items.length === 1,
    `${name} is listed in the team`,
  );
}

/** Letters that no other name has. */
function unique() {
  people += 1;
  const letters = (number) => [...String(number)].map((digit) => 'qwxzvkjypf'[digit]).join('');
  return `X${letters(process.pid)}u${letters(people)}e`;
}

export async function tokenOf(identity) {
  const { items } = await json(`${SIMULATOR}/sim/logins`);
  return items.find((login) => login.identity === identity).token;
}

export const get = (path, token) => call('GET', path, token);

export async function call(method, path, token, body) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  return json(`${API}${path}`, { method, headers, body: body && JSON.stringify(body) });
}

async function json(url, init) {
  const response = await fetch(url, init);
  assert.ok(response.ok, `${init?.method ?? 'GET'} ${url}: ${response.status}`);
  return response.json();
}

/** A problem document of the API. */
export function problemOf(status, code, detail = 'What is wrong.') {
  const body = { type: `urn:flex-roster:problem:${code}`, title: 'x', status, code, detail, request_id: 'the-request' };
  return { status, contentType: 'application/problem+json', body: JSON.stringify(body) };
}

/** An answer of the gateway itself. */
export function gateway(status, message) {
  const headers = { 'apigw-requestid': 'the-request' };
  return { status, headers, contentType: 'application/json', body: JSON.stringify({ message }) };
}
