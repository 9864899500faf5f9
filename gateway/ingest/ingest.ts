// Numbers what came in by the push door and brings it onto the agents' durable path: the receipt is given after the stream's acknowledgement.
import { randomBytes } from 'node:crypto';
import { MAX_BATCH_BYTES } from '../../core/common/batch-size.ts';
import { doorEpoch } from '../../core/common/door-epoch.ts';
import type { FleetEvent, FrameColumns } from '../../core/common/frame.ts';
import { MusterError } from '../../core/common/muster-error.ts';
import { type DeliveryContent, encodeBatch, MAX_FRAMES } from '../../proto/batch-codec.ts';
import type { Publisher } from '../publisher/publisher.ts';

/** What the sender of stored rows can name them by in the ledger. */
export interface Receipt {
  node_id: string;
  /** Hexadecimal. */
  epoch: string;
  seq: number;
  rows: number;
}

export interface IngestOptions {
  /** Name of this gateway. */
  gateway: string;
  publisher: Pick<Publisher, 'offer' | 'pressure'>;
  /** Unix ms. */
  now?: () => number;
}

const STORED_WITHIN_MS = 10_000;
/** After events could not be taken for the size of messages that nats-server takes now. */
const OFFER_AGAIN_MS = 5000;

/**
 * One epoch for the life of the gateway, numbers without holes for each node. Publishes of a partition reach the stream in their order, so a
 * gateway that dies loses only the end of an epoch, and nobody had a receipt for it.
 */
export class Ingest {
  readonly #options: IngestOptions;
  readonly #now: () => number;
  readonly #epoch = doorEpoch('push', randomBytes(12));
  readonly #nextSeq = new Map<string, number>();
  #lastCreatedUs = 0;

  constructor(options: IngestOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /**
   * Resolves when all rows are durably in the stream. Throws `unavailable` before anything was taken, `limit_exceeded` for a batch that is
   * too large, and `deadline_exceeded` where the stream has not acknowledged it in time: then it may still be stored, and sending the same
   * rows again, with their times, does no harm.
   */
  async deliver(nodeId: string, frames: readonly FrameColumns[]): Promise<Receipt> {
    const { publisher } = this.#options;
    if (publisher.pressure) throw new MusterError('unavailable', 'too much waits for the stream: send it again in a few seconds');
    if (frames.length > MAX_FRAMES)
      throw new MusterError(
        'limit_exceeded',
        `the samples of node ${nodeId} make ${frames.length} frames, at most ${MAX_FRAMES} are taken at once: send fewer that differ in measurement, tags or fields`,
      );
    const upload = this.#number(nodeId, frames, []);
    await new Promise<void>((resolve, reject) => {
      const words = `the stream has not acknowledged it within ${STORED_WITHIN_MS / 1000} s: it may still be stored; sending it again does no harm with an Idempotency-Key, or where each sample has its time`;
      let wanted = true;
      const timer = setTimeout(() => {
        wanted = false;
        reject(new MusterError('deadline_exceeded', words));
      }, STORED_WITHIN_MS);
      publisher.offer({
        delivery: upload,
        // Whoever pushes sends it again after that, and each copy would wait.
        wanted: () => wanted,
        onStored: () => {
          clearTimeout(timer);
          resolve();
        },
        onRefused: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      });
    });
    return {
      node_id: nodeId,
      epoch: Buffer.from(this.#epoch).toString('hex'),
      seq: upload.seq,
      rows: frames.reduce((rows, frame) => rows + frame.timeUs.length, 0),
    };
  }

  /** Resolves when the events are durably in the stream, however long that takes; never where the gateway stops before. Rejects where they are too large. */
  deliverEvents(nodeId: string, events: readonly FleetEvent[]): Promise<void> {
    const delivery = this.#number(nodeId, [], events);
    return new Promise((resolve, reject) => {
      const offer = (): void =>
        this.#options.publisher.offer({
          delivery,
          onStored: resolve,
          onRefused: (error) => (error.retryable ? setTimeout(offer, OFFER_AGAIN_MS).unref() : reject(error)),
        });
      offer();
    });
  }

  #number(nodeId: string, frames: readonly FrameColumns[], events: readonly FleetEvent[]): DeliveryContent {
    const seq = (this.#nextSeq.get(nodeId) ?? 0) + 1;
    const batch = encodeBatch({ epoch: this.#epoch, seq, createdUs: this.#createdUs(), frames, events, dropped: [] });
    if (batch.length > MAX_BATCH_BYTES) {
      throw new MusterError(
        'limit_exceeded',
        `the samples of node ${nodeId} take ${batch.length} bytes, at most ${MAX_BATCH_BYTES} are taken at once: send fewer`,
      );
    }
    this.#nextSeq.set(nodeId, seq);
    const { gateway } = this.#options;
    return { nodeId, receivedUs: this.#now() * 1000, gateway, batch, epoch: this.#epoch, seq, skewUs: 0 };
  }

  /** Whether `deliver` takes them as one batch. */
  fits(frames: readonly FrameColumns[]): boolean {
    if (frames.length > MAX_FRAMES) return false;
    // The longest number, as that of the batch is not known.
    const batch = { epoch: this.#epoch, seq: Number.MAX_SAFE_INTEGER, createdUs: this.#now() * 1000, frames, events: [], dropped: [] };
    return encodeBatch(batch).length <= MAX_BATCH_BYTES;
  }

  /** Never the same twice: it is part of the ledger's key. */
  #createdUs(): number {
    this.#lastCreatedUs = Math.max(this.#now() * 1000, this.#lastCreatedUs + 1);
    return this.#lastCreatedUs;
  }
}
