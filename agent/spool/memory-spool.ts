// A spool in memory: for a host whose state folder cannot be written, and for simulated nodes that need not survive.
import { randomBytes } from 'node:crypto';
import type { DroppedRange } from '../../core/common/frame.ts';
import { MusterError } from '../../core/common/muster-error.ts';
import { encodeBatch } from '../../proto/batch-codec.ts';
import { batchLimits, MAX_TOLD_DROPS, rowsOf, splitInput } from './split.ts';
import { type BatchInput, FREE_SHARE, SPOOL_LIMIT, type Spool, type SpooledBatch, type SpoolLimits, type SpoolStatus } from './spool.ts';

export interface KeptBatch extends SpooledBatch {
  createdUs: number;
}

/** A drop, and who tells of it. */
export interface Carried extends DroppedRange {
  /** The batch that tells of it; undefined while none does. */
  carrier: number | undefined;
}

export class MemorySpool implements Spool {
  readonly epoch: Uint8Array;
  readonly #limits: SpoolLimits;
  readonly #problem: string;
  #batches: KeptBatch[] = [];
  #dropped: Carried[] = [];
  #nextSeq = 1;
  #bytes = 0;
  #rows = 0;
  #rowsCommitted = 0;

  /** `problem` says why the batches are not on disk. */
  constructor(limits: SpoolLimits, problem: string, epoch: Uint8Array = randomBytes(16)) {
    this.#limits = limits;
    this.#problem = problem;
    this.epoch = epoch;
  }

  /** Drops that batches held here tell of. */
  get carried(): readonly Carried[] {
    return this.#dropped.filter((range) => range.carrier !== undefined);
  }

  /** True while no batch tells of something that was dropped. */
  get hasUntold(): boolean {
    return this.#dropped.some((range) => range.carrier === undefined);
  }

  /** The next batch tells of these drops, of whatever epoch. */
  tell(ranges: readonly DroppedRange[]): void {
    for (const range of ranges) this.#dropped.push({ ...range, carrier: undefined });
  }

  /** Hands the drops that no batch tells of over to `teller`. */
  handOver(teller: { tell(ranges: readonly DroppedRange[]): void }): void {
    teller.tell(this.#dropped.filter((range) => range.carrier === undefined).map(({ carrier: _, ...range }) => range));
    this.#dropped = this.#dropped.filter((range) => range.carrier !== undefined);
  }

  get oldestUs(): number {
    return this.#batches[0]?.createdUs ?? 0;
  }

  append(input: BatchInput): readonly DroppedRange[] {
    const parts = splitInput(input, batchLimits(this.#limits.maxBatchBytes ?? 0));
    if (parts.length === 0 && this.hasUntold) parts.push(input);
    for (const part of parts) {
      const seq = this.#nextSeq++;
      const untold = this.#dropped.filter((range) => range.carrier === undefined).slice(0, MAX_TOLD_DROPS);
      for (const range of untold) range.carrier = seq;
      const bytes = encodeBatch({ ...part, epoch: this.epoch, seq, dropped: untold });
      const rows = rowsOf(part);
      this.#batches.push({ seq, rows, bytes, createdUs: part.createdUs });
      this.#bytes += bytes.length;
      this.#rows += rows;
      this.#rowsCommitted += rows;
    }
    return this.#enforceLimits();
  }

  #enforceLimits(): DroppedRange[] {
    const { maxBytes, maxRows } = this.#limits;
    if (this.#bytes <= maxBytes && this.#rows <= maxRows) return [];
    const toBytes = maxBytes * (1 - FREE_SHARE);
    const toRows = maxRows * (1 - FREE_SHARE);
    let count = 0;
    let bytes = this.#bytes;
    let rows = this.#rows;
    while (count < this.#batches.length - 1 && (bytes > toBytes || rows > toRows)) {
      const batch = this.#batches[count++] as SpooledBatch;
      bytes -= batch.bytes.length;
      rows -= batch.rows;
    }
    return count === 0 ? [] : [this.#drop(0, count, SPOOL_LIMIT)];
  }

  #drop(at: number, count: number, reason: string): DroppedRange {
    const gone = this.#remove(at, count);
    const firstSeq = (gone[0] as SpooledBatch).seq;
    const lastSeq = (gone.at(-1) as SpooledBatch).seq;
    const range = { epoch: this.epoch, firstSeq, lastSeq, rows: rowsIn(gone), reason };
    for (const earlier of this.#dropped) {
      if (earlier.carrier !== undefined && earlier.carrier >= firstSeq && earlier.carrier <= lastSeq) earlier.carrier = undefined;
    }
    const before = this.#dropped.find(
      (one) => one.carrier === undefined && one.reason === reason && one.lastSeq === firstSeq - 1 && one.epoch === this.epoch,
    );
    if (before === undefined) {
      this.#dropped.push({ ...range, carrier: undefined });
    } else {
      before.lastSeq = lastSeq;
      before.rows += range.rows;
    }
    return range;
  }

  #remove(at: number, count: number): SpooledBatch[] {
    const gone = this.#batches.splice(at, count);
    this.#rows -= rowsIn(gone);
    for (const batch of gone) this.#bytes -= batch.bytes.length;
    return gone;
  }

  read(seq: number, limit: number): KeptBatch[] {
    const start = this.#indexFrom(seq);
    return this.#batches.slice(start, start + limit);
  }

  #indexFrom(seq: number): number {
    // Numbers have holes only where a batch was set aside, so the guess is right or close.
    const first = this.#batches[0]?.seq ?? seq;
    let at = Math.min(Math.max(0, seq - first), this.#batches.length);
    while (at > 0 && (this.#batches[at - 1] as SpooledBatch).seq >= seq) at--;
    return at;
  }

  ackUpTo(seq: number): void {
    assertGiven(seq, this.#nextSeq);
    this.#remove(0, this.#indexFrom(seq + 1));
    this.#dropped = this.#dropped.filter((range) => range.carrier === undefined || range.carrier > seq);
  }

  /** Drops what was made before a time. */
  dropBefore(timeUs: number, reason: string): DroppedRange | undefined {
    const kept = this.#batches.findIndex(({ createdUs }) => createdUs >= timeUs);
    const count = kept < 0 ? this.#batches.length : kept;
    return count === 0 ? undefined : this.#drop(0, count, reason);
  }

  setAside(seq: number, reason: string): void {
    const at = this.#indexFrom(seq);
    if (this.#batches[at]?.seq === seq) this.#drop(at, 1, reason);
  }

  status(): SpoolStatus {
    return {
      epoch: this.epoch,
      oldestSeq: this.#batches[0]?.seq ?? this.#nextSeq,
      nextSeq: this.#nextSeq,
      batches: this.#batches.length,
      bytes: this.#bytes,
      rows: this.#rows,
      rowsCommitted: this.#rowsCommitted,
      durable: false,
      problem: this.#problem,
    };
  }

  close(): void {
    this.#batches = [];
  }
}

function rowsIn(batches: readonly SpooledBatch[]): number {
  return batches.reduce((sum, batch) => sum + batch.rows, 0);
}

/** Throws `invalid_argument` for a number that was never given to a batch. */
export function assertGiven(seq: number, nextSeq: number): void {
  if (seq >= nextSeq) {
    throw new MusterError('invalid_argument', `batch ${seq} is acknowledged but the spool has given numbers up to ${nextSeq - 1} only`);
  }
}
