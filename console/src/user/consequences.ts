import type { Role, Status, Team, User } from '../api/types.js';
import type { App } from '../app.js';
import { temporaryOf } from './changes.js';

/** Where a skill comes from: a team, or the user's own assignment. */
export interface Source {
  team?: { id: string; name: string };
  level: number | null;
}

/** What is decided about a user. What is left out stays. */
export interface Decision {
  role?: Role;
  teams?: string[];
  act_as_agent?: boolean;
  /** Skills with the level that they are assigned with; `undefined` removes the assignment. */
  skills?: Map<string, number | null | undefined>;
}

export interface SkillChange {
  skill: string;
  before: Source | undefined;
  after: Source | undefined;
  /** The teams whose level stays for their other members. */
  kept: Source[];
}

/** The sources of each skill, as the API states them; of users who receive no tasks, it states none. */
export function sourcesOf(user: User, teams: Team[]): Map<string, Source[]> {
  const sources = new Map<string, Source[]>();
  const add = (skill: string, source: Source): void => {
    sources.set(skill, [...(sources.get(skill) ?? []), source]);
  };
  if (isRouted(user.status, user.role, user.act_as_agent)) {
    for (const skill of user.effective_skills) {
      const isLent = user.temporary_skills.some((one) => one.active && one.skill === skill.skill);
      for (const { team_id: id, team: name, level, until } of [skill, ...skill.overrides]) {
        // What a temporary skill takes the place of counts for nothing until it ends.
        if (isLent && id === undefined && until === undefined) continue;
        add(skill.skill, id === undefined ? { level } : { team: { id, name: name ?? '' }, level });
      }
    }
    return sources;
  }
  const now = new Map(user.assigned_skills.map(({ skill, level }) => [skill, level]));
  for (const { skill, level } of user.temporary_skills.filter(({ active }) => active)) now.set(skill, level);
  for (const [skill, level] of now) add(skill, { level });
  for (const team of teams.filter(({ team_id }) => user.teams.some((own) => own.team_id === team_id))) {
    for (const { skill, source } of granted(team)) add(skill, source);
  }
  return sources;
}

/** Which source counts (rules 15 to 17): an assigned level, else the highest inherited one, else no level. */
export function winner(sources: Source[] = []): Source | undefined {
  const rank = (source: Source): number =>
    source.level === null ? (source.team ? -2 : -1) : source.team ? source.level : Infinity;
  return [...sources].sort((a, b) => rank(b) - rank(a))[0];
}

/** What a decision changes in the skills that tasks are routed by. */
export function consequences(user: User, teams: Team[], decision: Decision): SkillChange[] {
  const now = sourcesOf(user, teams);
  const next = decided(user, now, teams, decision);
  const role = decision.role ?? user.role;
  const acts = role !== 'agent' && (decision.act_as_agent ?? (user.act_as_agent || user.role === 'agent'));
  const wasRouted = isRouted(user.status, user.role, user.act_as_agent);
  const isRoutedThen = isRouted(user.status, role, acts);
  const changes: SkillChange[] = [];
  for (const skill of [...new Set([...now.keys(), ...next.keys()])].sort()) {
    const before = wasRouted ? winner(now.get(skill)) : undefined;
    const after = isRoutedThen ? winner(next.get(skill)) : undefined;
    const isTouched = decision.skills?.has(skill) && isSourceOther(before, after);
    if (before?.level === after?.level && Boolean(before) === Boolean(after) && !isTouched) continue;
    const kept = after && !after.team ? (next.get(skill) ?? []).filter((source) => source.team) : [];
    changes.push({ skill, before, after, kept });
  }
  return changes;
}

/** One change in words: *English 90 → 100, only for John; Sales keeps 90*. */
export function inWords(app: App, name: string, { skill, before, after, kept }: SkillChange): string {
  const words = app.text.user.consequence;
  const level = (source: Source): string => levelText(app, source.level);
  if (!after) return words.lost(skill);
  const from = after.team ? words.from(after.team.name) : '';
  const change = before ? words.changed(skill, level(before), level(after)) : words.gained(skill, level(after));
  const only = kept.length > 0 ? `, ${words.only(name)}` : '';
  return [change + from + only, ...kept.map((source) => words.keeps(source.team!.name, level(source)))].join('; ');
}

/** What a permanent assignment or a removal of the skill ends besides: *English for a time, until 5:00 PM, ends*. */
export function endedWith(app: App, user: User, skill: string): string[] {
  const temporary = temporaryOf(user, skill);
  if (!temporary) return [];
  const words = app.text.user.consequence;
  const [from, until] = [app.format.time(temporary.from), app.format.time(temporary.until)];
  return [temporary.active ? words.lentEnds(skill, until) : words.lentNeverBegins(skill, from, until)];
}

export function levelText(app: App, level: number | null): string {
  return level === null ? app.text.user.consequence.noLevel : app.format.number(level);
}

function decided(user: User, now: Map<string, Source[]>, teams: Team[], decision: Decision): Map<string, Source[]> {
  const next = new Map([...now].map(([skill, sources]) => [skill, [...sources]]));
  if (decision.teams) {
    const has = new Set(user.teams.map((team) => team.team_id));
    const gets = new Set(decision.teams);
    for (const [skill, sources] of next)
      next.set(
        skill,
        sources.filter(({ team }) => !team || gets.has(team.id)),
      );
    for (const team of teams.filter(({ team_id }) => gets.has(team_id) && !has.has(team_id))) {
      for (const { skill, source } of granted(team)) next.set(skill, [...(next.get(skill) ?? []), source]);
    }
  }
  for (const [skill, level] of decision.skills ?? []) {
    const inherited = (next.get(skill) ?? []).filter((source) => source.team);
    next.set(skill, level === undefined ? inherited : [...inherited, { level }]);
  }
  return next;
}

function granted(team: Team): { skill: string; source: Source }[] {
  const from = { id: team.team_id, name: team.name };
  return team.archived ? [] : team.skills.map(({ skill, level }) => ({ skill, source: { team: from, level } }));
}

function isRouted(status: Status, role: Role, acts: boolean): boolean {
  return status === 'active' && (role === 'agent' || acts);
}

function isSourceOther(before: Source | undefined, after: Source | undefined): boolean {
  return before?.team?.id !== after?.team?.id;
}
