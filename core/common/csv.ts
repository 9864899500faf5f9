// CSV as RFC 4180 has it.

export type CsvCell = string | number | null;

/** One line with its CRLF. Null is an empty field, an empty text is `""`, so that the two stay apart. */
export function csvLine(cells: readonly CsvCell[], forSpreadsheet = false): string {
  return `${cells.map((cell) => csvField(cell, forSpreadsheet)).join(',')}\r\n`;
}

/** What a spreadsheet takes for a formula; the digits of a long that no number holds are none. */
const FORMULA = /^(?!-\d{1,19}$)[=+\-@\t\r]/;

/**
 * Text is quoted where the syntax needs it and where it begins like a formula. A spreadsheet runs a formula all the same: with
 * `forSpreadsheet` such a text gets an apostrophe in front, which changes the data and is therefore not the default.
 */
function csvField(cell: CsvCell, forSpreadsheet: boolean): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  const formula = FORMULA.test(cell);
  const text = formula && forSpreadsheet ? `'${cell}` : cell;
  return text === '' || formula || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
