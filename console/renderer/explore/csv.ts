// An answer as CSV (RFC 4180): times as ISO 8601, numbers in full, NULL empty.
import type { QueryResult, QueryResultColumn } from '../../common/query-result.ts';
import { formatIsoMicros } from '../parts/format.ts';

export function toCsv(result: QueryResult): string {
  const lines = [result.columns.map((column) => quoted(column.name)).join(',')];
  for (let row = 0; row < result.rows; row++) lines.push(result.columns.map((column) => cell(column, row)).join(','));
  return `${lines.join('\r\n')}\r\n`;
}

function cell(column: QueryResultColumn, row: number): string {
  if (column.kind === 'text') {
    const value = column.values[row];
    return value === null || value === undefined ? '' : quoted(value);
  }
  const value = column.values[row] as number;
  if (Number.isNaN(value)) return '';
  return column.kind === 'time' ? formatIsoMicros(value) : String(value);
}

/** Text that a spreadsheet would take for a formula is kept from being one by a leading apostrophe. */
function quoted(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) || harmless !== text ? `"${harmless.replaceAll('"', '""')}"` : text;
}
