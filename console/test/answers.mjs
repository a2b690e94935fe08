// Answers of the API that the tests of the pages give in its place.
import { gateway, problemOf } from './browser.mjs';

/** What any change may be answered, and what is said then. */
export const FAULTS = [
  [gateway(401, 'Unauthorized'), 'Your session has ended.'],
  [gateway(403, 'Forbidden'), 'Your session has ended.'],
  [problemOf(403, 'supervisors-may-not'), 'Supervisors cannot do this.'],
  [problemOf(409, 'conflict', 'It does not go together.'), 'It does not go together.'],
  [gateway(429, 'Too Many Requests'), 'The directory is very busy at the moment.'],
  [gateway(500, 'Internal Server Error'), 'could not answer because of a fault'],
  [undefined, 'The directory cannot be reached.'],
];

/** Answers requests of this path with one fault after the other; `last` lets them pass. Gives the keys that were sent. */
export async function answering(page, path) {
  const keys = [];
  let answer = 'pass';
  await page.route(path, (route) => {
    if (answer === 'pass' || route.request().method() === 'GET') return route.continue();
    keys.push(route.request().headers()['idempotency-key']);
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
