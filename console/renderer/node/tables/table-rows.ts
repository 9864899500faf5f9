// The rows of a table at a moment: the newest of each series, not older than the table looks back.
import type { ConsoleApi } from '../../../common/console-api.ts';
import type { QueryResult } from '../../../common/query-result.ts';
import { cutOf } from '../../state/ask-whole.ts';
import { type Known, known } from '../../state/known.ts';
import { isMissing } from '../series/series-load.ts';
import { sqlName, sqlText } from '../sql-text.ts';
import type { TableRow, TableSpec } from './table-spec.ts';

const MAX_ROWS = 5000;
const TIMEOUT_MS = 15_000;

export async function loadRows(
  api: ConsoleApi,
  spec: TableSpec,
  nodeId: string,
  atMs: number,
  signal: AbortSignal,
): Promise<Known<readonly TableRow[]>> {
  try {
    const result = await api.request('query', { sql: tableSql(spec, nodeId, atMs), maxRows: MAX_ROWS, timeoutMs: TIMEOUT_MS }, signal);
    return known(toRows(result), atMs, 'store', cutOf(result));
  } catch (error) {
    if (isMissing(error)) return known([], atMs, 'store');
    throw error;
  }
}

export function tableSql({ measurement, keys, columns, more = [], where, backSeconds }: TableSpec, nodeId: string, atMs: number): string {
  const names = [...new Set([...keys, ...columns.map(({ name }) => name), ...more])].map(sqlName);
  const [from, to] = [atMs - backSeconds * 1000, atMs].map((ms) => sqlText(new Date(ms).toISOString()));
  const conditions = [`node_id = ${sqlText(nodeId)}`, ...(where === undefined ? [] : [where]), `timestamp > ${from}`, `timestamp <= ${to}`];
  return (
    `SELECT ${names.join(', ')} FROM ${sqlName(measurement)} WHERE ${conditions.join(' AND ')} ` +
    `LATEST ON timestamp PARTITION BY ${keys.map(sqlName).join(', ')}`
  );
}

export function toRows({ columns, rows }: QueryResult): TableRow[] {
  return Array.from({ length: rows }, (_, row) =>
    Object.fromEntries(
      columns.map((column) => [column.name, column.kind === 'text' ? (column.values[row] ?? '') : (column.values[row] ?? Number.NaN)]),
    ),
  );
}
