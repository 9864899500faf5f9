// Reads the ledger and counts the tables, grouped in SQL so that what comes over the wire follows nodes and holes, not rows.
import { setTimeout as delay } from 'node:timers/promises';
import { doorOf } from '../../../core/common/door-epoch.ts';
import type { DroppedSeqRange } from '../../../core/common/ledger.ts';
import type { SeqRange } from '../../../core/common/ledger-ranges.ts';
import { parseMicros } from '../query/query-columns.ts';
import { identifier, literal, type ReadDatabase, type TextRow } from '../query/read-database.ts';
import { epochKey } from './stream-backlog.ts';

/** The ledger's rows of one epoch of one node. */
export interface EpochSums {
  nodeId: string;
  epoch: string;
  first: number;
  last: number;
  /** Ledger rows, and different numbers among them. */
  rows: number;
  numbers: number;
  badRows: number;
  /** Rows in tables by this epoch's batches, each counted as if no other batch had the same. */
  storedRows: number;
  /** Of these, rows that met none of another batch. */
  ownRows: number;
  /** Batches of which nobody counted the rows that others had already: of agents, and of what came by a door to an older version. */
  uncompared: number;
  /** Of the oldest ledger row, Unix µs. */
  oldestUs: number;
}

/** What is stored of one epoch. */
export interface StoredNumbers {
  /** Runs without a hole, in order. */
  runs: SeqRange[];
  /** Numbers with a further ledger row, one entry a row. */
  repeated: SeqRange[];
}

export interface Scope {
  /** Only this node; empty means all. */
  nodeId: string;
  /** Only what is not older, Unix µs; 0 means all. */
  sinceUs: number;
}

const LEDGER = 'deliveries';
const OWN_TABLES = ['deliveries', 'drops', 'events', 'node_history'];
const EPOCHS_A_QUERY = 100;
const APPLY_POLL_MS = 50;

export class LedgerReader {
  readonly #database: Pick<ReadDatabase, 'rows'>;

  constructor(database: Pick<ReadDatabase, 'rows'>) {
    this.#database = database;
  }

  /** By `epochKey`. Empty before the first batch was stored. */
  async epochs(nodeId: string): Promise<Map<string, EpochSums>> {
    const sums =
      'min(seq), max(seq), count(), count_distinct(seq), sum(bad_rows), sum(rows - bad_rows - merged_rows), min(timestamp), count() - count(met_rows), sum(rows - bad_rows - merged_rows - coalesce(met_rows, 0))';
    const rows = await this.#ask(`select node_id, epoch, ${sums}`, { nodeId, sinceUs: 0 });
    return new Map(rows.map(toSums).map((sums) => [epochKey(sums.nodeId, sums.epoch), sums]));
  }

  /** The largest number of each epoch, by `epochKey`. */
  async lastNumbers(nodeId: string): Promise<Map<string, number>> {
    const rows = await this.#ask('select node_id, epoch, max(seq)', { nodeId, sinceUs: 0 });
    return new Map(rows.map(([node, epoch, last]) => [epochKey(node ?? '', epoch ?? ''), Number(last)]));
  }

  /** Rows that the ledger says are in the tables, by node id: at most, and at least, where rows that met others of another batch have none of their own. */
  async storedRows(scope: Scope, bound: 'most' | 'least' = 'most'): Promise<Map<string, number>> {
    const met = bound === 'least' ? ' - coalesce(met_rows, 0)' : '';
    const rows = await this.#ask(`select node_id, sum(rows - bad_rows - merged_rows${met})`, scope);
    return new Map(rows.map(([node, count]) => [node ?? '', Number(count)]));
  }

  /** At least so many, by node id, of what agents sent alone, and how many came by a door beside: those may be of any age, so that nobody knows the least. */
  async agentRows(scope: Scope): Promise<{ agents: Map<string, number>; doorRows: number }> {
    const agents = new Map<string, number>();
    let doorRows = 0;
    for (const [node, epoch, count] of await this.#ask(
      'select node_id, epoch, sum(rows - bad_rows - merged_rows - coalesce(met_rows, 0))',
      scope,
    )) {
      if (doorOf(epoch ?? '') !== undefined) doorRows += Number(count);
      else agents.set(node ?? '', (agents.get(node ?? '') ?? 0) + Number(count));
    }
    return { agents, doorRows };
  }

  /**
   * The runs of numbers that are stored. Where as many different numbers as the span has are there, that is the span; only the others
   * are looked at row by row, by a window over their numbers that tells where the next is not the one after.
   */
  async storedNumbers(epochs: Iterable<EpochSums>): Promise<Map<string, StoredNumbers>> {
    const stored = new Map<string, StoredNumbers>();
    const broken: EpochSums[] = [];
    for (const sums of epochs) {
      stored.set(epochKey(sums.nodeId, sums.epoch), { runs: [{ first: sums.first, last: sums.last }], repeated: [] });
      if (sums.numbers !== sums.last - sums.first + 1 || sums.rows !== sums.numbers) broken.push(sums);
    }
    for (let from = 0; from < broken.length; from += EPOCHS_A_QUERY) {
      const list = broken.slice(from, from + EPOCHS_A_QUERY).map((sums) => literal(sums.epoch));
      const rows = await this.#database.rows(
        `select node_id, epoch, before, seq from (select node_id, epoch, seq, lag(seq) over (partition by node_id, epoch order by seq) before
          from deliveries where epoch in (${list.join(', ')})) where seq - before != 1 order by node_id, epoch, seq`.replace(/\s+/g, ' '),
      );
      for (const [nodeId, epoch, before, seq] of rows) split(stored.get(epochKey(nodeId ?? '', epoch ?? '')), Number(before), Number(seq));
    }
    return stored;
  }

  /** By `epochKey`. */
  async drops(nodeId: string): Promise<Map<string, DroppedSeqRange[]>> {
    const drops = new Map<string, DroppedSeqRange[]>();
    if (!(await this.tables()).includes('drops')) return drops;
    const rows = await this.#database.rows(`select node_id, epoch, first_seq, last_seq, reason from drops${where({ nodeId, sinceUs: 0 })}`);
    for (const [node, epoch, first, last, reason] of rows) {
      const key = epochKey(node ?? '', epoch ?? '');
      const range = { first: Number(first), last: Number(last), reason: reason ?? '' };
      const known = drops.get(key);
      if (known === undefined) drops.set(key, [range]);
      else known.push(range);
    }
    return drops;
  }

  /** The tables of measurements: all that have a node_id and are not Muster's own. */
  async telemetryTables(): Promise<string[]> {
    const rows = await this.#database.rows("select table_name from information_schema.questdb_columns() where column_name = 'node_id'");
    const withNode = new Set(rows.map(([name]) => name));
    return (await this.tables()).filter((name) => withNode.has(name) && !OWN_TABLES.includes(name));
  }

  /** Rows by node id, over all the tables. */
  async countRows(tables: readonly string[], scope: Scope): Promise<Map<string, number>> {
    const counts = new Map<string, number>();
    for (const table of tables) {
      for (const [nodeId, count] of await this.#database.rows(`select node_id, count() from ${identifier(table)}${where(scope)}`)) {
        if (nodeId) counts.set(nodeId, (counts.get(nodeId) ?? 0) + Number(count));
      }
    }
    return counts;
  }

  /** Unix µs of the oldest row in any of the tables. */
  async oldestUs(tables: readonly string[]): Promise<number> {
    const wanted = new Set(tables);
    const rows = await this.#database.rows('select table_name, table_min_timestamp from tables()');
    const times = rows.flatMap(([name, oldest]) => (name && oldest && wanted.has(name) ? [parseMicros(oldest)] : []));
    return Math.min(Number.POSITIVE_INFINITY, ...times);
  }

  /** The longest time that the ledger keeps rows, µs; 0 where it keeps them for ever. */
  async timeToLiveUs(): Promise<number> {
    const [row] = await this.#database.rows(`select ttlValue, ttlUnit from tables() where table_name = '${LEDGER}'`);
    return ttlUs(row?.[0], row?.[1], LONGEST_HOURS);
  }

  /** The shortest time that one of these tables keeps rows, µs; infinite where each keeps them for ever. */
  async shortestTtlUs(tables: readonly string[]): Promise<number> {
    const wanted = new Set(tables);
    const rows = await this.#database.rows('select table_name, ttlValue, ttlUnit from tables()');
    const kept = rows.map(([name, value, unit]) => (wanted.has(name ?? '') ? ttlUs(value, unit, SHORTEST_HOURS) : 0));
    return Math.min(Number.POSITIVE_INFINITY, ...kept.filter((us) => us > 0));
  }

  /** Resolves when what the tables were given until now can be read; a suspended table is not waited for. Gives up at the deadline. */
  async untilApplied(tables: readonly string[], deadlineMs: number): Promise<void> {
    const wanted = new Set(tables);
    const state = 'select name, writerTxn, sequencerTxn, suspended from wal_tables()';
    const given = new Map((await this.#database.rows(state)).map(([name, , sequencer]) => [name, Number(sequencer)]));
    const isApplied = ([name, writer, , suspended]: TextRow): boolean =>
      !wanted.has(name ?? '') || suspended === 't' || Number(writer) >= (given.get(name ?? '') ?? 0);
    while (!(await this.#database.rows(state)).every(isApplied)) {
      if (Date.now() > deadlineMs) return;
      await delay(APPLY_POLL_MS);
    }
  }

  async #ask(select: string, scope: Scope): Promise<TextRow[]> {
    if (!(await this.tables()).includes(LEDGER)) return [];
    return this.#database.rows(`${select} from ${LEDGER}${where(scope)}`);
  }

  async tables(): Promise<string[]> {
    const rows = await this.#database.rows("select table_name from tables() where table_type = 'T' and table_name not like 'sys.%'");
    return rows.map(([name]) => name ?? '');
  }
}

/** Of a unit of QuestDB, whose months and years have no one length. */
const LONGEST_HOURS: Readonly<Record<string, number>> = { HOUR: 1, DAY: 24, WEEK: 168, MONTH: 744, YEAR: 8784 };
const SHORTEST_HOURS: Readonly<Record<string, number>> = { HOUR: 1, DAY: 24, WEEK: 168, MONTH: 672, YEAR: 8760 };

function ttlUs(value: string | null | undefined, unit: string | null | undefined, hours: Readonly<Record<string, number>>): number {
  return Number(value ?? 0) * (hours[unit ?? ''] ?? 0) * 3_600_000_000;
}

function where({ nodeId, sinceUs }: Scope): string {
  const conditions = [
    ...(nodeId === '' ? [] : [`node_id = ${literal(nodeId)}`]),
    ...(sinceUs === 0 ? [] : [`timestamp >= cast(${Math.round(sinceUs)} as timestamp)`]),
  ];
  return conditions.length === 0 ? '' : ` where ${conditions.join(' and ')}`;
}

function toSums([nodeId, epoch, first, last, rows, numbers, badRows, storedRows, oldest, uncompared, ownRows]: TextRow): EpochSums {
  return {
    nodeId: nodeId ?? '',
    epoch: epoch ?? '',
    first: Number(first),
    last: Number(last),
    rows: Number(rows),
    numbers: Number(numbers),
    badRows: Number(badRows),
    storedRows: Number(storedRows),
    oldestUs: parseMicros(oldest ?? ''),
    ownRows: Number(ownRows),
    uncompared: Number(uncompared),
  };
}

/** `before` and `seq` follow each other in the ledger: a hole lies between them, or they are the same number twice. */
function split(stored: StoredNumbers | undefined, before: number, seq: number): void {
  const last = stored?.runs.at(-1);
  if (stored === undefined || last === undefined) return;
  if (seq === before) {
    stored.repeated.push({ first: seq, last: seq });
    return;
  }
  stored.runs.push({ first: seq, last: last.last });
  last.last = before;
}
