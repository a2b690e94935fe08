import type { Role, TemporarySkill, User } from '../api/types.js';
import type { App } from '../app.js';

export interface Edit {
  role?: Role;
  teams?: string[];
  act_as_agent?: boolean;
  /** The ids of those of the teams that the user leads. */
  leads?: string[];
}

/** One request that changes a user. */
export type Change =
  | { kind: 'edit'; edit: Edit }
  | { kind: 'assign'; skill: string; level: number | null }
  | ({ kind: 'lend'; skill: string; level: number | null } & Period)
  | { kind: 'remove'; skill: string }
  | { kind: 'end'; skill: string };

/** The time of a temporary skill, as the API takes it; from now on, or since it has started, if `from` is left out. */
export interface Period {
  from?: string;
  until: string;
}

/** Makes the change for this version of the user; each is idempotent, and refused for another version. */
export function send(app: App, { user_id }: User, ifMatch: number, change: Change): Promise<User> {
  const { api } = app;
  if (change.kind === 'edit')
    return api.send('patch', '/users/{user_id}', { path: { user_id }, ifMatch, body: change.edit });
  const path = { user_id, skill: change.skill };
  if (change.kind === 'remove') return api.send('delete', '/users/{user_id}/skills/{skill}', { path, ifMatch });
  if (change.kind === 'end') return api.send('delete', '/users/{user_id}/skills/{skill}/temporary', { path, ifMatch });
  const level = change.level === null ? {} : { level: change.level };
  const body = change.kind === 'lend' ? { ...level, ...periodOf(change) } : level;
  return api.send('put', '/users/{user_id}/skills/{skill}', { path, ifMatch, body });
}

/** What undoes the change of a user who was like this before. */
export function inverse(before: User, change: Change): Change[] {
  if (change.kind === 'edit') {
    const own = editOf(before);
    const fields = Object.keys(change.edit) as (keyof Edit)[];
    return [{ kind: 'edit', edit: Object.fromEntries(fields.map((field) => [field, own[field]])) }];
  }
  const { skill } = change;
  const temporary = temporaryOf(before, skill);
  const again: Change[] = temporary ? [{ kind: 'lend', skill, level: temporary.level, ...periodOf(temporary) }] : [];
  if (change.kind === 'lend') return temporary ? again : [{ kind: 'end', skill }];
  if (change.kind === 'end') return again;
  const level = assignedLevel(before, skill);
  return [level === undefined ? { kind: 'remove', skill } : { kind: 'assign', skill, level }, ...again];
}

/** Whether the user is as the change makes them: so a change with a lost answer is known to be made. */
export function isMade(user: User, change: Change): boolean {
  if (change.kind === 'lend') return isLent(temporaryOf(user, change.skill), change);
  if (change.kind !== 'edit') {
    if (temporaryOf(user, change.skill)) return false;
    if (change.kind === 'end') return true;
    const wanted = change.kind === 'remove' ? undefined : change.level;
    return assignedLevel(user, change.skill) === wanted;
  }
  const own = editOf(user);
  return (Object.keys(change.edit) as (keyof Edit)[]).every((field) => isSame(own[field], change.edit[field]));
}

/** Whether *Undo* is offered: for skills, levels, teams and who leads them. */
export function isUndoable(change: Change): boolean {
  return change.kind !== 'edit' || Object.keys(change.edit).every((field) => field === 'teams' || field === 'leads');
}

export function editOf(user: User): Required<Edit> {
  const teams = user.teams.map((team) => team.team_id);
  return { role: user.role, teams, act_as_agent: user.act_as_agent, leads: [...user.leads] };
}

/** The order of teams means nothing. */
export function isSame(a: Edit[keyof Edit], b: Edit[keyof Edit]): boolean {
  return Array.isArray(a) && Array.isArray(b) ? [...a].sort().join() === [...b].sort().join() : a === b;
}

function periodOf({ from, until }: Period): Period {
  return from === undefined ? { until } : { from, until };
}

/** Whether this temporary skill is what is wanted. */
export function isLent(now: TemporarySkill | undefined, wanted: Period & { level: number | null }): boolean {
  const isSameTime = (a: string, b: string): boolean => Date.parse(a) === Date.parse(b);
  if (!now || now.level !== wanted.level || !isSameTime(now.until, wanted.until)) return false;
  return wanted.from === undefined ? now.active : isSameTime(now.from, wanted.from);
}

/** Whether this is the same temporary skill, whether or not it has started meanwhile. */
export function isSameLent(a: TemporarySkill | undefined, b: TemporarySkill | undefined): boolean {
  return a?.level === b?.level && a?.from === b?.from && a?.until === b?.until;
}

export function temporaryOf(user: User, skill: string): TemporarySkill | undefined {
  return user.temporary_skills.find((temporary) => temporary.skill === skill);
}

/** The level with which a skill is assigned; `null` without one, `undefined` if it is not assigned. */
export function assignedLevel(user: User, skill: string): number | null | undefined {
  return user.assigned_skills.find((assigned) => assigned.skill === skill)?.level;
}
