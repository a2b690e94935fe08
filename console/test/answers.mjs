// Answers of the API that the tests of the pages give in its place.
import { OWNER, eventually, gateway, problemOf, signIn } from './browser.mjs';

const SESSION_ENDED = 'Your session has ended.';
/** An answer that never comes. */
const HANG = 'hang';

/** What any change may be answered, and what is said then. */
export const FAULTS = [
  [gateway(401, 'Unauthorized'), SESSION_ENDED],
  [gateway(403, 'Forbidden'), SESSION_ENDED],
  [problemOf(403, 'supervisors-may-not'), 'Supervisors cannot do this.'],
  [problemOf(409, 'conflict', 'It does not go together.'), 'It does not go together.'],
  [gateway(429, 'Too Many Requests'), 'The directory is very busy at the moment.'],
  [gateway(500, 'Internal Server Error'), 'could not answer because of a fault'],
  [undefined, 'The directory cannot be reached.'],
];
/** For pages that `mayHang`. */
export const NEVER = [HANG, 'The directory did not answer in time.'];

/** Lets the page wait shortly for an answer that never comes; to be called before it is opened. */
export const mayHang = (page) =>
  page.addInitScript(() => {
    const timeout = AbortSignal.timeout.bind(AbortSignal);
    AbortSignal.timeout = (ms) => timeout(globalThis.isHurried && ms > 30_000 ? 400 : ms);
  });

/**
 * Sends, and is answered with one fault after the other: what is said is checked, and by `check` what is kept. Where the
 * session has ended, one signs in again, so that the next fault is said anew.
 */
export async function throughFaults(page, api, send, check, faults = FAULTS) {
  for (const [fault, said] of faults) {
    api.set(fault);
    await page.evaluate((isHurried) => Object.assign(globalThis, { isHurried }), fault === HANG);
    await send();
    await page.getByText(said).first().waitFor();
    await page.evaluate(() => Object.assign(globalThis, { isHurried: false }));
    await check(said);
    if (said !== SESSION_ENDED) continue;
    await signIn(page, OWNER);
    await eventually(async () => (await page.getByText(said).count()) === 0, 'one is signed in again');
  }
}

/** Answers changes of this path with the fault that is `set`; `pass` lets them pass. Gives the keys that were sent. */
export async function answering(page, path) {
  const keys = [];
  let answer = 'pass';
  await page.route(path, (route) => {
    if (route.request().method() === 'GET') return route.fallback();
    keys.push(route.request().headers()['idempotency-key']);
    if (answer === 'pass') return route.fallback();
    if (answer === HANG) return undefined;
    return answer ? route.fulfill(answer) : route.abort();
  });
  const set = (fault) => {
    answer = fault;
  };
  return { keys, set };
}

export const button = (page, name) => page.getByRole('button', { name, exact: true });

const none = { count: 0, first: [] };
/** A reconciliation that has found nothing. */
export const REPORT = {
  reconciliation_id: '01937a3c-7b00-7000-8000-000000000001',
  state: 'done',
  requested_by: null,
  confirmed: false,
  started_at: '2026-11-22T09:15:00.000Z',
  finished_at: '2026-11-22T09:15:09.118Z',
  workers: 1204,
  users: 1202,
  unmanaged: none,
  extra: none,
  missing: none,
  differing: none,
  contested: none,
  failed: none,
  stuck: none,
  unknown_skills: none,
  unreadable: 0,
  adopted: 3,
  repaired: 1,
  woken: 1,
  unresolved: none,
  entries_repaired: 0,
  left: 0,
};
