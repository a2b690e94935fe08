import type { bulk as english, codes as englishCodes } from './bulk_en.js';

/** Deutsch, für Änderungen vieler Personen. Zu denen von `errors`. */
export const codes: typeof englishCodes = {
  'confirm-drastic': 'Die Zahl, die zu bestätigen ist, ist eine andere.',
  'foreign-plan':
    'Diesen Plan hat jemand anders gemacht und kann nur dort ausgeführt werden; machen Sie einen eigenen.',
  'invalid-users': 'Einzeln lassen sich höchstens 1.000 Personen auswählen. Für mehr wählen Sie alle passenden aus.',
  'no-plan': 'Es gibt noch keinen Plan.',
  'not-cancellable': 'Das ist schon beendet.',
  'not-planned': 'Dieser Plan ist schon ausgeführt oder verworfen.',
  'other-plan': 'Dieser Plan ist durch einen anderen ersetzt. Sehen Sie den an, der jetzt gezeigt wird.',
  'plan-expired': 'Dieser Plan ist älter als eine Stunde. Planen Sie neu, damit zählt, was sich seitdem geändert hat.',
  'plan-gone':
    'Dieser Plan ist gelöscht: Er ist zu alt, oder die Daten einer seiner Personen wurden gelöscht. Planen Sie neu.',
};

const people = (count: number, text: string): string => (count === 1 ? '1 Person' : `${text} Personen`);

export const bulk: typeof english = {
  selection: 'Ausgewählte Personen',
  selected: (count, text) => `${people(count, text)} ausgewählt`,
  allSelected: 'Alle passenden Personen sind ausgewählt',
  takeAll: 'Alle passenden auswählen',
  clear: 'Auswahl aufheben',
  actions: {
    addSkill: 'Skill hinzufügen',
    setLevel: 'Niveau setzen',
    removeSkill: 'Skill entfernen',
    joinTeam: 'In ein Team',
    leaveTeam: 'Aus einem Team',
    actAsAgent: 'Als Agent arbeiten',
    role: 'Rolle',
    deactivate: 'Deaktivieren',
    reactivate: 'Reaktivieren',
  },
  means: {
    addSkill: 'Wer den Skill schon hat, behält sein Niveau.',
    setLevel: 'Nur für Personen, denen der Skill zugewiesen ist.',
    removeSkill: 'Was ein Team gewährt, bleibt.',
    joinTeam: 'Sie erhalten die Skills, die das Team gewährt.',
    leaveTeam: 'Sie verlieren die Skills, die nur dieses Team gewährt.',
    actAsAgent: 'Agenten erhalten immer Aufgaben; andere, wenn sie als Agent arbeiten.',
    role: 'Was Flex selbst erlaubt, folgt dem Token: Ändern Sie Rollen auch dort.',
    deactivate:
      'Sie können das Verzeichnis nicht benutzen und erhalten keine Aufgaben. Rolle, Teams und Skills bleiben erhalten.',
    reactivate: 'Sie erhalten zurück, was sie hatten, und wieder Aufgaben.',
  },
  copy: {
    title: 'Skills übernehmen von …',
    source: 'Übernehmen von',
    person: 'Einer Person',
    preset: (name) => `Vorlage: ${name}`,
    find: 'Person suchen',
    from: (name) => `Von ${name} übernehmen`,
    another: 'Andere Person wählen',
    mode: 'Was aus anderen Skills wird',
    modes: {
      add: 'Hinzufügen: Andere Skills bleiben, und wer einen Skill schon hat, behält sein Niveau',
      replace: 'Ersetzen: Genau die übernommenen Skills und Niveaus sind zugewiesen',
    },
    means: 'Zugewiesene Skills werden mit ihren Niveaus übernommen, nicht die von Teams.',
  },
  acts: { on: 'Ein: Sie erhalten Aufgaben', off: 'Aus' },
  plan: 'Planen',
  planMeans: 'Zuerst wird ein Plan gemacht. Nichts ändert sich, bis Sie ihn ausführen.',
  title: 'Änderung vieler Personen',
  undoTitle: 'Rücknahme einer Änderung vieler Personen',
  undoRecordTitle: 'Rücknahme einer Änderung einer Person',
  back: 'Zurück zur Liste',
  showRunning: 'Die laufende zeigen',
  planning: 'Der Plan wird gemacht …',
  planFailed: 'Der Plan konnte nicht gemacht werden.',
  planned: 'Der Plan ist fertig. Es wurde nichts geändert.',
  counts: { changed: 'Würden sich ändern', unchanged: 'Unverändert', refused: 'Abgelehnt' },
  download: 'Der Plan als CSV',
  usableUntil: (time) => `Er kann bis ${time} ausgeführt werden.`,
  outcome: 'Zeigen',
  outcomes: { changed: 'Änderungen', unchanged: 'Unverändert', refused: 'Abgelehnt' },
  results: { changed: 'Geändert', unchanged: 'Unverändert', refused: 'Nicht geändert' },
  what: 'Was sich ändert',
  why: 'Grund',
  groupOf: people,
  otherGroups: { changed: 'Andere Änderungen', refused: 'Andere Gründe' },
  noChange: 'Bleibt, wie es ist',
  noneChanges: 'Dieser Plan ändert nichts.',
  unknownPerson: 'Nicht im Verzeichnis',
  apply: (count, text) => `Bei ${people(count, text)} ausführen`,
  confirm: (text) => `Zur Bestätigung ${text} eingeben`,
  confirmMeans: (count, text) =>
    count === 1
      ? '1 Person würde deaktiviert, erhielte eine niedrigere Rolle oder verlöre alle Skills.'
      : `${text} Personen würden deaktiviert, erhielten eine niedrigere Rolle oder verlören alle Skills.`,
  notices: {
    'queues-without-skills':
      'Queues, die keinen Skill verlangen, bieten auch denen weiter Aufgaben an, die nicht mehr als Agent arbeiten.',
  },
  discard: 'Plan verwerfen',
  discarded: 'Der Plan ist verworfen. Es wurde nichts geändert.',
  expired: 'Dieser Plan ist älter als eine Stunde und kann nicht mehr ausgeführt werden.',
  again: 'Neu planen',
  applying: (done, total) => `${done} von ${total} Personen erledigt`,
  cancel: 'Änderung abbrechen',
  cancelPlanning: 'Abbrechen',
  cancelMeans:
    'Wer schon geändert ist, bleibt geändert, und das lässt sich rückgängig machen; die anderen bleiben, wie sie sind.',
  done: (count, text) => `${people(count, text)} geändert.`,
  doneButUnchanged: (text) => `Inzwischen schon so: ${text}.`,
  partly: (refused, text, total) => `${people(refused, text)} von ${total} konnten nicht geändert werden.`,
  cancelled: (done, total) =>
    `Abgebrochen. Mindestens ${done} von ${total} Personen waren bis dahin erledigt; die Liste zeigt, welche.`,
  stopped: (done, total) =>
    `Durch einen Fehler angehalten. Mindestens ${done} von ${total} Personen waren bis dahin erledigt; die Liste zeigt, welche.`,
  goOn: 'Fortsetzen',
  undo: 'Rückgängig machen',
  undoMeans: 'Zuerst wird ein Plan gemacht, der alle hiervon geänderten Personen zurückführt.',
  since: 'Was sich seitdem wieder geändert hat',
  keep: 'Behalten',
  revert: 'Auch zurücknehmen',
  changedSince: (changes) => `Seitdem wieder geändert: ${changes}`,
  part: {
    level: (skill, before, after) => `${skill}: ${before} → ${after}`,
    gained: (skill, level) => `${skill} ist neu: ${level}`,
    lost: (skill, level) => `${skill} wird entfernt, war ${level}`,
    lent: (skill, level, from, until) => `${skill} auf Zeit: ${level}, von ${from} bis ${until}`,
    lentNoMore: (skill) => `${skill} auf Zeit endet`,
    noLevel: 'kein Niveau',
    disabled: (level) => `${level}, abgeschaltet`,
    joins: (team) => `tritt ${team} bei`,
    leaves: (team) => `verlässt ${team}`,
    leads: (team) => `leitet ${team}`,
    leadsNot: (team) => `leitet ${team} nicht mehr`,
    role: (before, after) => `Rolle: ${before} → ${after}`,
    status: (before, after) => `Status: ${before} → ${after}`,
    acts: (after) => (after ? 'arbeitet als Agent' : 'arbeitet nicht mehr als Agent'),
  },
  refusals: {
    'added-by-job':
      'Hierdurch wurde diese Person hinzugefügt: Eine Rücknahme behält sie. Deaktivieren oder löschen Sie sie stattdessen.',
    'changed-since-plan':
      'Seit dem Plan hat sich bei dieser Person etwas geändert, sodass er etwas anderes bewirken würde. Planen Sie neu.',
  },
};
