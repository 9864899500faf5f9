// The rows that came by doors in one cycle, table by table. They are written once all of them are known, each time, node and tags as one row that has
// the values of all: those of this cycle, and of what the table has already. The database by itself would let the last row replace the whole of the others.
import { doorOf } from '../../core/common/door-epoch.ts';
import type { DeliveryContent } from '../../proto/batch-codec.ts';
import type { BatchAccount } from './batch-account.ts';
import type { Cycle } from './cycle.ts';
import { type CheckedFrame, RowGroups, type StoredRow } from './row-groups.ts';
import type { SeriesEntry } from './series-cache.ts';

/** What the tables have already. Of two ETLs that write one key within the same second, neither sees the other's row. */
export interface StoredRows {
  /** Rows that may have the times, nodes and tags of these. Waits for the database as long as it takes; throws `cancelled` at a stop. */
  find(rows: DoorTable): Promise<StoredRow | undefined>;
  /** Gives a batch that has its row in the ledger the counts that stand there: then it came once more, and met itself. */
  recall(accounts: readonly BatchAccount[]): Promise<void>;
}

/** Whether what is stored already is looked at before a batch is written. */
export function isDoorBatch({ epoch }: Pick<DeliveryContent, 'epoch'>): boolean {
  return doorOf(Buffer.from(epoch.buffer, epoch.byteOffset, Math.min(4, epoch.length)).toString('hex')) !== undefined;
}

/** Rows of one table. */
export class DoorTable {
  readonly table: string;
  readonly frames: { readonly from: CheckedFrame; readonly rows: number[]; readonly full: boolean[] }[] = [];
  firstUs = Number.POSITIVE_INFINITY;
  lastUs = Number.NEGATIVE_INFINITY;
  /** Some row is not newer than all that came for its series before: it may meet one of this cycle, or one that is still on its way. */
  mayRepeat = false;

  constructor(table: string) {
    this.table = table;
  }

  begin(from: CheckedFrame): void {
    this.frames.push({ from, rows: [], full: [] });
  }

  /** A row of the frame that was begun last; `full` says that none of its values is absent. */
  add(row: number, timeUs: number, entry: SeriesEntry, full: boolean): void {
    const frame = this.frames.at(-1) as DoorTable['frames'][number];
    frame.rows.push(row);
    frame.full.push(full);
    if (timeUs < this.firstUs) this.firstUs = timeUs;
    if (timeUs > this.lastUs) this.lastUs = timeUs;
    if (timeUs <= entry.doorUs) this.mayRepeat = true;
    else entry.doorUs = timeUs;
  }

  get isEmpty(): boolean {
    return this.frames.every(({ rows }) => rows.length === 0);
  }
}

export class DoorTables {
  readonly #tables = new Map<string, DoorTable>();

  /** Where the rows of a frame go. */
  begin(from: CheckedFrame): DoorTable {
    const { table } = from.plan;
    let rows = this.#tables.get(table);
    if (rows === undefined) {
      rows = new DoorTable(table);
      this.#tables.set(table, rows);
    }
    rows.begin(from);
    return rows;
  }

  /** Puts everything into the cycle's chunks. Without `stored` only what came together is united. */
  async write(cycle: Cycle, stored: StoredRows | undefined): Promise<void> {
    const tables = [...this.#tables.values()].filter((rows) => !rows.isEmpty);
    const stores = await Promise.all(tables.map((rows) => stored?.find(rows)));
    for (const [i, rows] of tables.entries()) {
      const found = stores[i];
      if (found === undefined && !rows.mayRepeat) writePlain(cycle, rows);
      else writeUnited(cycle, rows, found);
    }
    const accounts = new Set([...this.#tables.values()].flatMap(({ frames }) => frames.map(({ from }) => from.account)));
    const met = [...accounts].filter(({ metRows }) => metRows > 0);
    if (met.length > 0) await stored?.recall(met);
  }
}

function writePlain(cycle: Cycle, { frames }: DoorTable): void {
  for (const { from, rows, full } of frames) {
    const { account, frame, plan, entries } = from;
    let chunk = cycle.chunkFor(frame);
    chunk.begin(account, frame);
    for (const [i, row] of rows.entries()) {
      const { prefix } = entries[frame.seriesIndex[row] as number] as SeriesEntry;
      if (full[i]) chunk.addFull(plan, prefix, frame, row);
      else chunk.addSparse(plan, prefix, frame, row);
      if (!chunk.full) continue;
      chunk = cycle.chunkFor(frame);
      chunk.begin(account, frame);
    }
  }
}

function writeUnited(cycle: Cycle, { frames }: DoorTable, stored: StoredRow | undefined): void {
  const groups = new RowGroups(stored);
  for (const { from, rows } of frames)
    for (const row of rows) groups.add(from, row, from.entries[from.frame.seriesIndex[row] as number] as SeriesEntry);
  for (const { entry, timeUs, from, row, united } of groups) {
    const chunk = cycle.chunkFor(from.frame);
    chunk.begin(from.account, from.frame);
    if (united === undefined) chunk.addSparse(from.plan, entry.prefix, from.frame, row);
    else chunk.addUnited(entry.prefix, timeUs, united, row);
  }
}
