// Which tables and views there are and what columns they have, kept for a few seconds: completion asks often.
import type { Measurement } from '../../../proto/gen/messages.ts';
import type { ReadDatabase } from './read-database.ts';

const KEPT_MS = 5000;
const TABLES =
  "select table_name, table_type from tables() where table_name not like 'sys.%' and table_name not in ('telemetry', 'telemetry_config')";
const COLUMNS = 'select table_name, column_name, data_type from information_schema.questdb_columns() order by table_name, ordinal_position';

export class MeasurementCatalog {
  readonly #database: ReadDatabase;
  readonly #now: () => number;
  #kept: { atMs: number; answer: Promise<Measurement[]> } | undefined;

  constructor(database: ReadDatabase, now: () => number) {
    this.#database = database;
    this.#now = now;
  }

  /** By name. Callers that ask at the same time share one answer; a failed one is not kept. */
  list(): Promise<Measurement[]> {
    const kept = this.#kept;
    if (kept !== undefined && this.#now() - kept.atMs < KEPT_MS) return kept.answer;
    const answer = this.#read();
    const entry = { atMs: this.#now(), answer };
    this.#kept = entry;
    answer.catch(() => {
      if (this.#kept === entry) this.#kept = undefined;
    });
    return answer;
  }

  async #read(): Promise<Measurement[]> {
    const [tables, columns] = await Promise.all([this.#database.rows(TABLES), this.#database.rows(COLUMNS)]);
    const byName = new Map<string, Measurement>();
    for (const [name = '', type] of tables) {
      // Roll-ups are views too, though materialized.
      if (name !== null) byName.set(name, { name, columns: [], view: type !== 'T' });
    }
    for (const [table, name, type] of columns) {
      // In Muster's tables the symbols are what names a series; fields are doubles and varchars.
      byName.get(table ?? '')?.columns.push({ name: name ?? '', type: (type ?? '').toLowerCase(), tag: type === 'SYMBOL' });
    }
    return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}
