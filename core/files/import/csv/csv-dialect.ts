// How a CSV file is written: its delimiter and decimal sign, told from its first rows.
import { MusterError } from '../../../common/muster-error.ts';
import type { CsvReading } from '../import-source.ts';
import { decimalSign } from '../number-cell.ts';
import type { CsvEncoding } from './csv-encoding.ts';
import { CsvScanner, cellText } from './csv-scanner.ts';

export interface CsvDialect {
  encoding: CsvEncoding;
  /** Bytes of the mark at the beginning. */
  markBytes: number;
  delimiter: string;
  decimalComma: boolean;
  /** No cell of the first rows says what the decimal sign is: 1,034 may be either. */
  isSignUnclear: boolean;
  /** Blanks follow the delimiters: they belong to no cell. */
  padded: boolean;
}

/** A row as text, and where it is. */
export interface SampleRow {
  cells: string[];
  /** As the scanner counts. */
  number: number;
  /** Bytes of the text before it. */
  offset: number;
}

/** Those that stand in no ordinary text come last: `^` and `~`, and the separators of ASCII and Hive. */
const DELIMITERS = [',', ';', '\t', '|', '^', '~', '\x1f', '\x01'];
const LOOKED_AT_ROWS = 100;
const DECIMAL_ROWS = 1000;

/** `text` begins where the first row of the table may be; `whole` where it is the file to its end. */
export function detectDialect(text: Buffer, told: CsvReading, whole: boolean): Omit<CsvDialect, 'encoding' | 'markBytes'> {
  const candidates = (told.delimiter === undefined ? DELIMITERS : [told.delimiter])
    .map((delimiter) => ({ delimiter, rows: sampleRows(text, delimiter, LOOKED_AT_ROWS, whole) }))
    .map(({ delimiter, rows }) => {
      const width = commonWidth(rows);
      // The right delimiter cuts the rows alike: the header counts as much as all that come before it.
      return { delimiter, rows, width, even: rows.filter(({ cells }) => cells.length === width).length / Math.max(1, rows.length) };
    });
  const blanks = { delimiter: ' ', rows: sampleRows(text, ' ', LOOKED_AT_ROWS, whole), width: 0, even: 0 };
  // Only where nothing else separates cells: blanks stand in texts and between day and time.
  if (told.delimiter === undefined && candidates.every(({ width }) => width === 1)) {
    const width = commonWidth(blanks.rows);
    if (width > 2 && blanks.rows.every(({ cells }) => cells.length === width)) candidates.push({ ...blanks, width, even: 1 });
  }
  const best = candidates.filter(({ width }) => width > 1).sort((a, b) => b.even - a.even || b.width - a.width)[0];
  const { delimiter, rows } = best ?? { delimiter: told.delimiter ?? ',', rows: candidates[0]?.rows ?? [] };
  const cells = sampleRows(text, delimiter, DECIMAL_ROWS, whole)
    .slice(1)
    .flatMap((row) => row.cells);
  const sign = told.decimalComma === undefined ? decimalSign(cells, delimiter) : told.decimalComma ? 'comma' : 'point';
  const [header, ...data] = rows.filter((row) => row.cells.length > 1);
  const padded =
    delimiter !== ' ' && [header, ...data.slice(0, 5)].every((row) => row?.cells.slice(1).some((cell) => cell.startsWith(' ')) ?? false);
  return { delimiter, decimalComma: sign === 'comma', isSignUnclear: sign === undefined && delimiter !== ',', padded };
}

/** How many cells most rows have that have several; 1 where none has. */
export function commonWidth(rows: readonly SampleRow[]): number {
  const counts = new Map<number, number>();
  for (const { cells } of rows) if (cells.length > 1) counts.set(cells.length, (counts.get(cells.length) ?? 0) + 1);
  const [first] = rows;
  let best = 1;
  // Where as many rows have another width, the header says which it is.
  for (const [width, count] of counts)
    if (count > (counts.get(best) ?? 0) || (count === counts.get(best) && width === first?.cells.length)) best = width;
  return best;
}

/** The first whole rows; none where the head does not scan that way. Of a whole file the last one may have no line end. */
export function sampleRows(text: Buffer, delimiter: string, limit = LOOKED_AT_ROWS, whole = false, padded = false): SampleRow[] {
  const rows: SampleRow[] = [];
  const scanner = new CsvScanner(
    delimiter,
    (row) => {
      if (rows.length >= limit) return;
      const cells = Array.from({ length: row.cells }, (_, cell) => cellText(row, cell));
      rows.push({ cells, number: row.number, offset: scanner.offset });
    },
    padded,
  );
  try {
    scanner.push(text);
    if (whole || rows.length === 0) scanner.end();
  } catch (error) {
    if (!(error instanceof MusterError)) throw error;
  }
  return rows;
}
