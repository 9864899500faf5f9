// What became of one batch, from its decoding to its row in the ledger.
import type { DecodedBatch, DecodedFrame, DeliveryContent } from '../../proto/batch-codec.ts';

/** Why rows of a batch were set aside: how many, and the words of the first. */
export type SetAsideRows = Map<string, { rows: number; detail: string }>;

export interface BatchAccount {
  readonly delivery: DeliveryContent;
  /** The stream gave its message before: it may be stored already. */
  readonly again?: boolean;
  /** Absent where the bytes are no batch. */
  readonly batch?: DecodedBatch;
  /** Rows the batch had. */
  rows: number;
  /** Rows set aside, by us or by the database. */
  badRows: number;
  /** Rows that have no row of their own in the table: another row of the same batch has their time, node and tags. */
  mergedRows: number;
  /** Rows that met a row of another batch at their time, node and tags. Counted of what came by a door. */
  metRows: number;
  /** Rows of this import or push that lost a value to a later one of it. */
  replacedRows: number;
  /** Rows that gave another value to a row that was stored before. */
  overwrittenRows: number;
  /** Why the whole batch was set aside, or empty. */
  problem: string;
  readonly reasons: SetAsideRows;
  /** The rows of each frame that are not stored. */
  leftOut?: Map<DecodedFrame, Set<number>>;
}

/** This row of the batch is not stored. */
export function leaveOut(account: BatchAccount, frame: DecodedFrame, row: number): void {
  account.leftOut ??= new Map();
  const rows = account.leftOut.get(frame);
  if (rows === undefined) account.leftOut.set(frame, new Set([row]));
  else rows.add(row);
}

/** Of a batch that has just been read. */
export function newAccount(delivery: DeliveryContent, again: boolean): BatchAccount {
  const counts = { rows: 0, badRows: 0, mergedRows: 0, metRows: 0, replacedRows: 0, overwrittenRows: 0 };
  return { delivery, again, ...counts, problem: '', reasons: new Map() };
}

/** Counts rows that were set aside. */
export function noteAside({ reasons }: Pick<BatchAccount, 'reasons'>, reason: string, rows: number, detail: string): void {
  const known = reasons.get(reason);
  if (known === undefined) reasons.set(reason, { rows, detail });
  else known.rows += rows;
}
