import type { codes as englishCodes, imports as english } from './import_en.js';

/** Deutsch, für Importe. Zu denen von `errors`. */
export const codes: typeof englishCodes = {
  'file-size': 'Eine Datei für den Import hat 1 bis 20.000.000 Bytes.',
  'upload-missing': 'Die Datei ist nicht mehr da: Sie wird einen Tag lang aufbewahrt. Senden Sie sie noch einmal.',
};

const SEPARATORS: Record<string, string> = { ',': 'Kommas', ';': 'Semikolons', '\t': 'Tabulatoren' };

export const imports: typeof english = {
  title: 'Import von Personen',
  file: 'CSV-Datei',
  hint:
    'Beginnen Sie mit einem Export zum Bearbeiten und ändern Sie darin role, status, act_as_agent, teams oder ' +
    'assigned_skills. Eine leere Zelle ändert nichts.',
  sending: 'Die Datei wird gesendet …',
  one: 'Importieren lässt sich eine Datei auf einmal.',
  empty: (name) => `${name} ist leer. Eine Datei für den Import beginnt mit einer Zeile von Spaltennamen.`,
  tooLarge: (name, bytes, most) =>
    `${name} hat ${bytes} Bytes. Auf einmal lassen sich höchstens ${most} importieren: Teilen Sie die Datei, jeden Teil ` +
    'mit der Zeile der Spaltennamen.',
  failed: {
    unreadable:
      'Die Datei lässt sich nicht lesen: Sie wurde seitdem geändert, verschoben oder gelöscht oder ist ein Ordner. ' +
      'Wählen Sie sie noch einmal.',
    lost: 'Die Datei konnte nicht gesendet werden.',
    refused: 'Die Datei wurde gesendet, aber der Speicher nimmt sie nicht an.',
  },
  facts: (count, text, separator) =>
    `Die Datei hat ${count === 1 ? '1 Zeile' : `${text} Zeilen`}, ` +
    `getrennt durch ${SEPARATORS[separator] ?? separator}.`,
  failedRows: 'Die abgelehnten Zeilen herunterladen',
  failedRowsMean:
    'Die abgelehnten Zeilen lassen sich berichtigen und noch einmal senden: In der Datei steht bei jeder, was falsch ' +
    'ist.',
  row: (row) => `Zeile ${row}`,
  inColumn: (column, reason) => `Spalte ${column}: ${reason}`,
  faults: {
    'row-other-cells': 'Die Zeile hat mehr Zellen als der Kopf.',
    'row-names-nobody': 'Die Zeile nennt niemanden.',
    'row-user-id': 'Das ist keine user_id.',
    'row-unknown-identity': 'Niemand hat diese Identität.',
    'row-repeated': 'Eine frühere Zeile nennt dieselbe Person.',
    'row-action': 'Diese Aktion gibt es nicht.',
    'row-boolean': 'Das ist weder true noch false.',
    'row-status': 'Dieser Status lässt sich nicht setzen.',
    'row-stale': 'Die Person wurde nach dem Export geändert.',
    'row-unknown-team': 'Dieses Team gibt es nicht.',
    'row-unknown-skill': 'Diesen Skill gibt es nicht.',
    'row-level': 'Das ist kein Niveau.',
    'row-repeated-skill': 'Ein Skill ist zweimal genannt.',
    'row-not-cleared': 'Das lässt sich nicht leeren.',
    'row-kept': 'Ein Import ändert das nicht.',
  },
  newPeople: 'Neue Personen',
  reason: (row, column, reason) => `Zeile ${row}${column ? `, Spalte ${column}` : ''}: ${reason}`,
  added: (identity) => `wird als ${identity} hinzugefügt`,
  isAdded: 'wurde hinzugefügt',
};
