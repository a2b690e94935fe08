import type { PagesText } from './pages_en.js';
import type { UserText } from './user_en.js';

/** English. Each language has the same keys, which the type checks; sections are in order of their names. */
export const en = {
  actions: {
    edit: 'Edit',
    deactivate: 'Deactivate',
    reactivate: 'Reactivate',
    delete: 'Delete',
    of: (action: string, name: string) => `${action} ${name}`,
    cancel: 'Cancel',
    dismiss: 'Dismiss',
    manualStep: 'What is left to do',
    asksDeactivate: (name: string) => `Deactivate ${name}?`,
    asksReactivate: (name: string) => `Reactivate ${name}?`,
    asksDelete: (name: string) => `Delete ${name}?`,
    deactivateDoes:
      'From now on they cannot use the directory and get no tasks. Role, teams and skills are kept for ' +
      'when they are reactivated.',
    deactivateLeaves:
      'They can still sign in to Flex until their access ends at the identity provider or in the ' +
      'Twilio Console, which also ends billing.',
    reactivateDoes: 'They get back the role, teams and skills that they had, and tasks are routed to them again.',
    reactivateLeaves: 'If their access was ended at the identity provider, it has to be given back there.',
    deleteDoes: 'Teams and skills are lost, and this cannot be undone here.',
    deleteInstead: 'If they may come back, deactivate them instead: that keeps everything.',
    deleteLeaves:
      'They remain at the identity provider or in the Twilio Console, and as a Flex user, until they are ' +
      'removed there; only that ends billing.',
    deactivateInstead: (name: string) => `Deactivate ${name} instead`,
    deactivated: (name: string) => `${name} is deactivated.`,
    reactivated: (name: string) => `${name} is active again.`,
    deleted: (name: string) => `${name} is deleted.`,
    working: 'Working…',
  },
  common: {
    title: 'Manage users',
    users: 'Users',
    identity: 'Identity',
    skillsHere: 'Skills in the directory',
    navigation: 'Directory',
    loading: 'Loading…',
    close: 'Close',
    any: 'Any',
    yes: 'Yes',
    no: 'No',
    none: 'None',
  },
  errors: {
    tryAgain: 'Try again',
    signInAgain: 'Sign in again',
    showCurrent: 'Show the current version',
    details: 'Details',
    request: (id: string) => `Request ${id}`,
    kinds: {
      session: 'Your session has ended.',
      forbidden: 'You are not permitted to do this.',
      missing: 'This no longer exists.',
      conflict: 'This does not go together with what is there now.',
      stale: 'Another user has changed this in the meantime.',
      invalid: 'The directory does not accept this.',
      busy: 'The directory is very busy at the moment.',
      broken: 'The directory could not answer because of a fault.',
      slow: 'The directory did not answer in time.',
      unreachable: 'The directory cannot be reached.',
    },
    codes: {
      'account-owners-only': 'Only an account owner can do this to an account owner.',
      'agents-may-not': 'Agents do not use the directory.',
      'caller-may-no-longer': 'Your own role or status has changed, so that you can no longer do this.',
      'deleted-user': 'This person is deleted in the meantime.',
      'last-account-owner': 'This is the last active account owner. Make another user an account owner first.',
      'own-status': 'You cannot deactivate or delete yourself.',
      'supervisors-may-not': 'Supervisors cannot do this. Ask an admin.',
      'unknown-skill': 'This skill no longer exists.',
      'unknown-team': 'This team no longer exists.',
      'unknown-user': 'This person is not in the directory.',
    },
    keptNothingDone: 'Nothing has been changed.',
    keptUnknown: 'It is not known whether it was done. Trying again does it once, not twice.',
    keptUnknownOnly: 'It is not known whether the earlier try was carried out.',
    perhapsYours: 'This has changed in the meantime, perhaps by your own try whose answer was lost.',
    keptSearch: 'Your search and filters are kept.',
    keptInput: 'What you have entered is kept.',
  },
  export: {
    start: 'Export this list as CSV',
    preparing: 'The export is being prepared…',
    progress: (done: string, total: string) => `${done} of at most ${total} people written`,
    done: 'The export is done. The download has started.',
    again: 'Download again',
    failed: 'The export has failed.',
  },
  leave: {
    user: (name: string) => `${name} has changes that are not saved`,
    page: 'What you have entered on this page is not saved',
    hint: 'If you go on, it is lost.',
    stay: 'Keep editing',
    discard: 'Discard the changes',
  },
  list: {
    search: 'Search by name or e-mail address',
    clearSearch: 'Clear the search',
    typeMore: (letters: number) =>
      letters === 1 ? 'Type one more letter to search.' : `Type ${letters} more letters to search.`,
    status: 'Status',
    role: 'Role',
    team: 'Team',
    skill: 'Skill',
    minLevel: 'Minimum level',
    levelRange: (skill: string, min: string, max: string) => `Levels of ${skill} are ${min} to ${max}.`,
    choicesMissing: 'Teams and skills to filter by are missing. The list itself is complete.',
    sync: 'Sync',
    name: 'Name',
    email: 'E-mail address',
    teams: 'Teams',
    actions: 'Actions',
    caption: 'Users',
    clearFilters: 'Clear filters',
    shownAll: (count: number, text: string) => (count === 1 ? '1 person' : `${text} people`),
    shownMore: (text: string) => `${text} shown, more exist`,
    found: (count: number, text: string) => (count === 1 ? '1 person found' : `${text} people found`),
    foundMore: (text: string) => `The first ${text} people are shown, more exist`,
    showMore: 'Show 50 more',
    showPrevious: 'Show the 50 before',
    toStart: 'Back to the start',
    skeleton: 'Loading users…',
    slow: 'This takes longer than usual.',
    noUsersYet: 'The directory has no users yet',
    noUsersYetHint:
      'People arrive when they log in to Flex. Everybody who is in TaskRouter already is taken in by the ' +
      'next reconciliation, which an admin can start at once.',
    noMatch: 'No user matches',
    noMatchHint: 'No user matches this search and these filters.',
    failed: 'The list could not be loaded.',
    forbidden: 'You cannot see this list',
    moreTeams: (count: string) => `+${count}`,
  },
  nextSteps: {
    'end-access-and-billing':
      'End their access at the identity provider (if they sign in through it) or in the Twilio ' +
      'Console (if they sign in there): until then they can still sign in to Flex, and are billed.',
    'remove-login':
      'Remove them from the identity provider (if they sign in through it) or from the Twilio Console ' +
      '(if they sign in there): until then they can still sign in to Flex. Then deprovision the Flex user, ' +
      'which alone ends its billing.',
    'change-role-in-flex':
      'Change the role at the identity provider or in the Twilio Console too: what Flex itself ' +
      'permits follows from there.',
  },
  roles: {
    agent: 'Agent',
    supervisor: 'Supervisor',
    system_admin: 'System admin',
    account_owner: 'Account owner',
  },
  session: {
    choose: 'Who are you?',
    chooseHint: 'These people are logged in to the simulator of this machine.',
    continue: 'Continue',
    groups: { admin: 'Admins', supervisor: 'Supervisors', agent: 'Agents', other: 'Others' },
    token: 'Flex token',
    tokenHint: 'The token of your Flex session. It is kept in memory until you close this page.',
    ended: 'Your session has ended. What you have entered is kept.',
    notAccepted: 'This token is not accepted. Give another one.',
    refused: 'You are signed in, but cannot use the directory',
    switch: 'Switch user',
    signedInAs: (name: string, role: string) => `${name}, ${role}`,
    inFlex: 'If this does not help, log in to Flex again.',
    noLogins: 'No user is logged in to the simulator. Log one in and try again.',
    observe: 'This deployment only observes: nothing is written to TaskRouter.',
  },
  statuses: { active: 'Active', deactivated: 'Deactivated', deleted: 'Deleted', all: 'All' },
  syncs: { synced: 'In step', pending: 'Pending', failed: 'Failed', contested: 'Contested' },
  views: { people: 'People', teams: 'Teams', skills: 'Skills', reconciliation: 'Reconciliation' },
};

export type BaseText = typeof en;
/** Also what the parts say that are loaded when one opens them. */
export type Text = BaseText & PagesText & UserText;
