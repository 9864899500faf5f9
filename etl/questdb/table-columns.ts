// What the database says of a table's columns.
import { MusterError } from '../../core/common/muster-error.ts';
import type { QuestdbHttp } from './questdb-http.ts';

export interface Column {
  type: string;
  dedupKey: boolean;
}

const APPLIED_WITHIN_MS = 5000;
const LOOK_MS = 20;

/** By name; empty where there is no such table. `table` is a name of ours or a checked one. */
export async function readColumns(database: Pick<QuestdbHttp, 'sql'>, table: string): Promise<Map<string, Column>> {
  const [exists] = await database.sql(`SELECT table_name FROM tables() WHERE table_name = '${table}'`);
  if (exists === undefined) return new Map();
  const rows = await database.sql(`SELECT "column", type, upsertKey FROM (SHOW COLUMNS FROM "${table}")`);
  return new Map(rows.map(([name, type, dedupKey]) => [String(name), { type: String(type), dedupKey: dedupKey === true }]));
}

/** A change is acknowledged before it is applied: waits until the columns are seen. Throws `unavailable` after a while. */
export async function readColumnsUntil(
  database: Pick<QuestdbHttp, 'sql'>,
  table: string,
  names: readonly string[],
): Promise<Map<string, Column>> {
  for (const deadline = Date.now() + APPLIED_WITHIN_MS; ; ) {
    const columns = await readColumns(database, table);
    if (names.every((name) => columns.has(name))) return columns;
    if (Date.now() > deadline) throw new MusterError('unavailable', `QuestDB has not applied the new columns of ${table} within 5 s`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
