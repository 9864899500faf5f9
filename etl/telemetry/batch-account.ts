// What became of one batch, from its decoding to its row in the ledger.
import type { DecodedBatch, DeliveryContent } from '../../proto/batch-codec.ts';

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
  /** Rows that a later row with the same key in the same batch replaced. */
  mergedRows: number;
  /** Why the whole batch was set aside, or empty. */
  problem: string;
}
