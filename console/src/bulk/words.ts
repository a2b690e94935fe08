import type { components } from '../api/schema.js';
import type { Role, Status } from '../api/types.js';
import type { App } from '../app.js';

export type Line = components['schemas']['PlannedUser'];
export type Groups = components['schemas']['Plan']['groups'];
type PartChange = components['schemas']['PartChange'];
type Refusal = NonNullable<Line['refusal']>;
type Temporary = { level: number | null; from: string; until: string } | null;
type Assigned = { level: number | null; disabled?: boolean } | null;

/** One part of a user, before and after, in words. */
function partChange(app: App, change: PartChange, teams: Map<string, string>): string {
  const { part, team_id, skill, before, after } = change;
  const { text } = app;
  const words = text.bulk.part;
  switch (part) {
    case 'added':
      return change.identity === undefined ? text.imports.isAdded : text.imports.added(change.identity);
    case 'role':
      return words.role(text.roles[before as Role], text.roles[after as Role]);
    case 'status':
      return words.status(text.statuses[before as Status], text.statuses[after as Status]);
    case 'act_as_agent':
      return words.acts(Boolean(after));
    case 'team': {
      const team = nameOf(team_id, teams);
      return after ? words.joins(team) : words.leaves(team);
    }
    case 'lead': {
      const team = nameOf(team_id, teams);
      return after ? words.leads(team) : words.leadsNot(team);
    }
    case 'skill':
      return skillChange(app, skill ?? '', before as Assigned, after as Assigned);
    case 'temporary_skill':
      return temporaryChange(app, skill ?? '', after as Temporary);
  }
}

const nameOf = (teamId = '', teams: Map<string, string>): string => teams.get(teamId) ?? teamId;

function skillChange(app: App, skill: string, before: Assigned, after: Assigned): string {
  const words = app.text.bulk.part;
  const level = ({ level: number, disabled }: NonNullable<Assigned>): string => {
    const shown = number === null ? words.noLevel : app.format.number(number);
    return disabled ? words.disabled(shown) : shown;
  };
  if (before && after) return words.level(skill, level(before), level(after));
  if (after) return words.gained(skill, level(after));
  return before ? words.lost(skill, level(before)) : skill;
}

function temporaryChange(app: App, skill: string, after: Temporary): string {
  const words = app.text.bulk.part;
  if (!after) return words.lentNoMore(skill);
  const level = after.level === null ? words.noLevel : app.format.number(after.level);
  return words.lent(skill, level, app.format.time(after.from), app.format.time(after.until));
}

export function partChanges(app: App, changes: PartChange[], teams: Map<string, string>): string[] {
  return changes.map((change) => partChange(app, change, teams));
}

/** Why users are refused, where nothing is said of one of them. */
export function reasonOf({ text }: App, { code, column }: Groups['refusals'][0]): string {
  const reason = text.imports.faults[code] ?? wordsOf(text, code) ?? code;
  return column === undefined ? reason : text.imports.inColumn(column, reason);
}

/** Why one user is refused: in the words of this page for the code, else those of the API; of an import, and where. */
export function refusalOf({ text, format }: App, { code, detail, column }: Refusal, row?: number): string {
  const reason = wordsOf(text, code) ?? detail;
  return row === undefined ? reason : text.imports.reason(format.number(row), column, reason);
}

/** The words of this page for a refusal, if it has some. */
function wordsOf({ bulk, errors }: App['text'], code: string): string | undefined {
  return bulk.refusals[code] ?? (errors.codes as Record<string, string>)[code];
}
