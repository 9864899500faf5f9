// How a CSV file is written: its encoding, delimiter and decimal sign, told from its first bytes.
import { MusterError } from '../../common/muster-error.ts';
import { CsvScanner, cellText } from './csv-scanner.ts';
import type { CsvReading } from './import-source.ts';
import { hasDecimalComma } from './number-cell.ts';

export type CsvEncoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'latin1';

export interface CsvDialect {
  encoding: CsvEncoding;
  /** Bytes of the mark at the beginning. */
  markBytes: number;
  delimiter: string;
  decimalComma: boolean;
}

const DELIMITERS = [',', ';', '\t', '|'];
const LOOKED_AT_ROWS = 100;

/** `head` are the first bytes of the file; more than a few rows are needed only where rows are long. */
export function detectDialect(head: Buffer, told: CsvReading = {}): CsvDialect {
  const { encoding, markBytes } = encodingOf(head);
  const text = toUtf8(head.subarray(markBytes), encoding);
  const candidates = (told.delimiter === undefined ? DELIMITERS : [told.delimiter])
    .map((delimiter) => ({ delimiter, rows: sampleRows(text, delimiter) }))
    .map(({ delimiter, rows }) => ({
      delimiter,
      rows,
      width: rows[0]?.length ?? 0,
      // How many rows are as wide as the header: the right delimiter cuts them alike.
      even: rows.filter((row) => row.length === rows[0]?.length).length / Math.max(1, rows.length),
    }));
  const best = candidates.filter(({ width }) => width > 1).sort((a, b) => b.even - a.even || b.width - a.width)[0];
  const { delimiter, rows } = best ?? { delimiter: told.delimiter ?? ',', rows: sampleRows(text, told.delimiter ?? ',') };
  return { encoding, markBytes, delimiter, decimalComma: told.decimalComma ?? hasDecimalComma(rows.slice(1).flat(), delimiter) };
}

/** The first whole rows as text; none where the head does not scan that way. */
export function sampleRows(text: Buffer, delimiter: string, limit = LOOKED_AT_ROWS): string[][] {
  const rows: string[][] = [];
  const scanner = new CsvScanner(delimiter, (row) => {
    if (rows.length < limit) rows.push(Array.from({ length: row.cells }, (_, cell) => cellText(row, cell)));
  });
  try {
    scanner.push(text);
    if (rows.length === 0) scanner.end();
  } catch (error) {
    if (!(error instanceof MusterError)) throw error;
  }
  return rows;
}

/** Bytes of another encoding as UTF-8, in one piece. */
export function toUtf8(bytes: Buffer, encoding: CsvEncoding): Buffer {
  return encoding === 'utf-8' ? bytes : Buffer.from(new TextDecoder(encoding).decode(bytes));
}

function encodingOf(head: Buffer): { encoding: CsvEncoding; markBytes: number } {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return { encoding: 'utf-8', markBytes: 3 };
  if (head[0] === 0xff && head[1] === 0xfe) return { encoding: 'utf-16le', markBytes: 2 };
  if (head[0] === 0xfe && head[1] === 0xff) return { encoding: 'utf-16be', markBytes: 2 };
  // Latin letters in UTF-16 have a zero in every other byte.
  if (head.length >= 4 && head[1] === 0 && head[3] === 0) return { encoding: 'utf-16le', markBytes: 0 };
  if (head.length >= 4 && head[0] === 0 && head[2] === 0) return { encoding: 'utf-16be', markBytes: 0 };
  return { encoding: isUtf8(head) ? 'utf-8' : 'latin1', markBytes: 0 };
}

/** True also where the last character is cut. */
function isUtf8(bytes: Buffer): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}
