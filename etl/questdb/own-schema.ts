// Makes Muster's own tables and their missing columns and keys, and says what is wrong with one that cannot be put right from here.
import { MusterError } from '../../core/common/muster-error.ts';
import type { Component } from '../../core/node/lifecycle.ts';
import type { EtlEvents } from '../events.ts';
import { createOwnTable, NODES_VIEW, type OwnTable, ownTables } from './own-tables.ts';
import type { QuestdbHttp } from './questdb-http.ts';
import { untilDone } from './retry.ts';
import { readColumnsUntil } from './table-columns.ts';
import type { WriteProblems } from './write-problems.ts';

export interface OwnSchemaParts {
  database: Pick<QuestdbHttp, 'sql' | 'renewWrites'>;
  problems: WriteProblems;
  events: Pick<EtlEvents, 'retried' | 'schemaChanged' | 'schemaFailed'>;
  signal: AbortSignal;
}

/**
 * How often each is looked at: somebody may have put one right, or dropped a column. The database takes rows with a column that was dropped since over
 * connections that are open (9.3.4), and leaves its values away.
 */
const LOOK_MS = 10_000;

export class OwnSchema implements Component {
  readonly name = 'own tables';
  readonly #parts: OwnSchemaParts;
  readonly #tables: ReadonlyMap<string, OwnTable>;
  readonly #broken = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #looking = false;
  /** Of the columns that its table has. */
  #viewIsMade = false;
  /** One change of a table at a time. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(parts: OwnSchemaParts, ttlDays: number) {
    this.#parts = parts;
    this.#tables = new Map(ownTables(ttlDays).map((table) => [table.name, table]));
  }

  /** Resolves when the database has answered for each table: what is wrong with one stands in the status, and does not keep the others from being used. */
  async start(): Promise<void> {
    for (const table of this.#tables.keys()) await this.#look(table);
    this.#timer = setInterval(() => this.#lookAgain(), LOOK_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#turn.catch(() => undefined);
  }

  #lookAgain(): void {
    if (this.#looking) return;
    this.#looking = true;
    Promise.all([...this.#tables.keys()].map((table) => this.#look(table)))
      // Only a stop ends it.
      .catch(() => undefined)
      .finally(() => {
        this.#looking = false;
      });
  }

  /** Makes what the table lacks. Returns what is wrong with it and has to be put right by somebody, with what to do. Throws what passes. */
  repair(name: string): Promise<string | undefined> {
    const repaired = this.#turn.catch(() => undefined).then(() => this.#repair(this.#tables.get(name) as OwnTable));
    this.#turn = repaired;
    return repaired;
  }

  async #look(table: string): Promise<void> {
    const { events, problems, signal } = this.#parts;
    const failed = (error: Error): void => {
      events.retried(`own table ${table}`, error);
      problems.failed(table, error.message);
    };
    await untilDone(() => this.repair(table), failed, signal);
  }

  async #repair(table: OwnTable): Promise<string | undefined> {
    const { events, problems } = this.#parts;
    const wrong = await this.#ensure(table).catch((error: unknown) => {
      if (!(error instanceof MusterError) || error.retryable) throw error;
      return error.message;
    });
    if (wrong === undefined) {
      this.#broken.delete(table.name);
      problems.mended(table.name);
      return undefined;
    }
    if (!this.#broken.has(table.name)) events.schemaFailed(table.name, new MusterError('failed_precondition', wrong));
    this.#broken.add(table.name);
    problems.broken(table.name, wrong);
    return wrong;
  }

  async #ensure(table: OwnTable): Promise<string | undefined> {
    const { database } = this.#parts;
    const { name } = table;
    const [found] = await database.sql(`SELECT table_type, walEnabled, designatedTimestamp FROM tables() WHERE table_name = '${name}'`);
    if (found === undefined) {
      await this.#change(name, createOwnTable(table));
    } else {
      const [kind, wal, designated] = found;
      if (kind !== 'T') return `${name} is a view, and a table is needed: drop it, or make it anew under another name`;
      if (wal !== true) return otherwise(name, 'is no WAL table');
      if (designated !== 'timestamp')
        return otherwise(name, `has the designated timestamp ${designated || 'none'}, and "timestamp" is needed`);
    }
    let columns = await readColumnsUntil(database, name, ['timestamp']);
    const wanted = Object.entries(table.columns);
    for (const [column, type] of wanted) {
      const has = columns.get(column)?.type;
      if (has !== undefined && !serves(has, type)) return otherwise(name, `has ${column} as ${has}, and ${typeName(type)} is needed`);
    }
    const missing = wanted.filter(([column]) => !columns.has(column));
    for (const [column, type] of missing) await this.#change(name, `ALTER TABLE ${name} ADD COLUMN IF NOT EXISTS ${column} ${type}`);
    if (missing.length > 0) columns = await readColumnsUntil(database, name, Object.keys(table.columns));
    const keys = [...columns].filter(([, { dedupKey }]) => dedupKey).map(([column]) => column);
    if (keys.sort().join() !== [...table.keys].sort().join()) {
      await this.#change(name, `ALTER TABLE ${name} DEDUP ENABLE UPSERT KEYS(${table.keys.join(', ')})`);
    }
    if (name === 'node_history' && !this.#viewIsMade) {
      await database.sql(NODES_VIEW);
      this.#viewIsMade = true;
    }
    return undefined;
  }

  async #change(table: string, statement: string): Promise<void> {
    const { database, events } = this.#parts;
    await database.sql(statement);
    if (table === 'node_history') this.#viewIsMade = false;
    database.renewWrites();
    events.schemaChanged(table, statement);
  }
}

/** A table that somebody else made, or that was changed past repair. */
function otherwise(table: string, what: string): string {
  return `${table} ${what}: rename it (RENAME TABLE ${table} TO ${table}_old), and it is made as it must be within seconds`;
}

function typeName(type: string): string {
  return type.split(' ')[0] as string;
}

/** Types that take the same values. */
const SERVES: Readonly<Record<string, readonly string[]>> = { VARCHAR: ['STRING'], SYMBOL: ['VARCHAR', 'STRING'] };

function serves(has: string, wanted: string): boolean {
  const type = typeName(wanted);
  return has === type || (SERVES[type] ?? []).includes(has);
}
