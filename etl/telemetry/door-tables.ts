// The rows that came by doors in one cycle, table by table. They are written once all of them are known, each time, node and tags as one row that has
// the values of all: those of this cycle, and of what the table has already. The database by itself would let the last row replace the whole of the others.
import { doorOfBytes } from '../../core/common/door-epoch.ts';
import type { DecodedFrame, DeliveryContent } from '../../proto/batch-codec.ts';
import type { BatchAccount } from './batch-account.ts';
import type { Cycle } from './cycle.ts';
import { type CheckedFrame, meet, RowGroups, type StoredRow } from './row-groups.ts';
import type { SeriesEntry } from './series-cache.ts';
import type { TableChunk } from './table-chunk.ts';

/** What the tables have already. Of two ETLs that write one key within the same second, neither sees the other's row. */
export interface StoredRows {
  /** Rows that may have the times, nodes and tags of these. Waits for the database as long as it takes; throws `cancelled` at a stop. */
  find(rows: DoorTable): Promise<StoredRow | undefined>;
  /** Gives a batch that has its row in the ledger the counts that stand there: then it came once more, and met itself. */
  recall(accounts: readonly BatchAccount[]): Promise<void>;
}

/** Whether what is stored already is looked at before a batch is written. */
export function isDoorBatch({ epoch }: Pick<DeliveryContent, 'epoch'>): boolean {
  return doorOfBytes(epoch) !== undefined;
}

/** The rows of one batch that go to one table. */
export class DoorFrame {
  readonly from: CheckedFrame;
  /** Of the rows that are taken. */
  firstUs = Number.POSITIVE_INFINITY;
  lastUs = Number.NEGATIVE_INFINITY;
  #leftOut: Set<number> | undefined;

  constructor(from: CheckedFrame) {
    this.from = from;
  }

  /** The row was set aside. */
  leaveOut(row: number): void {
    this.#leftOut ??= new Set();
    this.#leftOut.add(row);
  }

  /** Made when it is asked for: where nothing is met, nobody asks. */
  get rows(): number[] {
    const { length } = this.from.frame.timeUs;
    if (this.#leftOut === undefined) return Array.from({ length }, (_, row) => row);
    const rows: number[] = [];
    for (let row = 0; row < length; row++) if (!this.#leftOut.has(row)) rows.push(row);
    return rows;
  }

  get isEmpty(): boolean {
    return this.firstUs > this.lastUs;
  }
}

/** Rows of one table. */
export class DoorTable {
  readonly table: string;
  readonly frames: DoorFrame[] = [];
  /** Some row lies between what came for its series before: it may meet one of this cycle, or one that is still on its way. */
  mayRepeat = false;
  /** The rows as they came, for the case that none meets another; not whole where they may repeat. */
  readonly lines: TableChunk[] = [];
  readonly #newChunk: (frame: DecodedFrame) => TableChunk;

  constructor(table: string, newChunk: (frame: DecodedFrame) => TableChunk) {
    this.table = table;
    this.#newChunk = newChunk;
  }

  begin(from: CheckedFrame): DoorFrame {
    const begun = new DoorFrame(from);
    this.frames.push(begun);
    return begun;
  }

  /** A row of the frame that was begun last. */
  add(timeUs: number, entry: SeriesEntry): void {
    const into = this.frames.at(-1) as DoorFrame;
    if (timeUs < into.firstUs) into.firstUs = timeUs;
    if (timeUs > into.lastUs) into.lastUs = timeUs;
    if (timeUs > entry.doorLastUs) {
      entry.doorLastUs = timeUs;
      if (timeUs < entry.doorFirstUs) entry.doorFirstUs = timeUs;
    } else if (timeUs < entry.doorFirstUs) entry.doorFirstUs = timeUs;
    else this.mayRepeat = true;
  }

  /** The chunk that the next line goes into. */
  chunkFor(frame: DecodedFrame): TableChunk {
    const last = this.lines.at(-1);
    if (last !== undefined && !last.full) return last;
    const chunk = this.#newChunk(frame);
    this.lines.push(chunk);
    return chunk;
  }
}

export class DoorTables {
  readonly #tables = new Map<string, DoorTable>();
  readonly #cycle: Cycle;

  constructor(cycle: Cycle) {
    this.#cycle = cycle;
  }

  tableOf({ measurement }: DecodedFrame): DoorTable {
    let rows = this.#tables.get(measurement);
    if (rows === undefined) {
      rows = new DoorTable(measurement, (frame) => this.#cycle.newChunk(frame));
      this.#tables.set(measurement, rows);
    }
    return rows;
  }

  /** Puts everything into the cycle's chunks. Without `stored` only what came together is united. */
  async write(stored: StoredRows | undefined): Promise<void> {
    const tables = [...this.#tables.values()].filter(({ frames }) => frames.some((frame) => !frame.isEmpty));
    const stores = await Promise.all(tables.map((rows) => stored?.find(rows)));
    for (const [i, rows] of tables.entries()) {
      const found = stores[i];
      if (found === undefined && !rows.mayRepeat) {
        this.#cycle.chunks.push(...rows.lines);
        continue;
      }
      for (const chunk of rows.lines) chunk.release();
      if (rows.mayRepeat) writeUnited(this.#cycle, rows, found);
      else writeApart(this.#cycle, rows, found as StoredRow);
    }
    const accounts = new Set([...this.#tables.values()].flatMap(({ frames }) => frames.map(({ from }) => from.account)));
    const met = [...accounts].filter(({ metRows }) => metRows > 0);
    if (met.length > 0) await stored?.recall(met);
  }
}

/** Rows that meet none of their cycle. */
function writeApart(cycle: Cycle, { frames }: DoorTable, stored: StoredRow): void {
  for (const { from, rows } of frames) {
    const { account, frame, plan, entries } = from;
    let chunk = cycle.chunkFor(frame);
    chunk.begin(account, frame);
    for (const row of rows) {
      const entry = entries[frame.seriesIndex[row]!] as SeriesEntry;
      const timeUs = frame.timeUs[row]!;
      const united = meet(from, row, stored(entry, timeUs));
      if (united === undefined) chunk.addSparse(plan, entry.prefix, frame, row);
      else chunk.addUnited(entry.prefix, timeUs, united, row);
      if (!chunk.full) continue;
      chunk = cycle.chunkFor(frame);
      chunk.begin(account, frame);
    }
  }
}

function writeUnited(cycle: Cycle, { frames }: DoorTable, stored: StoredRow | undefined): void {
  const groups = new RowGroups(stored);
  for (const { from, rows } of frames)
    for (const row of rows) groups.add(from, row, from.entries[from.frame.seriesIndex[row]!] as SeriesEntry);
  for (const { entry, timeUs, from, row, united } of groups) {
    const chunk = cycle.chunkFor(from.frame);
    chunk.begin(from.account, from.frame);
    if (united === undefined) chunk.addSparse(from.plan, entry.prefix, from.frame, row);
    else chunk.addUnited(entry.prefix, timeUs, united, row);
  }
}
