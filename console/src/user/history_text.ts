import type { AuditRecord, Role, Status, Team, TemporarySkill, User } from '../api/types.js';
import type { App } from '../app.js';
import { type Change, assignedLevel, temporaryOf } from './changes.js';
import { levelText } from './consequences.js';

type Lent = { [skill: string]: Omit<TemporarySkill, 'skill'> };
type Levels = { [skill: string]: number | null };
type Difference = AuditRecord['changes'][number];

/** The changes of a record in words, one a line. */
export function lines(app: App, record: AuditRecord, teams: Pick<Team, 'team_id' | 'name'>[]): string[] {
  return record.changes.flatMap((change) => inWords(app, change, teams));
}

/** What takes a record back, if that is about skills or teams and all of it is still as the record left it. */
export function inverseOf(record: AuditRecord, user: User): Change[] | undefined {
  const isOfUser = record.action === 'edited' && record.source === 'api';
  if (!isOfUser || !record.changes.every(({ field }) => field === 'assigned_skills' || field === 'teams'))
    return undefined;
  const changes = record.changes.map((change) =>
    change.field === 'teams' ? teamsBack(change, user) : skillsBack(change, user),
  );
  return changes.every((some) => some !== undefined) ? changes.flat() : undefined;
}

const PLANNED_BACK: AuditRecord['action'][] = ['edited', 'undone', 'deactivated', 'reactivated'];

/** Whether a plan can take a record back, with what has changed since, and the caller may do that. */
export function mayPlanBack({ session }: App, record: AuditRecord): boolean {
  const may = ({ field, before }: Difference): boolean => {
    switch (field) {
      case 'role':
        return session.may(`make_${before as Role}`);
      case 'status':
        return session.may(before === 'active' ? 'reactivate' : 'deactivate');
      case 'assigned_skills':
      case 'temporary_skills':
        return session.may('assign_skills');
      default:
        return ['act_as_agent', 'teams'].includes(field) && session.may('edit_user');
    }
  };
  return PLANNED_BACK.includes(record.action) && record.changes.length > 0 && record.changes.every(may);
}

function teamsBack(change: Difference, user: User): Change[] | undefined {
  const { added, removed } = difference(change);
  const own = user.teams.map((team) => team.team_id);
  if (!added.every((id) => own.includes(id)) || removed.some((id) => own.includes(id))) return undefined;
  return [{ kind: 'edit', edit: { teams: [...own.filter((id) => !added.includes(id)), ...removed] } }];
}

function skillsBack(change: Difference, user: User): Change[] | undefined {
  const [before, after] = [levels(change.before), levels(change.after)];
  const touched = changedSkills(before, after);
  // What is assigned or removed ends a temporary skill of its name, which is not part of the record.
  const isAsLeft = (skill: string): boolean => assignedLevel(user, skill) === after[skill] && !temporaryOf(user, skill);
  if (!touched.every(isAsLeft)) return undefined;
  return touched.map((skill) => {
    const level = before[skill];
    return level === undefined ? { kind: 'remove', skill } : { kind: 'assign', skill, level };
  });
}

function inWords(app: App, change: Difference, teams: Pick<Team, 'team_id' | 'name'>[]): string[] {
  const { history } = app.text.user;
  const { field, before, after } = change;
  const { added, removed } = difference(change);
  const team = (id: string): string => teams.find((known) => known.team_id === id)?.name ?? history.formerTeam;
  switch (field) {
    case 'teams':
      return [...added.map((id) => history.joined(team(id))), ...removed.map((id) => history.left(team(id)))];
    case 'leads':
      return [...added.map((id) => history.leads(team(id))), ...removed.map((id) => history.leadsNoMore(team(id)))];
    case 'assigned_skills':
    case 'skills':
      return skills(app, levels(before), levels(after));
    case 'temporary_skills':
      return temporarySkills(app, lent(before), lent(after));
    case 'disabled_skills':
      return [...added.map(history.disabled), ...removed.map(history.enabled)];
    case 'picture':
      return before === null ? [] : [history.picture];
    default:
      return after === null || (before === null && after === false) ? [] : [plain(app, change)];
  }
}

function skills(app: App, before: Levels, after: Levels): string[] {
  const { history } = app.text.user;
  const level = (of: number | null | undefined): string => levelText(app, of ?? null);
  return changedSkills(before, after).map((skill) => {
    if (!(skill in after)) return history.lost(skill);
    return skill in before
      ? app.text.user.consequence.changed(skill, level(before[skill]), level(after[skill]))
      : history.gained(skill, level(after[skill]));
  });
}

/** Each temporary skill that is new, other, started or gone. */
function temporarySkills(app: App, before: Lent, after: Lent): string[] {
  const { history } = app.text.user;
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((skill) => {
    const [was, is] = [before[skill], after[skill]];
    if (!is) return [history.lentNoMore(skill)];
    if (was && JSON.stringify({ ...was, active: is.active }) === JSON.stringify(is))
      return was.active === is.active ? [] : [history.lentStarts(skill, levelText(app, is.level))];
    return [history.lent(skill, levelText(app, is.level), app.format.time(is.from), app.format.time(is.until))];
  });
}

function lent(of: unknown): Lent {
  return of && typeof of === 'object' && !Array.isArray(of) ? (of as Lent) : {};
}

function plain(app: App, { field, before, after }: Difference): string {
  const { history } = app.text.user;
  const label = (history.fields as { [name: string]: string })[field] ?? field;
  const [from, to] = [value(app, field, before), value(app, field, after)];
  return from === undefined ? history.set(label, to ?? '') : history.changed(label, from, to ?? '');
}

function value(app: App, field: string, of: unknown): string | undefined {
  const { common, roles, statuses } = app.text;
  if (of === null || of === undefined) return undefined;
  if (field === 'role') return roles[of as Role] ?? String(of);
  if (field === 'status') return statuses[of as Status];
  if (typeof of === 'boolean') return of ? common.yes : common.no;
  if (typeof of === 'object') return app.text.user.history.erased;
  return String(of);
}

function difference({ before, after }: Difference): { added: string[]; removed: string[] } {
  const [old, now] = [before, after].map((of) => (Array.isArray(of) ? (of as string[]) : []));
  return { added: now!.filter((one) => !old!.includes(one)), removed: old!.filter((one) => !now!.includes(one)) };
}

function levels(of: unknown): Levels {
  return of && typeof of === 'object' && !Array.isArray(of) ? (of as Levels) : {};
}

function changedSkills(before: Levels, after: Levels): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((skill) => before[skill] !== after[skill])
    .sort();
}
