import type { TemporarySkill } from '../api/types.js';
import type { App } from '../app.js';
import type { Period } from './changes.js';
import { levelText } from './consequences.js';

/** Whether a skill is assigned for a time only, and for which, as the fields have it: in the person's own time zone. */
export interface Times {
  isTemporary: boolean;
  /** If it is empty: from now on, or since it has started. */
  from: string;
  until: string;
}

export const PERMANENT: Times = { isTemporary: false, from: '', until: '' };

/** What the fields show of a temporary skill. */
export function timesOf(temporary: TemporarySkill | undefined): Times {
  return temporary ? { isTemporary: true, from: local(temporary.from), until: local(temporary.until) } : PERMANENT;
}

export function isSameTimes(a: Times, b: Times): boolean {
  return a.isTemporary === b.isTemporary && a.from === b.from && a.until === b.until;
}

/** The time that the fields state, for a user who has this temporary skill now; `at` is when they were filled in. */
export function periodOf({ from, until }: Times, now: TemporarySkill | undefined, at: string): Period {
  const end = instant(until, now?.until);
  if (from) return { from: instant(from, now?.from), until: end };
  // What is yet to begin would keep its beginning.
  return now && !now.active ? { from: at, until: end } : { until: end };
}

/** A period in words, with the time zones: that of a time after the clocks change is another one. */
export function periodText(app: App, { from, until }: Period): string {
  const { format } = app;
  return app.text.user.assign.period(from === undefined ? undefined : format.zonedTime(from), format.zonedTime(until));
}

/** A level and its time, as one of two versions. */
export function lentText(app: App, lent: Period & { level: number | null }): string {
  return app.text.user.conflict.lent(levelText(app, lent.level), periodText(app, lent));
}

/** A field has whole minutes, and one hour twice where clocks are set back: what is unchanged stays exactly as it is. */
function instant(field: string, known: string | undefined): string {
  return known !== undefined && field === local(known) ? known : new Date(field).toISOString();
}

function local(rfc3339: string): string {
  const time = new Date(rfc3339);
  return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
