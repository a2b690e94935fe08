import type { user as english } from './user_en.js';

/** Was der Bereich einer Person sagt, auf Deutsch. */
export const user: typeof english = {
  panel: (name) => `Benutzer ${name}`,
  loading: 'Die Person wird geladen …',
  activity: 'Aktivität',
  noWorker: 'Kein Worker in TaskRouter',
  previous: 'Vorige Person der Liste',
  next: 'Nächste Person der Liste',
  noFurther: 'In dieser Richtung enthält die Liste niemanden mehr.',
  deleted:
    'Diese Person ist gelöscht und kann hier nicht geändert werden. Ein Betreiber mit Zugang zu AWS kann sie ' +
    'wiederherstellen.',
  tabs: {
    label: 'Zu dieser Person',
    profile: 'Profil',
    skills: 'Zugewiesene Skills',
    history: 'Verlauf',
    sync: 'Abgleich',
  },
  edit: {
    form: 'Benutzer bearbeiten',
    save: 'Änderungen speichern',
    discard: 'Verwerfen',
    unchanged: 'Nichts ist geändert.',
    roleOfAdmins: 'Supervisoren können keine Rollen ändern. Fragen Sie einen Administrator.',
    roleOfProvider: 'Rollen folgen in dieser Installation dem Identitätsanbieter. Ändern Sie die Rolle dort.',
    roleFollowsToken:
      'Das ändert, was Flex anzeigt. Was Flex selbst erlaubt, folgt dem Token: Ändern Sie die Rolle auch ' +
      'beim Identitätsanbieter oder in der Twilio-Konsole.',
    acting: 'Als Agent handeln',
    actingOn: 'Diese Person erhält Aufgaben.',
    actingOff:
      'Diese Person hat keine Skills für das Routing. Queues, die keinen Skill verlangen, bieten ihr weiter ' +
      'Aufgaben an.',
    agentsAlways: 'Agenten erhalten immer Aufgaben.',
    teams: 'Roster-Teams',
    teamsHint:
      'Die Teams dieses Verzeichnisses, die Skills vergeben. Die eigenen Teams von Flex sind davon unabhängig.',
    tooMany: (count, most) => `Das sind ${count} Teams; eine Person kann in höchstens ${most} sein.`,
    findTeam: 'Team suchen',
    teamsLocked:
      'Einige sind gesperrt: Supervisoren ändern nur Teams, die sie leiten, und nur Administratoren nehmen eine Leitung ' +
      'aus ihrem Team.',
    outside:
      'Supervisoren ändern nur Mitglieder der Teams, die sie leiten; diese Person ist in keinem von Ihren. Fragen Sie ' +
      'einen Administrator.',
    leads: 'Leitung von',
    lead: 'Leitung',
    leadOf: (team) => `Leitung von ${team}`,
  },
  consequence: {
    title: 'Was sich dadurch ändert',
    noSkill: 'Kein Skill ändert sich.',
    noLevel: 'ohne Niveau',
    changed: (skill, before, after) => `${skill} ${before} → ${after}`,
    gained: (skill, level) => `${skill} ist neu: ${level}`,
    lost: (skill) => `${skill} entfällt`,
    from: (team) => ` (von ${team})`,
    only: (name) => `nur für ${name}`,
    keeps: (team, level) => `${team} behält ${level}`,
    lent: (skill, level) => `${skill} auf Zeit: ${level}`,
    lentEnds: (skill, until) => `${skill} auf Zeit, bis ${until}, endet`,
    lentNeverBegins: (skill, from, until) => `${skill} auf Zeit, von ${from} bis ${until}, beginnt nicht`,
  },
  conflict: {
    choose: 'Ihre Eingaben bleiben erhalten. Wählen Sie, welche Fassung gilt.',
    other:
      'Ihre Eingaben bleiben erhalten und betreffen nicht, was geändert wurde. Prüfen Sie sie und speichern ' +
      'Sie noch einmal.',
    mine: (value) => `Ihre: ${value}`,
    theirs: (value) => `Die andere: ${value}`,
    lent: (level, period) => `${level} auf Zeit, ${period}`,
    notLent: 'nicht auf Zeit',
  },
  level: {
    sliderOf: (skill) => `Niveau von ${skill}`,
    levelOf: (skill) => `Niveau von ${skill} als Zahl`,
    of: (level, max) => `${level} von ${max}`,
    overrides: (level, team) => `überschreibt ${level} von ${team}`,
    outOfRange: (min, max) => `Geben Sie eine ganze Zahl von ${min} bis ${max} ein.`,
  },
  skills: {
    none: 'Diese Person hat keine Skills.',
    assigned: 'zugewiesen',
    notAssigned: 'nicht zugewiesen',
    fromTeam: (team) => `von ${team}`,
    overrides: (team, level) => `überschreibt ${level} von ${team}`,
    disabled: 'in Flex ausgeschaltet',
    disabledHint:
      'Jemand hat diesen Skill auf den Seiten von Flex ausgeschaltet; nach ihm werden keine Aufgaben verteilt. ' +
      'Wird er noch einmal zugewiesen, ist er wieder eingeschaltet.',
    enable: (skill) => `${skill} einschalten`,
    contested:
      'Ein anderes Werkzeug überschreibt diese Skills immer wieder. Sie werden nur bei jedem Abgleich ' +
      'geschrieben, bis jemand sie hier ändert oder ein Administrator entscheidet.',
    notActive: 'Diese Person erhält keine Aufgaben, weil sie nicht aktiv ist. Die Skills bleiben erhalten.',
    notActing:
      'Diese Person erhält keine Aufgaben nach Skills, weil sie nicht als Agent handelt. Die Skills bleiben ' +
      'erhalten.',
    override: (skill) => `${skill} ein eigenes Niveau geben`,
    setLevel: (skill) => `Niveau für ${skill} setzen`,
    withoutLevel: (skill) => `${skill} ohne eigenes Niveau`,
    saveLevel: (skill) => `${skill} speichern`,
    remove: 'Entfernen',
    removeOf: (skill) => `${skill} entfernen`,
    asksToRemove: (skill, name) => `${skill} von ${name} entfernen?`,
    copy: 'Skills übernehmen von …',
    saveAsPreset: 'Als Vorlage speichern …',
    until: (time) => `bis ${time}`,
    since: (time) => `Auf Zeit, seit ${time}.`,
    sinceThen: (time, level) => `Auf Zeit, seit ${time}; danach wieder wie zugewiesen: ${level}.`,
    scheduled: (level, from, until) => `Auf Zeit: ${level}, von ${from} bis ${until}.`,
    changeTime: 'Zeit ändern',
    changeTimeOf: (skill) => `Zeit ändern: ${skill}`,
    end: 'Jetzt beenden',
    endOf: (skill) => `${skill} jetzt beenden`,
    cancel: 'Absagen',
    cancelOf: (skill) => `${skill} auf Zeit absagen`,
    removalDoesNothing: 'Für die Verteilung der Aufgaben bleibt alles gleich.',
  },
  assign: {
    title: 'Skills zuweisen',
    set: 'Skill-Gruppe',
    skill: 'Skill',
    choose: 'Skill wählen',
    chooseFirst: 'Wählen Sie zuerst einen Skill.',
    wantsLevel: 'Ein Niveau verlangen',
    levelNeeded: 'Die Seiten von Flex brauchen für diesen Skill ein Niveau.',
    noLevels: (skill) => `${skill} hat keine Niveaus.`,
    temporary: 'Nur auf Zeit',
    from: 'Von',
    until: 'Bis',
    periodHint: 'In Ihrer Zeitzone. Ohne Angabe bei Von beginnt es jetzt. Danach gilt wieder, was vorher galt.',
    untilMissing: 'Geben Sie an, bis wann.',
    untilTooEarly: 'Geben Sie eine künftige Zeit ein, die nach Von liegt.',
    period: (from, until) => (from ? `von ${from} bis ${until}` : `bis ${until}`),
    another: 'Noch ein Skill',
    drop: (skill) => (skill ? `${skill} weglassen` : 'Diesen weglassen'),
    save: (count, text) => (count === 1 ? '1 Skill zuweisen' : `${text} Skills zuweisen`),
  },
  budget: {
    title: 'Platz in den Attributen des Workers',
    used: (used, limit) => `${used} von ${limit} Zeichen sind belegt.`,
    hint: 'Weitere Skills passen vielleicht nicht.',
    over: 'Nach TaskRouter wird nichts geschrieben, bis Skills oder andere Attribute entfernt sind.',
  },
  receipt: {
    title: 'Was aus der Änderung wurde',
    saved: 'Gespeichert',
    savedOnly: 'Gespeichert, nicht in TaskRouter',
    live: (time) => `Nach ${time} in TaskRouter wirksam`,
    noWorker: 'Gespeichert. In TaskRouter gilt es ab der nächsten Anmeldung.',
    removed: (time) => `Nach ${time} aus TaskRouter entfernt`,
    undo: 'Rückgängig',
    notUndone: 'Nichts wurde rückgängig gemacht.',
    notices: {
      'queues-without-skills': 'Queues, die keinen Skill verlangen, bieten dieser Person weiter Aufgaben an.',
    },
  },
  sync: {
    synced: 'TaskRouter hat alles, was hier entschieden ist.',
    noWorker: 'In TaskRouter gibt es noch keinen Worker: Er entsteht bei der nächsten Anmeldung.',
    removed: 'In TaskRouter gibt es keinen Worker mehr.',
    pending: 'Es wird nach TaskRouter übertragen.',
    observe: 'Diese Installation beobachtet nur: Nach TaskRouter wird nichts geschrieben.',
    contested:
      'Ein anderes Werkzeug überschreibt die Skills immer wieder. Sie werden nur bei jedem Abgleich geschrieben.',
    since: (time) => `seit ${time}`,
    waits: (count, text) =>
      count === 1
        ? 'Der Worker wird entfernt, wenn seine letzte Aufgabe erledigt ist.'
        : `Der Worker wird entfernt, wenn seine ${text} Aufgaben erledigt sind.`,
    reasons: {
      twilio_unavailable: 'Twilio war nicht erreichbar. Es wird von selbst noch einmal versucht.',
      credentials_rejected: 'Twilio lehnt die Zugangsdaten dieser Installation ab. Ein Betreiber muss sie erneuern.',
      refused:
        'TaskRouter lehnt die Änderung dieses Workers ab. Vergleichen Sie den Worker in der Twilio-Konsole und ' +
        'versuchen Sie es dann noch einmal.',
      unreadable_attributes:
        'Die Attribute des Workers sind nicht lesbar. Berichtigen Sie sie in der Twilio-Konsole und ' +
        'versuchen Sie es dann noch einmal.',
      attributes_too_long:
        'Die Attribute des Workers wären zu lang. Entfernen Sie Skills oder andere Attribute und ' +
        'versuchen Sie es dann noch einmal.',
      no_offline_activity:
        'Dem Workspace fehlt eine Aktivität, in der ein Worker offline ist. Legen Sie eine an und ' +
        'versuchen Sie es dann noch einmal.',
    },
  },
  history: {
    older: 'Ältere Änderungen zeigen',
    end: 'Hier beginnt der Verlauf.',
    you: 'Sie',
    unknownAuthor: 'Ein anderes Programm',
    reconciliation: 'Der Abgleich',
    systems: { taskrouter: 'TaskRouter', operator: 'Ein Betreiber', system: 'Der Zeitplan' },
    undoOf: (time) => `Änderung vom ${time} rückgängig machen`,
    planUndo: 'Rücknahme planen',
    planUndoOf: (time) => `Rücknahme der Änderung von ${time} planen`,
    actions: {
      adopted: (who) => `Unverändert übernommen, gemeldet von: ${who}`,
      login: (who) => `Anmeldung oder Änderung in einem anderen Werkzeug, gemeldet von: ${who}`,
      edited: (who) => `Geändert von: ${who}`,
      login_refused: (who) => `Anmeldung der gelöschten Person abgewiesen, gemeldet von: ${who}`,
      drift_adopted: (who) => `Fremde Änderung in TaskRouter übernommen von: ${who}`,
      worker_removed: (who) => `Worker gelöscht, gemeldet von: ${who}`,
      created: (who) => `Hinzugefügt von: ${who}`,
      deactivated: (who) => `Deaktiviert von: ${who}`,
      reactivated: (who) => `Reaktiviert von: ${who}`,
      deleted: (who) => `Gelöscht von: ${who}`,
      restored: (who) => `Wiederhergestellt von: ${who}`,
      undone: (who) => `Zurückgenommen von: ${who}`,
      imported: (who) => `Für den Katalog neuer Skill, gemeldet von: ${who}`,
      drift: (who) => `Worker geändert von: ${who}`,
      temporary_skills_started: (who) => `Auf Zeit Zugewiesenes begonnen von: ${who}`,
      temporary_skills_ended: (who) => `Auf Zeit Zugewiesenes beendet von: ${who}`,
      erased: (who) => `Daten der gelöschten Person gelöscht von: ${who}`,
    },
    drift: (who, tool, time) => `Geändert in ${tool ?? 'TaskRouter'} von: ${who}; zurückgesetzt um ${time}`,
    tools: {
      web: 'Flex oder der Twilio-Konsole',
      'twilio-console': 'der Twilio-Konsole',
      'twilio-api': 'TaskRouter über die API',
      api: 'TaskRouter über die API',
    },
    joined: (team) => `Neu in ${team}`,
    leads: (team) => `Leitet ${team}`,
    leadsNoMore: (team) => `Leitet ${team} nicht mehr`,
    left: (team) => `Nicht mehr in ${team}`,
    formerTeam: 'einem früheren Team',
    erased: 'gelöscht',
    gained: (skill, level) => `${skill} hinzugefügt, ${level}`,
    lost: (skill) => `${skill} entfernt`,
    lent: (skill, level, from, until) => `${skill} auf Zeit: ${level}, von ${from} bis ${until}`,
    lentStarts: (skill, level) => `${skill} auf Zeit beginnt: ${level}`,
    lentNoMore: (skill) => `${skill} auf Zeit endet`,
    disabled: (skill) => `${skill} in Flex ausgeschaltet`,
    enabled: (skill) => `${skill} wieder eingeschaltet`,
    picture: 'Das Bild ist ein anderes',
    set: (field, value) => `${field}: ${value}`,
    changed: (field, before, after) => `${field}: ${before} → ${after}`,
    fields: {
      identity: 'Identität',
      name: 'Name',
      email: 'E-Mail-Adresse',
      role: 'Rolle',
      roles: 'Rolle',
      status: 'Status',
      act_as_agent: 'Als Agent handeln',
      worker_sid: 'Worker',
      activity: 'Aktivität',
    },
  },
};
