// Reads the rows that a table has at the times, nodes and tags of rows about to be written: the database's upsert replaces whole rows, so whoever wants
// to keep their other values has to know them. For what comes by doors; agents never write a row twice.
import { setTimeout as sleep } from 'node:timers/promises';
import { MusterError } from '../../core/common/muster-error.ts';
import { NOT_COMPARED } from '../../core/common/row-account.ts';
import { type BatchAccount, noteAside } from '../telemetry/batch-account.ts';
import type { DoorTable, StoredRows } from '../telemetry/door-tables.ts';
import type { StoredRow } from '../telemetry/row-groups.ts';
import type { RowValues } from '../telemetry/row-values.ts';
import { type SeriesEntry, storedPrefix } from '../telemetry/series-cache.ts';
import type { QuestdbHttp } from './questdb-http.ts';
import { untilDone } from './retry.ts';
import { keysOf, type RowKeys, splitKeys, wantedOf, whereKeys } from './row-keys.ts';

export interface StoredRowReaderOptions {
  database: QuestdbHttp;
  /** Resolves when what is being written now is stored. */
  written(): Promise<void>;
  events: { retried(what: string, error: Error): void };
  signal: AbortSignal;
  /** Default 10 s. */
  applyWaitMs?: number;
}

/** Of one answer; where there are more rows, the keys are asked for in parts. */
const ANSWER_ROWS = 50_000;
const ANSWER_CELLS = 1_000_000;
/** So many columns a table has at most; one that was never read is taken for such. */
const MOST_COLUMNS = 1000;
const APPLY_POLL_MS = 20;
/** How long a table may take to apply what it was given: what waits here holds up the rows of all others. One that is further behind is read as it is. */
const APPLY_WAIT_MS = 10_000;
/** Tables that are known to be applied as far as others than this process wrote them. */
const MAX_TABLES = 10_000;
const DAY_US = 86_400_000_000;

/** By the beginning of a line and Unix µs. Values are made of a row when it is asked for: most are not. */
type Times = Map<number, () => RowValues>;
type Found = Map<string, Times>;

export class StoredRowReader implements StoredRows {
  readonly #options: StoredRowReaderOptions;
  readonly #applied = new Set<string>();
  /** Of each table that was read. */
  readonly #columns = new Map<string, number>();

  constructor(options: StoredRowReaderOptions) {
    this.#options = options;
  }

  find(rows: DoorTable): Promise<StoredRow | undefined> {
    return this.#retrying(async () => {
      const { table, mayRepeat } = rows;
      if (mayRepeat) await this.#options.written();
      if ((mayRepeat || !this.#applied.has(table)) && !(await this.#untilApplied(table))) noteNotCompared(rows);
      if (this.#applied.size >= MAX_TABLES) this.#applied.clear();
      this.#applied.add(table);
      const found: Found = new Map();
      for (const keys of keysOf(rows)) await this.#read(table, keys, found);
      return found.size === 0 ? undefined : lookUp(found);
    });
  }

  async recall(accounts: readonly BatchAccount[]): Promise<void> {
    const epochs = [...new Set(accounts.map(({ delivery }) => hex(delivery.epoch)))];
    // Its row has the time at which it was made, or the day of its receipt.
    const times = accounts.flatMap(({ batch, delivery: { receivedUs } }) => [
      ...[batch?.createdUs ?? receivedUs, receivedUs],
      receivedUs - (receivedUs % DAY_US),
    ]);
    const [from, to] = [Math.min(...times), Math.max(...times)].map((us) => `cast(${Math.round(us)} as timestamp)`);
    const statement =
      'select node_id, epoch, seq, bad_rows, merged_rows, met_rows, replaced_rows, overwritten_rows from deliveries ' +
      `where timestamp between ${from} and ${to} and epoch in (${epochs.map((epoch) => `'${epoch}'`).join(', ')})`;
    // A ledger that is not there, or has not these columns yet, knows no batch.
    const { rows } = await this.#retrying(() => unlessRefused(this.#options.database.table(statement)));
    const known = new Map(rows.map(([node, epoch, seq, ...counts]) => [`${node} ${epoch} ${seq}`, counts.map(Number)]));
    for (const account of accounts) {
      const { nodeId, epoch, seq } = account.delivery;
      const counts = known.get(`${nodeId} ${hex(epoch)} ${seq}`);
      if (counts === undefined) continue;
      const [, mergedRows = 0, metRows = 0, replacedRows = 0, overwrittenRows = 0] = counts;
      Object.assign(account, { mergedRows, metRows, replacedRows, overwrittenRows });
    }
  }

  async #read(table: string, keys: RowKeys, into: Found): Promise<void> {
    const where = whereKeys(keys);
    const limit = this.#answerRows(table);
    // A table that is not there, or not as it was, has no rows: what is refused is told when they are written.
    const answer = await unlessRefused(this.#options.database.table(`select * from "${table}" where ${where} limit ${limit + 1}`));
    if (answer.columns.length === 0) return;
    if (this.#columns.size >= MAX_TABLES) this.#columns.clear();
    this.#columns.set(table, answer.columns.length);
    const isCut = answer.rows.length > limit;
    // It was not known how wide the table is.
    if (isCut && this.#answerRows(table) > limit) return this.#read(table, keys, into);
    const parts = isCut ? splitKeys(keys) : undefined;
    if (parts === undefined) return collect(table, answer, keys, into);
    for (const part of parts) await this.#read(table, part, into);
  }

  #answerRows(table: string): number {
    return Math.min(ANSWER_ROWS, Math.floor(ANSWER_CELLS / (this.#columns.get(table) ?? MOST_COLUMNS)));
  }

  /** A write is acknowledged before it can be read. A suspended table is not waited for. False where the table is behind. */
  async #untilApplied(table: string): Promise<boolean> {
    const { applyWaitMs = APPLY_WAIT_MS, signal } = this.#options;
    const state = `select writerTxn, sequencerTxn, suspended from wal_tables() where name = '${table}'`;
    let given: number | undefined;
    for (const deadlineMs = Date.now() + applyWaitMs; ; await sleep(APPLY_POLL_MS)) {
      const [row] = await this.#options.database.sql(state);
      if (row === undefined) return true;
      const [applied, sequencer, suspended] = row;
      given ??= Number(sequencer);
      if (Number(applied) >= given) return true;
      if (suspended === true || signal.aborted || Date.now() > deadlineMs) return false;
    }
  }

  #retrying<T>(attempt: () => Promise<T>): Promise<T> {
    return untilDone(attempt, (error) => this.#options.events.retried('rows that are stored already', error), this.#options.signal);
  }
}

type Answer = Awaited<ReturnType<QuestdbHttp['table']>>;

function unlessRefused(answer: Promise<Answer>): Promise<Answer> {
  return answer.catch((error: unknown) => {
    if (error instanceof MusterError && error.code === 'failed_precondition') return { columns: [], rows: [] };
    throw error;
  });
}

/** Not a reason to set rows aside: they are stored, and may have replaced fields that nobody saw. */
function noteNotCompared({ frames, table }: DoorTable): void {
  for (const { from, rows } of frames)
    noteAside(from.account, NOT_COMPARED, rows.length, `the table ${table} was behind with what it was given`);
}

function lookUp(found: Found): StoredRow {
  const byEntry = new Map<SeriesEntry, ReturnType<Found['get']>>();
  return (entry, timeUs) => {
    let times = byEntry.get(entry);
    if (times === undefined && !byEntry.has(entry)) {
      times = found.get(entry.prefix.toString());
      byEntry.set(entry, times);
    }
    return times?.get(timeUs)?.();
  };
}

function collect(table: string, { columns, rows }: Answer, keys: RowKeys, into: Found): void {
  const at = (name: string): number => columns.findIndex((column) => column.name === name);
  const of = (type: string): Place[] =>
    columns.flatMap((column, i) => (column.type === type && column.name !== 'node_id' ? [{ name: column.name, i }] : []));
  const [time, node] = [at('timestamp'), at('node_id')];
  const tags = of('SYMBOL').sort((a, b) => (a.name < b.name ? -1 : 1));
  const [numbers, texts] = [of('DOUBLE'), of('VARCHAR')];
  const isWanted = wantedOf(keys);
  const known = new Map<string, Times>();
  for (const row of rows) {
    const nodeId = row[node];
    const timeUs = microsOf(String(row[time]));
    if (typeof nodeId !== 'string' || !isWanted(nodeId, timeUs)) continue;
    // No symbol of ours has a NUL in it.
    let series = nodeId;
    for (const { i } of tags) series += `\0${row[i] ?? '\0'}`;
    let times = known.get(series);
    if (times === undefined) {
      times = timesOf(
        into,
        storedPrefix(
          table,
          nodeId,
          tags.map(({ name, i }) => [name, row[i] as string | null]),
        ),
      );
      known.set(series, times);
    }
    times.set(timeUs, () => valuesOf(row, numbers, texts));
  }
}

function timesOf(found: Found, prefix: string): Times {
  let times = found.get(prefix);
  if (times === undefined) {
    times = new Map();
    found.set(prefix, times);
  }
  return times;
}

type Place = { name: string; i: number };

function valuesOf(row: readonly unknown[], numbers: readonly Place[], texts: readonly Place[]): RowValues {
  const values: RowValues = { fields: new Map(), texts: new Map() };
  for (const { name, i } of numbers) {
    const value = row[i];
    if (typeof value === 'number') values.fields.set(name, value);
  }
  for (const { name, i } of texts) {
    const text = row[i];
    if (typeof text === 'string') values.texts.set(name, text);
  }
  return values;
}

/** Of `2026-12-01T00:00:00.123456Z`. */
function microsOf(text: string): number {
  return Date.parse(`${text.slice(0, 19)}Z`) * 1000 + Number(text.slice(20, 26));
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
