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

/** Batches of one epoch that wait to be sent. */
export interface SpoolLane {
  /** At most `limit` batches from number `seq` on, in order. */
  read(seq: number, limit: number): SpooledBatch[];
  /** Everything up to this number is stored elsewhere: it may go. Numbers that were never given are refused with `invalid_argument`. */
  ackUpTo(seq: number): void;
  /** Takes a batch out of the way of the others for good and accounts for it as dropped. Nothing happens where it is not held. */
  setAside(seq: number, reason: string): void;
  status(): SpoolStatus;
}

export interface Spool extends SpoolLane {
  /**
   * Numbers, encodes and keeps the rows, in one transaction; in several batches where one would be too large. Drops the oldest batches
   * where the limit asks for it and returns what was dropped. An input without content makes no batch.
   */
  append(input: BatchInput): readonly DroppedRange[];
  /** Earlier epochs that still hold something, oldest first: they are sent behind the newest batches, with the numbers they have. */
  readonly backlog?: readonly SpoolLane[];
  /** Begins a new epoch for new batches where more than so many rows wait, so that the present need not stand in line. True where it did. */
  beginPresent?(rows: number): boolean;
  /** The numbers of this epoch were used before by another life of this machine: what is held gets new ones, in a new epoch. */
  renumber?(): void;
  /** Called when there are batches that nobody appended: those that got new numbers. */
  onGrown?: () => void;
  /** The largest batch, encoded, that the gateway takes; what is made from now on keeps to it. */
  limitBatch?(bytes: number): void;
  statistics?(): SpoolStatistics;
  /** May be called twice. */
  close(): void;
}

/** What a spool holds in all epochs, and what became of the rest since the agent started. */
export interface SpoolStatistics {
  batches: number;
  bytes: number;
  rows: number;
  /** When the oldest batch held was made, Unix microseconds; 0 where there is none. */
  oldestUs: number;
  drops: readonly DropCount[];
  /** Batches refused for good that are kept for a look at them. */
  setAside: number;
}

export interface DropCount {
  reason: string;
  batches: number;
  rows: number;
}

export interface SpoolLimits {
  /** Encoded bytes held at most; the newest batch stays in any case. */
  maxBytes: number;
  /** Rows held at most. */
  maxRows: number;
  /** Batches made longer ago than this are dropped; 0 or absent for no limit. */
  maxAgeMs?: number;
  /** Encoded bytes of a batch; absent for the contract's. */
  maxBatchBytes?: number;
}

/** Beyond a limit this share of it is freed at once, so that a full spool does not drop with each batch. */
export const FREE_SHARE = 1 / 64;

/** Why batches were dropped: reasons of `Dropped` in the ledger. */
export const SPOOL_LIMIT = 'spool_limit';
export const SPOOL_AGE = 'spool_age';
export const SPOOL_CORRUPT = 'spool_corrupt';
export const GIVEN_UP = 'given_up';
/** Somebody threw them away with `spool clear`. */
export const CLEARED = 'cleared';
