// What QuestDB says of telemetry tables and of their roll-ups.
import { isOwnTable } from '../../core/common/measurement-names.ts';
import { parseRollUpView, type RollUp } from '../../core/common/tier-names.ts';
import type { QuestdbHttp } from '../questdb/questdb-http.ts';

export interface TableFacts {
  name: string;
  /** `DAY`, `WEEK`, … */
  partitionBy: string;
  /** 0 for none. */
  ttlValue: number;
  ttlUnit: string;
  /** Of the oldest and newest row, Unix µs; undefined where there is none. */
  minUs: number | undefined;
  maxUs: number | undefined;
}

export interface ViewFacts extends TableFacts {
  generation: number;
  /** The table or view that it is computed from. */
  base: string;
  valid: boolean;
  /** Nothing refreshes it. */
  manual: boolean;
}

type Database = Pick<QuestdbHttp, 'sql'>;

const FACTS =
  'SELECT table_name, table_type, partitionBy, ttlValue, ttlUnit, cast(table_min_timestamp AS long), cast(table_max_timestamp AS long) FROM tables()';

/** The telemetry tables by name: all with the column node_id that are not Muster's own. */
export async function readTables(database: Database): Promise<Map<string, TableFacts>> {
  const rows = await database.sql(`${FACTS} WHERE table_type = 'T' AND table_name NOT LIKE 'sys.%'`);
  const withNode = new Set(
    (await database.sql("SELECT table_name FROM information_schema.questdb_columns() WHERE column_name = 'node_id'")).map(([name]) => name),
  );
  const tables = rows.map(toFacts).filter(({ name }) => withNode.has(name) && !isOwnTable(name));
  return new Map(tables.map((table) => [table.name, table]));
}

/** The views of one tier of a table, oldest generation first. */
export async function readViews(database: Database, table: string, tier: RollUp): Promise<ViewFacts[]> {
  const facts = new Map((await database.sql(`${FACTS} WHERE table_type = 'M'`)).map(toFacts).map((view) => [view.name, view]));
  const rows = await database.sql('SELECT view_name, base_table_name, view_status, refresh_type FROM materialized_views()');
  return rows
    .flatMap(([viewName, base, status, refresh]) => {
      const name = parseRollUpView(String(viewName));
      const view = facts.get(String(viewName));
      if (view === undefined || name === undefined || name.table !== table || name.tier !== tier) return [];
      return [{ ...view, generation: name.generation, base: String(base), valid: status !== 'invalid', manual: refresh === 'manual' }];
    })
    .sort((a, b) => a.generation - b.generation);
}

function toFacts([name, , partitionBy, ttlValue, ttlUnit, minUs, maxUs]: unknown[]): TableFacts {
  const time = (value: unknown): number | undefined => (value === null || value === undefined ? undefined : Number(value));
  return {
    ...{ name: String(name), partitionBy: String(partitionBy), ttlValue: Number(ttlValue ?? 0), ttlUnit: String(ttlUnit ?? '') },
    ...{ minUs: time(minUs), maxUs: time(maxUs) },
  };
}
