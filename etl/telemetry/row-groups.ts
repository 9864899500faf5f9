// Rows of the same time, node and tags, found among many: each group becomes one row of the table.
import type { DecodedFrame } from '../../proto/batch-codec.ts';
import type { BatchAccount } from './batch-account.ts';
import { covers, differs, type RowValues, unite, valuesOfRow } from './row-values.ts';
import type { SeriesEntry } from './series-cache.ts';
import type { TablePlan } from './table-plan.ts';

/** A frame whose rows were checked. */
export interface CheckedFrame {
  readonly account: BatchAccount;
  readonly frame: DecodedFrame;
  readonly plan: TablePlan;
  /** Of each series; undefined for those that were not taken. */
  readonly entries: readonly (SeriesEntry | undefined)[];
}

/** A row that the database has; whoever asks may change it. */
export type StoredRow = (entry: SeriesEntry, timeUs: number) => RowValues | undefined;

/** All rows of one time, node and tags. */
export interface RowGroup {
  readonly entry: SeriesEntry;
  readonly timeUs: number;
  /** Where the last of them came from. */
  from: CheckedFrame;
  row: number;
  /** Set where it has values of more than one row. */
  united: RowValues | undefined;
}

export class RowGroups {
  readonly #stored: StoredRow;
  readonly #groups = new Map<SeriesEntry, Map<number, RowGroup>>();

  constructor(stored: StoredRow = () => undefined) {
    this.#stored = stored;
  }

  /** Puts a row into its group and counts in its batch's account whom it met. In the order in which the rows came. */
  add(from: CheckedFrame, row: number, entry: SeriesEntry): void {
    const timeUs = from.frame.timeUs[row]!;
    let times = this.#groups.get(entry);
    if (times === undefined) {
      times = new Map();
      this.#groups.set(entry, times);
    }
    const group = times.get(timeUs);
    if (group === undefined) times.set(timeUs, this.#begin(from, row, entry, timeUs));
    else join(group, from, row);
  }

  *[Symbol.iterator](): Generator<RowGroup> {
    for (const times of this.#groups.values()) yield* times.values();
  }

  #begin(from: CheckedFrame, row: number, entry: SeriesEntry, timeUs: number): RowGroup {
    return { entry, timeUs, from, row, united: meet(from, row, this.#stored(entry, timeUs)) };
  }
}

/** Counts in the batch's account that a row met a stored one; undefined where it is written as it came, as it has all that the stored one has. */
export function meet(from: CheckedFrame, row: number, stored: RowValues | undefined): RowValues | undefined {
  if (stored === undefined) return undefined;
  const own = valuesOfRow(from.frame, row);
  from.account.metRows++;
  if (differs(stored, own)) from.account.overwrittenRows++;
  if (covers(own, stored)) return undefined;
  unite(stored, own);
  return stored;
}

function join(group: RowGroup, from: CheckedFrame, row: number): void {
  const { account } = from;
  const before = group.from.account;
  group.united ??= valuesOfRow(group.from.frame, group.row);
  const changed = unite(group.united, valuesOfRow(from.frame, row));
  if (before === account) account.mergedRows++;
  else account.metRows++;
  if (changed) {
    if (before === account || sameEpoch(before, account)) account.replacedRows++;
    else account.overwrittenRows++;
  }
  group.from = from;
  group.row = row;
}

function sameEpoch(a: BatchAccount, b: BatchAccount): boolean {
  return Buffer.compare(a.delivery.epoch, b.delivery.epoch) === 0;
}
