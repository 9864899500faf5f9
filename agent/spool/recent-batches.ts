// The newest batches of the disk's spool, held in memory so that in steady life nothing is read back from the file.
import type { SpooledBatch } from './spool.ts';

const MAX_BYTES = 1024 * 1024;
const MAX_BATCHES = 64;

/** An unbroken run of numbers up to the newest. */
export class RecentBatches {
  #batches: SpooledBatch[] = [];
  #bytes = 0;

  push(batch: SpooledBatch): void {
    this.#batches.push(batch);
    this.#bytes += batch.bytes.length;
    while (this.#batches.length > MAX_BATCHES || (this.#bytes > MAX_BYTES && this.#batches.length > 1)) this.#shift();
  }

  #shift(): void {
    const gone = this.#batches.shift();
    this.#bytes -= gone?.bytes.length ?? 0;
  }

  /** The batches from this number on; undefined where the run does not hold it. */
  from(seq: number, limit: number): SpooledBatch[] | undefined {
    const first = this.#batches[0]?.seq;
    if (first === undefined || seq < first || seq >= first + this.#batches.length) return undefined;
    return this.#batches.slice(seq - first, seq - first + limit);
  }

  oldestIs(seq: number): boolean {
    return this.#batches[0]?.seq === seq;
  }

  /** What the batches from `first` to `last` hold together; undefined where the run does not have them all. */
  sumsIfAllHeld(first: number, last: number): { batches: number; rows: number; bytes: number } | undefined {
    const batches = this.from(first, last - first + 1);
    if (batches === undefined || batches.length !== last - first + 1) return undefined;
    const sums = { batches: batches.length, rows: 0, bytes: 0 };
    for (const batch of batches) {
      sums.rows += batch.rows;
      sums.bytes += batch.bytes.length;
    }
    return sums;
  }

  removeUpTo(seq: number): void {
    while (this.#batches.length > 0 && (this.#batches[0] as SpooledBatch).seq <= seq) this.#shift();
  }

  /** Takes one out. The run ends there: what is older than the hole is no longer held. */
  remove(seq: number): void {
    if (this.from(seq, 1) !== undefined) this.removeUpTo(seq);
  }
}
