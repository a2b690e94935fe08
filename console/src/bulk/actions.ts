import type { Role, Skill, Team } from '../api/types.js';
import type { App } from '../app.js';
import { isLevel, levelOf } from '../levels.js';
import type { BulkRequest } from './run.js';

export type ActionName = keyof App['text']['bulk']['actions'];
type Change = BulkRequest['change'];

const ROLES: Role[] = ['agent', 'supervisor', 'system_admin', 'account_owner'];

/** What is asked for beside the action. */
export type Field = 'skill' | 'level' | 'team' | 'role' | 'acts';
export type Entered = Record<Field, string>;
export const NOTHING: Entered = { skill: '', level: '', team: '', role: '', acts: '' };

interface Action {
  fields: Field[];
  change: (entered: Entered) => Change;
}

const level = ({ skill, level }: Entered) => ({ skill, ...levelOf(level) });

export const ACTIONS: Record<ActionName, Action> = {
  addSkill: { fields: ['skill', 'level'], change: (entered) => ({ skills: { add: [level(entered)] } }) },
  setLevel: { fields: ['skill', 'level'], change: (entered) => ({ skills: { set_level: [level(entered)] } }) },
  removeSkill: { fields: ['skill'], change: ({ skill }) => ({ skills: { remove: [skill] } }) },
  joinTeam: { fields: ['team'], change: ({ team }) => ({ teams: { add: [team] } }) },
  leaveTeam: { fields: ['team'], change: ({ team }) => ({ teams: { remove: [team] } }) },
  actAsAgent: { fields: ['acts'], change: ({ acts }) => ({ act_as_agent: acts === 'on' }) },
  role: { fields: ['role'], change: ({ role }) => ({ role: role as Role }) },
  deactivate: { fields: [], change: () => ({ status: 'deactivated' }) },
  reactivate: { fields: [], change: () => ({ status: 'active' }) },
};

/** The roles that the caller may give. */
export function rolesOf({ session }: App): Role[] {
  return ROLES.filter((role) => session.may(`make_${role}`));
}

/** The teams that the caller may change, of these. */
export function teamsOf({ session }: App, teams: Team[]): Team[] {
  return teams.filter(({ team_id }) => session.reachesTeam(team_id));
}

/** Whether the caller may do this to some user; the plan decides about each. */
export function mayDo(app: App, action: ActionName): boolean {
  const { session } = app;
  switch (action) {
    case 'addSkill':
    case 'setLevel':
    case 'removeSkill':
      return session.may('assign_skills');
    case 'role':
      return session.me?.role_authority !== 'idp' && rolesOf(app).length > 0;
    case 'deactivate':
    case 'reactivate':
      return session.may(action);
    default:
      return session.may('edit_user');
  }
}

/** Levels are set of skills that have some. */
export function mayChoose(action: ActionName, skill: Skill): boolean {
  return action !== 'setLevel' || skill.levels;
}

/** Whether the level of the skill is to be asked for. */
export function asksLevel(action: ActionName, skill: Skill | undefined): boolean {
  return ACTIONS[action].fields.includes('level') && Boolean(skill?.levels);
}

/** A level that is set is needed; one that is added only where the skill says so. */
export function isLevelRight(action: ActionName, skill: Skill, level: string): boolean {
  return isLevel(level, action === 'setLevel' ? { ...skill, level_required: true } : skill);
}
