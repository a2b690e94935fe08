import type { BaseText } from './en.js';

/** Deutsch. */
export const de: BaseText = {
  actions: {
    edit: 'Bearbeiten',
    deactivate: 'Deaktivieren',
    reactivate: 'Reaktivieren',
    delete: 'Löschen',
    of: (action, name) => `${name} ${action.toLowerCase()}`,
    cancel: 'Abbrechen',
    dismiss: 'Schließen',
    manualStep: 'Was noch zu tun ist',
    asksDeactivate: (name) => `${name} deaktivieren?`,
    asksReactivate: (name) => `${name} reaktivieren?`,
    asksDelete: (name) => `${name} löschen?`,
    deactivateDoes:
      'Von jetzt an kann diese Person das Verzeichnis nicht mehr benutzen und erhält keine Aufgaben. ' +
      'Rolle, Teams und Skills bleiben für eine spätere Reaktivierung erhalten.',
    deactivateLeaves:
      'Die Anmeldung bei Flex bleibt möglich, bis der Zugang beim Identitätsanbieter oder in der ' +
      'Twilio-Konsole endet; erst das beendet auch die Abrechnung.',
    reactivateDoes: 'Diese Person erhält Rolle, Teams und Skills zurück, die sie vorher hatte, und wieder Aufgaben.',
    reactivateLeaves: 'Wurde der Zugang beim Identitätsanbieter beendet, muss er dort wieder gegeben werden.',
    deleteDoes: 'Teams und Skills gehen verloren, und das lässt sich hier nicht rückgängig machen.',
    deleteInstead:
      'Wenn diese Person vielleicht zurückkommt, deaktivieren Sie sie stattdessen: Dabei bleibt alles ' + 'erhalten.',
    deleteLeaves:
      'Beim Identitätsanbieter oder in der Twilio-Konsole und als Flex-Benutzer bleibt die Person, bis ' +
      'sie dort entfernt wird; erst das beendet die Abrechnung.',
    deactivateInstead: (name) => `${name} stattdessen deaktivieren`,
    deactivated: (name) => `${name} ist deaktiviert.`,
    reactivated: (name) => `${name} ist wieder aktiv.`,
    deleted: (name) => `${name} ist gelöscht.`,
    working: 'Wird ausgeführt …',
  },
  common: {
    title: 'Benutzer verwalten',
    users: 'Benutzer',
    identity: 'Identität',
    skillsHere: 'Skills im Verzeichnis',
    navigation: 'Verzeichnis',
    loading: 'Wird geladen …',
    close: 'Schließen',
    any: 'Alle',
    yes: 'Ja',
    no: 'Nein',
    none: 'Keine',
  },
  errors: {
    tryAgain: 'Noch einmal versuchen',
    signInAgain: 'Neu anmelden',
    showCurrent: 'Aktuelle Fassung zeigen',
    details: 'Einzelheiten',
    request: (id) => `Anfrage ${id}`,
    kinds: {
      session: 'Ihre Sitzung ist beendet.',
      forbidden: 'Dazu sind Sie nicht berechtigt.',
      missing: 'Das gibt es nicht mehr.',
      conflict: 'Das passt nicht zu dem, was jetzt da ist.',
      stale: 'Jemand anders hat dies inzwischen geändert.',
      invalid: 'Das nimmt das Verzeichnis nicht an.',
      busy: 'Das Verzeichnis ist gerade sehr beschäftigt.',
      broken: 'Das Verzeichnis konnte wegen eines Fehlers nicht antworten.',
      slow: 'Das Verzeichnis hat nicht rechtzeitig geantwortet.',
      unreachable: 'Das Verzeichnis ist nicht erreichbar.',
    },
    codes: {
      'account-owners-only': 'Bei Kontoinhabern kann das nur ein Kontoinhaber.',
      'agents-may-not': 'Agenten benutzen das Verzeichnis nicht.',
      'caller-may-no-longer': 'Ihre Rolle oder Ihr Status hat sich geändert, sodass Sie das nicht mehr können.',
      'deleted-user': 'Diese Person ist inzwischen gelöscht.',
      'last-account-owner': 'Das ist der letzte aktive Kontoinhaber. Machen Sie zuerst jemand anders dazu.',
      'own-status': 'Sich selbst können Sie nicht deaktivieren oder löschen.',
      'supervisors-may-not': 'Supervisoren können das nicht. Fragen Sie einen Administrator.',
      'unknown-skill': 'Diesen Skill gibt es nicht mehr.',
      'unknown-team': 'Dieses Team gibt es nicht mehr.',
      'unknown-user': 'Diese Person ist nicht im Verzeichnis.',
    },
    keptNothingDone: 'Es wurde nichts geändert.',
    keptUnknown: 'Ob es geschehen ist, ist nicht bekannt. Ein neuer Versuch bewirkt es einmal, nicht zweimal.',
    keptUnknownOnly: 'Ob der frühere Versuch ausgeführt wurde, ist nicht bekannt.',
    perhapsYours:
      'Dies wurde inzwischen geändert, vielleicht durch Ihren eigenen Versuch, dessen Antwort verloren ging.',
    keptSearch: 'Ihre Suche und die Filter bleiben erhalten.',
    keptInput: 'Ihre Eingaben bleiben erhalten.',
  },
  export: {
    start: 'Diese Liste als CSV exportieren',
    preparing: 'Der Export wird vorbereitet …',
    progress: (done, total) => `${done} von höchstens ${total} Personen geschrieben`,
    done: 'Der Export ist fertig. Der Download hat begonnen.',
    again: 'Noch einmal herunterladen',
    failed: 'Der Export ist fehlgeschlagen.',
  },
  leave: {
    user: (name) => `Änderungen an ${name} sind nicht gespeichert`,
    page: 'Was Sie auf dieser Seite eingegeben haben, ist nicht gespeichert',
    hint: 'Wenn Sie weitergehen, geht es verloren.',
    stay: 'Weiter bearbeiten',
    discard: 'Änderungen verwerfen',
  },
  list: {
    search: 'Nach Name oder E-Mail-Adresse suchen',
    clearSearch: 'Suche leeren',
    typeMore: (letters) =>
      letters === 1 ? 'Für die Suche fehlt noch ein Buchstabe.' : `Für die Suche fehlen noch ${letters} Buchstaben.`,
    status: 'Status',
    role: 'Rolle',
    team: 'Team',
    skill: 'Skill',
    minLevel: 'Mindestniveau',
    levelRange: (skill, min, max) => `Niveaus von ${skill} gehen von ${min} bis ${max}.`,
    choicesMissing: 'Teams und Skills zum Filtern fehlen. Die Liste selbst ist vollständig.',
    sync: 'Abgleich',
    name: 'Name',
    email: 'E-Mail-Adresse',
    teams: 'Teams',
    actions: 'Aktionen',
    caption: 'Benutzer',
    clearFilters: 'Filter zurücksetzen',
    shownAll: (count, text) => (count === 1 ? '1 Person' : `${text} Personen`),
    shownMore: (text) => `${text} angezeigt, es gibt mehr`,
    found: (count, text) => (count === 1 ? '1 Person gefunden' : `${text} Personen gefunden`),
    foundMore: (text) => `Die ersten ${text} Personen werden angezeigt, es gibt mehr`,
    showMore: '50 weitere zeigen',
    showPrevious: 'Die 50 davor zeigen',
    toStart: 'Zurück zum Anfang',
    skeleton: 'Benutzer werden geladen …',
    slow: 'Das dauert länger als üblich.',
    noUsersYet: 'Noch ist niemand im Verzeichnis',
    noUsersYetHint:
      'Personen kommen hinzu, wenn sie sich bei Flex anmelden. Alle, die schon in TaskRouter sind, nimmt ' +
      'der nächste Abgleich auf; ein Administrator kann ihn sofort starten.',
    noMatch: 'Niemand passt',
    noMatchHint: 'Zu dieser Suche und diesen Filtern passt niemand.',
    failed: 'Die Liste konnte nicht geladen werden.',
    forbidden: 'Diese Liste können Sie nicht sehen',
    moreTeams: (count) => `+${count}`,
  },
  nextSteps: {
    'end-access-and-billing':
      'Beenden Sie den Zugang beim Identitätsanbieter (wenn die Anmeldung darüber geht) oder ' +
      'in der Twilio-Konsole (wenn sie dort geschieht): Bis dahin bleibt die Anmeldung bei Flex möglich und wird ' +
      'abgerechnet.',
    'remove-login':
      'Entfernen Sie die Person beim Identitätsanbieter (wenn die Anmeldung darüber geht) oder in der ' +
      'Twilio-Konsole (wenn sie dort geschieht): Bis dahin bleibt die Anmeldung bei Flex möglich. ' +
      'Deprovisionieren Sie danach den Flex-Benutzer; erst das beendet dessen Abrechnung.',
    'change-role-in-flex':
      'Ändern Sie die Rolle auch beim Identitätsanbieter oder in der Twilio-Konsole: Was Flex ' +
      'selbst erlaubt, richtet sich danach.',
  },
  roles: {
    agent: 'Agent',
    supervisor: 'Supervisor',
    system_admin: 'Systemadministrator',
    account_owner: 'Kontoinhaber',
  },
  session: {
    choose: 'Wer sind Sie?',
    chooseHint: 'Diese Personen sind am Simulator dieses Rechners angemeldet.',
    continue: 'Weiter',
    groups: { admin: 'Administratoren', supervisor: 'Supervisoren', agent: 'Agenten', other: 'Andere' },
    token: 'Flex-Token',
    tokenHint: 'Das Token Ihrer Flex-Sitzung. Es bleibt im Speicher, bis Sie diese Seite schließen.',
    ended: 'Ihre Sitzung ist beendet. Ihre Eingaben bleiben erhalten.',
    notAccepted: 'Dieses Token wird nicht angenommen. Geben Sie ein anderes an.',
    refused: 'Sie sind angemeldet, können das Verzeichnis aber nicht benutzen',
    switch: 'Jemand anders sein',
    signedInAs: (name, role) => `${name}, ${role}`,
    inFlex: 'Wenn das nicht hilft, melden Sie sich neu bei Flex an.',
    noLogins: 'Niemand ist am Simulator angemeldet. Melden Sie jemanden an und versuchen Sie es noch einmal.',
    observe: 'Diese Installation beobachtet nur: Nach TaskRouter wird nichts geschrieben.',
  },
  statuses: { active: 'Aktiv', deactivated: 'Deaktiviert', deleted: 'Gelöscht', all: 'Alle' },
  syncs: { synced: 'Abgeglichen', pending: 'Ausstehend', failed: 'Fehlgeschlagen', contested: 'Umstritten' },
  views: { people: 'Personen', teams: 'Teams', skills: 'Skills', reconciliation: 'Abgleich' },
};
