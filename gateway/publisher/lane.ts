// Group commit for one partition: batches that arrive while publishes are in flight, or a few milliseconds after another, share the next message.
import { type DeliveryContent, encodeEnvelope } from '../../proto/batch-codec.ts';
import { type DurableStream, PublishError, type PublishFailure } from './durable-stream.ts';

/** One batch on its way to the stream. */
export interface Upload {
  readonly delivery: DeliveryContent;
  /** Called once, after the stream acknowledged the message that holds it; never before. */
  onStored(): void;
}

export interface LaneEvents {
  messagePublished(message: { batches: number; duplicate: boolean }): void;
  publishFailed(what: { reason: PublishFailure; attempt: number; detail: string }): void;
  publishRecovered(what: { attempts: number; afterMs: number }): void;
}

export interface LaneOptions {
  subject: string;
  stream: DurableStream;
  /** How many messages may be unacknowledged. */
  maxInFlight: number;
  /** From the begin of one message to that of the next, at least. */
  paceMs: number;
  /** A fresh id for a message. */
  nextMessageId(): string;
  /** Bytes that left memory because they are stored. */
  onReleased(bytes: number): void;
  events: LaneEvents;
}

/** Encoded size of a message that several batches share; one that is larger goes alone. */
export const MAX_MESSAGE_BYTES = 512 * 1024;
/** With so much waiting, a message goes without regard to the pace. */
const MUCH_BYTES = 64 * 1024;
/** What the envelope adds to a batch, at most: ids, times, a gateway's name, tags and lengths. */
const ENVELOPE_BYTES = 180;
const FIRST_RETRY_MS = 100;
const MAX_RETRY_MS = 5000;

/** Bytes that an upload counts for. */
export function sizeOf(upload: Upload): number {
  return upload.delivery.batch.length + ENVELOPE_BYTES;
}

export class Lane {
  readonly #options: LaneOptions;
  #queue: Upload[] = [];
  #queuedBytes = 0;
  #inFlight = 0;
  /** When the last message began, by `performance.now()`. */
  #begunMs = Number.NEGATIVE_INFINITY;
  #scheduled: NodeJS.Immediate | undefined;
  #paced: NodeJS.Timeout | undefined;
  #stopped = false;
  readonly #sleepers = new Set<() => void>();

  constructor(options: LaneOptions) {
    this.#options = options;
  }

  /** True when everything offered is stored. */
  get idle(): boolean {
    return this.#inFlight === 0 && this.#queue.length === 0;
  }

  offer(upload: Upload): void {
    this.#queue.push(upload);
    this.#queuedBytes += sizeOf(upload);
    this.#schedule();
  }

  /** Tries at once what waits for its next attempt. */
  wake(): void {
    for (const sleeper of this.#sleepers) sleeper();
  }

  /** Gives up what is not stored yet; agents still have it. */
  stop(): void {
    this.#stopped = true;
    this.#queue = [];
    this.#queuedBytes = 0;
    clearTimeout(this.#paced);
    this.#paced = undefined;
    this.wake();
  }

  /**
   * After this turn of the event loop, so that what arrived together goes together. Each message is a sync of the disk and wakes three processes:
   * under many small uploads the next one keeps its distance and takes along what came meanwhile. One that comes alone never waits.
   */
  #schedule(): void {
    if (this.#scheduled !== undefined || this.#queue.length === 0) return;
    const early = this.#queuedBytes >= MUCH_BYTES ? 0 : this.#begunMs + this.#options.paceMs - performance.now();
    if (early > 0) {
      this.#paced ??= setTimeout(() => {
        this.#paced = undefined;
        this.#begin();
      }, early);
      return;
    }
    this.#scheduled = setImmediate(() => {
      this.#scheduled = undefined;
      this.#begin();
    });
  }

  #begin(): void {
    while (!this.#stopped && this.#queue.length > 0 && this.#inFlight < this.#options.maxInFlight) {
      this.#inFlight += 1;
      this.#begunMs = performance.now();
      void this.#publish(this.#take());
    }
  }

  /** The oldest uploads that fit into one message, at least one. */
  #take(): Upload[] {
    let bytes = 0;
    let count = 0;
    for (const upload of this.#queue) {
      const size = sizeOf(upload);
      if (count > 0 && bytes + size > MAX_MESSAGE_BYTES) break;
      bytes += size;
      count += 1;
    }
    this.#queuedBytes -= bytes;
    return this.#queue.splice(0, count);
  }

  async #publish(uploads: readonly Upload[]): Promise<void> {
    const payload = encodeEnvelope(uploads.map((upload) => upload.delivery));
    const answer = await this.#untilStored(payload, this.#options.nextMessageId());
    this.#inFlight -= 1;
    if (answer !== undefined) {
      this.#options.events.messagePublished({ batches: uploads.length, duplicate: answer.duplicate });
      let bytes = 0;
      for (const upload of uploads) {
        bytes += sizeOf(upload);
        upload.onStored();
      }
      this.#options.onReleased(bytes);
    }
    this.#schedule();
  }

  /**
   * Sends the same message with the same id until the stream acknowledges it. After the stream's dedupe window (120 s) a message whose
   * acknowledgement was lost may be stored twice; the store behind it takes rows and ledger entries by key, so that does no harm.
   */
  async #untilStored(payload: Uint8Array, messageId: string): Promise<{ duplicate: boolean } | undefined> {
    const { subject, stream, events } = this.#options;
    const startedMs = performance.now();
    for (let attempt = 1; !this.#stopped; attempt++) {
      try {
        const answer = await stream.publish(subject, payload, messageId);
        if (attempt > 1) events.publishRecovered({ attempts: attempt, afterMs: Math.round(performance.now() - startedMs) });
        return answer;
      } catch (error) {
        const reason = error instanceof PublishError ? error.reason : 'refused';
        events.publishFailed({ reason, attempt, detail: error instanceof Error ? error.message : String(error) });
        await this.#sleep(Math.min(FIRST_RETRY_MS * 2 ** (attempt - 1), MAX_RETRY_MS) * (0.5 + Math.random() / 2));
      }
    }
    return undefined;
  }

  #sleep(ms: number): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#sleepers.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#sleepers.add(done);
    });
  }
}
