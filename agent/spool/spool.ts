// What a spool promises: batches are numbered without holes, kept until acknowledged, and what is dropped is accounted for.
import type { DroppedRange, FleetEvent, FrameColumns } from '../../core/common/frame.ts';

/** What goes into a batch, before it has a number. */
export interface BatchInput {
  createdUs: number;
  frames: readonly FrameColumns[];
  events: readonly FleetEvent[];
}

export interface SpooledBatch {
  seq: number;
  rows: number;
  /** An encoded `muster.v1.Batch`. */
  bytes: Buffer;
}

export interface SpoolStatus {
  epoch: Uint8Array;
  /** Oldest number held; `nextSeq` where it is empty. */
  oldestSeq: number;
  nextSeq: number;
  batches: number;
  bytes: number;
  rows: number;
  /** Rows of all batches of this epoch that were ever committed. */
  rowsCommitted: number;
  /** Is what is here still here after a power cut? */
  durable: boolean;
  /** Why it is not durable; else empty. */
  problem: string;
}

export interface Spool {
  /**
   * Numbers, encodes and keeps the rows, in one transaction; in several batches where one would be too large. Drops the oldest batches
   * where the limit asks for it and returns what was dropped. An input without content makes no batch.
   */
  append(input: BatchInput): readonly DroppedRange[];
  /** At most `limit` batches from number `seq` on, in order. */
  read(seq: number, limit: number): SpooledBatch[];
  /** Everything up to this number is stored elsewhere: it may go. Numbers that were never given are refused with `invalid_argument`. */
  ackUpTo(seq: number): void;
  /** Takes a batch out of the way of the others for good and accounts for it as dropped. Nothing happens where it is not held. */
  setAside(seq: number, reason: string): void;
  status(): SpoolStatus;
  /** May be called twice. */
  close(): void;
}

export interface SpoolLimits {
  /** Encoded bytes held at most; the newest batch stays in any case. */
  maxBytes: number;
  /** Rows held at most. */
  maxRows: number;
}

/** Beyond a limit this share of it is freed at once, so that a full spool does not drop with each batch. */
export const FREE_SHARE = 1 / 64;

export const SPOOL_LIMIT = 'spool_limit';
