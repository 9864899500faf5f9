// What a cycle of the pipeline works on: the batches of some messages, their lines by table, and what was set aside.

import type { DecodedFrame } from '../../proto/batch-codec.ts';
import type { BatchAccount } from './batch-account.ts';
import type { BufferPool } from './buffer-pool.ts';
import type { DeadLetter } from './dead-letter.ts';
import type { EventRow } from './event-rows.ts';
import { TableChunk } from './table-chunk.ts';

export class Cycle {
  readonly accounts: BatchAccount[] = [];
  readonly letters: DeadLetter[] = [];
  readonly events: EventRow[] = [];
  /** Every chunk of the cycle, one request each. */
  readonly chunks: TableChunk[] = [];
  readonly #open = new Map<string, TableChunk>();
  readonly #pool: BufferPool;

  constructor(pool: BufferPool) {
    this.#pool = pool;
  }

  /** The chunk that the next row of the frame's table goes into. */
  chunkFor(frame: DecodedFrame): TableChunk {
    const open = this.#open.get(frame.measurement);
    if (open !== undefined && !open.full) return open;
    const chunk = this.newChunk(frame);
    this.chunks.push(chunk);
    this.#open.set(frame.measurement, chunk);
    return chunk;
  }

  /** One that is not among the cycle's, yet. */
  newChunk(frame: DecodedFrame): TableChunk {
    return new TableChunk(frame, this.#pool);
  }

  /** Gives the chunks' bytes back, once nobody sends them any more. */
  release(): void {
    for (const chunk of this.chunks) chunk.release();
  }
}
