// An answer as CSV (RFC 4180) or tab-separated: times as ISO 8601, numbers in full, NULL empty.
import type { QueryResult, QueryResultColumn } from '../../../common/query-result.ts';
import { formatIsoMicros } from '../../widgets/format.ts';

/** Rows in the order given, else as they came. */
export function toCsv(result: QueryResult, rows?: ArrayLike<number>): string {
  return lines(result, rows, ',', quoted).join('\r\n');
}

/** As spreadsheets take it from the clipboard. What would break a line or a cell becomes a space there. */
export function toTsv(result: QueryResult, rows?: ArrayLike<number>): string {
  return lines(result, rows, '\t', (text) => harmless(text.replace(/[\t\r\n]+/g, ' '))).join('\n');
}

function lines(result: QueryResult, rows: ArrayLike<number> | undefined, between: string, textCell: (text: string) => string): string[] {
  const all = [result.columns.map((column) => textCell(column.name)).join(between)];
  for (let at = 0; at < result.rows; at++) {
    const row = rows?.[at] ?? at;
    all.push(result.columns.map((column) => cell(column, row, textCell)).join(between));
  }
  all.push('');
  return all;
}

function cell(column: QueryResultColumn, row: number, textCell: (text: string) => string): string {
  if (column.kind === 'text') {
    const value = column.values[row];
    if (value === null || value === undefined) return '';
    // The digits of a long are a number, and no formula that begins with a minus.
    return column.type === 'long' ? value : textCell(value);
  }
  const value = column.values[row]!;
  if (Number.isNaN(value)) return '';
  return column.kind === 'time' ? formatIsoMicros(value) : String(value);
}

/** Text that a spreadsheet would take for a formula is kept from being one by a leading apostrophe. */
function harmless(text: string): string {
  return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}

function quoted(text: string): string {
  const safe = harmless(text);
  return /[",\r\n]/.test(safe) || safe !== text ? `"${safe.replaceAll('"', '""')}"` : text;
}
