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
  column: (column: string) => `Column ${column}`,
  newPeople: 'New people',
  reason: (row: string, column: string | undefined, reason: string) =>
    `Row ${row}${column ? `, column ${column}` : ''}: ${reason}`,
  added: (identity: string) => `is added as ${identity}`,
  isAdded: 'was added',
};
