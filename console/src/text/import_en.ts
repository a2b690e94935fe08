/** English, for imports. Beside those of `errors`. */
export const codes = {
  'file-size': 'A file to import has 1 to 20,000,000 bytes.',
  'upload-missing': 'The file is no longer there: it is kept for a day. Send it again.',
};

const SEPARATORS: Record<string, string> = { ',': 'commas', ';': 'semicolons', '\t': 'tabs' };

export const imports = {
  title: 'Import of people',
  file: 'CSV file',
  hint:
    'Begin with an export to edit: change role, status, act_as_agent, teams or assigned_skills in it. A blank cell ' +
    'changes nothing.',
  sending: 'The file is being sent…',
  one: 'One file at a time can be imported.',
  empty: (name: string) => `${name} is empty. A file to import begins with a row of column names.`,
  tooLarge: (name: string, bytes: string, most: string) =>
    `${name} has ${bytes} bytes. At most ${most} can be imported at a time: divide it, each part with the row of ` +
    'column names.',
  failed: {
    unreadable:
      'The file cannot be read: it has been changed, moved or deleted since, or is a folder. Choose it again.',
    lost: 'The file could not be sent.',
    refused: 'The file was sent, but the storage does not take it.',
  },
  facts: (count: number, text: string, separator: string) =>
    `The file has ${count === 1 ? '1 row' : `${text} rows`}, separated by ${SEPARATORS[separator] ?? separator}.`,
  failedRows: 'Download the failed rows',
  failedRowsMean: 'The rows that are refused can be corrected and sent again: the file says what is wrong with each.',
  row: (row: string) => `Row ${row}`,
  inColumn: (column: string, reason: string) => `Column ${column}: ${reason}`,
  /** What is wrong with rows, where nothing is said of one of them. */
  faults: {
    'row-other-cells': 'The row has more cells than the head.',
    'row-names-nobody': 'The row names nobody.',
    'row-user-id': 'This is no user id.',
    'row-unknown-identity': 'Nobody has this identity.',
    'row-repeated': 'An earlier row names the same person.',
    'row-action': 'There is no such action.',
    'row-boolean': 'This is neither true nor false.',
    'row-status': 'This status cannot be set.',
    'row-stale': 'The person was changed after the export.',
    'row-unknown-team': 'There is no such team.',
    'row-unknown-skill': 'There is no such skill.',
    'row-level': 'This is no level.',
    'row-repeated-skill': 'A skill is named twice.',
    'row-not-cleared': 'This cannot be cleared.',
    'row-kept': 'An import does not change this.',
  } as Record<string, string>,
  newPeople: 'New people',
  reason: (row: string, column: string | undefined, reason: string) =>
    `Row ${row}${column ? `, column ${column}` : ''}: ${reason}`,
  added: (identity: string) => `is added as ${identity}`,
  isAdded: 'was added',
};
