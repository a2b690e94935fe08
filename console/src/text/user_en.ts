import type { AuditRecord, User } from '../api/types.js';

type Reason = NonNullable<User['sync']['reason']>;
type Notice = NonNullable<User['notice']>['code'];

/** Beside those of `errors`. */
export const codes = {
  'act-as-agent-of-agent': 'Agents always receive tasks.',
  'own-role': 'You cannot give yourself a higher role.',
};

/** What the panel of one user says, in English. */
export const user = {
  panel: (name: string) => `User ${name}`,
  loading: 'Loading this person…',
  activity: 'Activity',
  noWorker: 'No worker in TaskRouter',
  previous: 'Previous person of the list',
  next: 'Next person of the list',
  noFurther: 'The list has no more users in this direction.',
  deleted: 'This person is deleted and cannot be changed here. An operator with access to AWS can restore them.',
  tabs: { label: 'About this person', profile: 'Profile', skills: 'Assigned skills', history: 'History', sync: 'Sync' },
  edit: {
    form: 'Edit user',
    save: 'Save changes',
    discard: 'Discard',
    unchanged: 'Nothing is changed.',
    roleOfAdmins: 'Supervisors cannot change roles. Ask an admin.',
    roleOfProvider: 'Roles follow the identity provider in this deployment. Change the role there.',
    roleFollowsToken:
      'This changes what Flex shows. What Flex itself permits follows the token: change the role at the ' +
      'identity provider or in the Twilio Console too.',
    acting: 'Act as agent',
    actingOn: 'They receive tasks.',
    actingOff: 'They have no skills for routing. Queues that ask for no skill still offer them tasks.',
    agentsAlways: 'Agents always receive tasks.',
    teams: 'Roster teams',
    teamsHint: 'The teams of this directory, which grant skills. Flex’s own teams are apart from them.',
    tooMany: (count: string, most: string) => `These are ${count} teams; a person can be in at most ${most}.`,
    findTeam: 'Find a team',
  },
  consequence: {
    title: 'What this changes',
    noSkill: 'No skill changes.',
    noLevel: 'no level',
    changed: (skill: string, before: string, after: string) => `${skill} ${before} → ${after}`,
    gained: (skill: string, level: string) => `${skill} is new: ${level}`,
    lost: (skill: string) => `${skill} is no longer there`,
    from: (team: string) => ` (from ${team})`,
    only: (name: string) => `only for ${name}`,
    keeps: (team: string, level: string) => `${team} keeps ${level}`,
  },
  conflict: {
    choose: 'What you have entered is kept. Choose which version counts.',
    other: 'What you have entered is kept, and does not touch what was changed. Look at it again and save.',
    mine: (value: string) => `Yours: ${value}`,
    theirs: (value: string) => `Theirs: ${value}`,
  },
  level: {
    sliderOf: (skill: string) => `Level of ${skill}`,
    levelOf: (skill: string) => `Level of ${skill} as a number`,
    of: (level: string, max: string) => `${level} of ${max}`,
    overrides: (level: string, team: string) => `overrides ${level} from ${team}`,
    outOfRange: (min: string, max: string) => `Enter a whole number from ${min} to ${max}.`,
  },
  skills: {
    none: 'This person has no skills.',
    assigned: 'assigned',
    notAssigned: 'not assigned',
    fromTeam: (team: string) => `from ${team}`,
    overrides: (team: string, level: string) => `overrides ${level} from ${team}`,
    disabled: 'disabled in Flex',
    disabledHint:
      'This skill was disabled on Flex’s own pages, so no tasks are routed by it. Assigning it again ' + 'enables it.',
    enable: (skill: string) => `Enable ${skill}`,
    contested:
      'Another tool overwrites these skills again and again. They are written at each reconciliation only, until ' +
      'they are changed here or an admin decides.',
    notActive: 'No tasks are routed to this person, because they are not active. The skills are kept.',
    notActing: 'No tasks are routed to this person by skills, because they do not act as agent. The skills are kept.',
    override: (skill: string) => `Give ${skill} a level of its own`,
    setLevel: (skill: string) => `Set a level for ${skill}`,
    withoutLevel: (skill: string) => `${skill} without a level of its own`,
    saveLevel: (skill: string) => `Save ${skill}`,
    remove: 'Remove',
    removeOf: (skill: string) => `Remove ${skill}`,
    asksToRemove: (skill: string, name: string) => `Remove ${skill} from ${name}?`,
    removalDoesNothing: 'What tasks are routed by stays the same.',
  },
  assign: {
    title: 'Assign skills',
    set: 'Skill set',
    skill: 'Skill',
    choose: 'Choose a skill',
    chooseFirst: 'Choose a skill first.',
    wantsLevel: 'Require a level',
    levelNeeded: 'Flex’s own pages need a level for this skill.',
    noLevels: (skill: string) => `${skill} has no levels.`,
    another: 'Another skill',
    drop: (skill: string) => (skill ? `Leave out ${skill}` : 'Leave this one out'),
    save: (count: number, text: string) => (count === 1 ? 'Assign 1 skill' : `Assign ${text} skills`),
  },
  budget: {
    title: 'Room in the worker’s attributes',
    used: (used: string, limit: string) => `${used} of ${limit} characters are used.`,
    hint: 'Further skills may not fit.',
    over: 'Nothing is written to TaskRouter until skills or other attributes are removed.',
  },
  receipt: {
    title: 'What became of the change',
    saved: 'Saved',
    savedOnly: 'Saved, not in TaskRouter',
    live: (time: string) => `Live in TaskRouter after ${time}`,
    noWorker: 'Saved. It counts in TaskRouter from their next login on.',
    removed: (time: string) => `Removed from TaskRouter after ${time}`,
    undo: 'Undo',
    notUndone: 'Nothing has been undone.',
    notices: {
      'queues-without-skills': 'Queues that ask for no skill still offer them tasks.',
    } satisfies Record<Notice, string>,
  },
  sync: {
    synced: 'TaskRouter has everything that is decided here.',
    noWorker: 'They have no worker in TaskRouter yet: it is made at their next login.',
    removed: 'They have no worker in TaskRouter any more.',
    pending: 'It is being carried over to TaskRouter.',
    observe: 'This deployment only observes: nothing is written to TaskRouter.',
    contested: 'Another tool overwrites the skills again and again. They are written at each reconciliation only.',
    since: (time: string) => `since ${time}`,
    waits: (count: number, text: string) =>
      count === 1
        ? 'The worker is removed when its last task is done.'
        : `The worker is removed when its ${text} tasks are done.`,
    reasons: {
      twilio_unavailable: 'Twilio could not be reached. It is tried again by itself.',
      credentials_rejected: 'Twilio rejects the credentials of this deployment. An operator has to renew them.',
      refused:
        'TaskRouter refuses the change of this worker. Compare the worker in the Twilio Console, then try again.',
      unreadable_attributes:
        'The worker’s attributes cannot be read. Correct them in the Twilio Console, then try again.',
      attributes_too_long:
        'The worker’s attributes would be too long. Remove skills or other attributes, then try again.',
      no_offline_activity: 'The workspace has no activity in which a worker is offline. Add one, then try again.',
    } satisfies Record<Reason, string>,
  },
  history: {
    older: 'Show older changes',
    end: 'This is where it begins.',
    you: 'You',
    unknownAuthor: 'Another writer',
    reconciliation: 'The reconciliation',
    systems: { taskrouter: 'TaskRouter', operator: 'An operator' },
    undoOf: (time: string) => `Undo the change of ${time}`,
    actions: {
      adopted: (who: string) => `${who} reported this person, who was taken over unchanged`,
      login: (who: string) => `${who} reported a login or a change in another tool`,
      edited: (who: string) => `${who} changed this person`,
      login_refused: (who: string) => `${who} reported a login of this deleted person; it was refused`,
      drift_adopted: (who: string) => `${who} adopted what others had changed in TaskRouter`,
      worker_removed: (who: string) => `${who} reported that the worker was deleted`,
      created: (who: string) => `${who} added this person`,
      deactivated: (who: string) => `${who} deactivated this person`,
      reactivated: (who: string) => `${who} reactivated this person`,
      deleted: (who: string) => `${who} deleted this person`,
      restored: (who: string) => `${who} restored this person`,
      imported: (who: string) => `${who} reported a skill that was new to the catalog`,
      drift: (who: string) => `${who} changed the worker`,
      erased: (who: string) => `${who} erased this deleted person's data`,
    } satisfies Record<AuditRecord['action'], (who: string) => string>,
    drift: (who: string, tool: string | undefined, time: string) =>
      `${who} changed this in ${tool ?? 'TaskRouter'}; reverted at ${time}`,
    tools: {
      web: 'Flex or the Twilio Console',
      'twilio-console': 'the Twilio Console',
      'twilio-api': 'TaskRouter by Twilio’s API',
      api: 'TaskRouter by Twilio’s API',
    },
    joined: (team: string) => `Joined ${team}`,
    left: (team: string) => `Left ${team}`,
    formerTeam: 'a former team',
    erased: 'erased',
    gained: (skill: string, level: string) => `${skill} added, ${level}`,
    lost: (skill: string) => `${skill} removed`,
    disabled: (skill: string) => `${skill} disabled in Flex`,
    enabled: (skill: string) => `${skill} enabled again`,
    picture: 'The picture is another one',
    set: (field: string, value: string) => `${field}: ${value}`,
    changed: (field: string, before: string, after: string) => `${field}: ${before} → ${after}`,
    fields: {
      identity: 'Identity',
      name: 'Name',
      email: 'E-mail address',
      role: 'Role',
      roles: 'Role',
      status: 'Status',
      act_as_agent: 'Act as agent',
      worker_sid: 'Worker',
      activity: 'Activity',
    },
  },
};

export interface UserText {
  codes: typeof codes;
  user: typeof user;
}
