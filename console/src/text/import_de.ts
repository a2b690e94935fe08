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
  column: (column) => `Spalte ${column}`,
  newPeople: 'Neue Personen',
  reason: (row, column, reason) => `Zeile ${row}${column ? `, Spalte ${column}` : ''}: ${reason}`,
  added: (identity) => `wird als ${identity} hinzugefügt`,
  isAdded: 'wurde hinzugefügt',
};
