// Group commit for one partition: batches that arrive while publishes are in flight, or a few milliseconds after another, share the next message.
import { MusterError, messageOf, toMusterError } from '../../core/common/muster-error.ts';
import { fault } from '../../core/node/faults.ts';
import { type DeliveryContent, encodeEnvelope } from '../../proto/batch-codec.ts';
import { type DurableStream, PublishError, type PublishFailure } from './durable-stream.ts';

/** One batch on its way to the stream. Of its two answers it gets one, once; none where the publisher stops before. */
export interface Upload {
  readonly delivery: DeliveryContent;
  /** False once nobody waits for its end: then it does not wait for a larger limit either. Always true where it is not given. */
  wanted?(): boolean;
  /** After the stream acknowledged the message that holds it; never before. */
  onStored(): void;
  /** Given back, with the reason: for good, or, where the error is retryable, for now. Then whoever has it keeps it and offers it again later. */
  onRefused(error: MusterError): void;
}

export interface LaneEvents {
  messagePublished(message: { batches: number; duplicate: boolean }): void;
  publishFailed(what: { reason: PublishFailure; attempt: number; detail: string }): void;
  publishRecovered(what: { attempts: number; afterMs: number }): void;
  publishRefused(what: { nodeId: string; seq: number; detail: string }): void;
  /** It waits, here or at its sender, until the stream takes messages of its size again; smaller ones pass it. */
  publishWaits(what: { nodeId: string; seq: number; detail: string }): void;
  /** Whoever offered a batch threw when it was told of its end. */
  ownerFailed(what: { nodeId: string; seq: number; detail: string }): void;
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
  /** Whether so many bytes more may wait for a larger limit here. */
  mayWait(bytes: number): boolean;
  /** Bytes that left memory because they are stored, given back, or wanted by nobody. */
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

function bytesOf(uploads: readonly Upload[]): number {
  return uploads.reduce((bytes, upload) => bytes + sizeOf(upload), 0);
}

export class Lane {
  readonly #options: LaneOptions;
  #queue: Upload[] = [];
  #queuedBytes = 0;
  /** Too large for the limit that holds now, though not for the one that is needed: beside the queue, so that what is smaller passes. */
  #waiting: Upload[] = [];
  #look: NodeJS.Timeout | undefined;
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
    return this.#inFlight === 0 && this.#queue.length === 0 && this.#waiting.length === 0;
  }

  /** Bytes that wait for a larger limit. */
  get waitingBytes(): number {
    return bytesOf(this.#waiting);
  }

  offer(upload: Upload): void {
    this.#queue.push(upload);
    this.#queuedBytes += sizeOf(upload);
    this.#schedule();
  }

  /** Tries at once what waits for its next attempt. */
  wake(): void {
    for (const sleeper of this.#sleepers) sleeper();
    this.#takeBack();
  }

  /** Gives up what is not stored yet; agents still have it. */
  stop(): void {
    this.#stopped = true;
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#waiting = [];
    clearTimeout(this.#paced);
    this.#paced = undefined;
    clearTimeout(this.#look);
    this.#look = undefined;
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
      this.#publish(this.#take()).catch(fault);
    }
  }

  /** The oldest uploads that fit into one message, at least one. */
  #take(): Upload[] {
    const count = this.#fitting(this.#queue);
    const taken = this.#queue.splice(0, count);
    for (const upload of taken) this.#queuedBytes -= sizeOf(upload);
    return taken;
  }

  /** How many of the first uploads fit into a message of the size that the stream takes now, at least one. */
  #fitting(uploads: readonly Upload[]): number {
    const most = Math.min(MAX_MESSAGE_BYTES, this.#options.stream.maxBytes?.() ?? MAX_MESSAGE_BYTES);
    let bytes = 0;
    let count = 0;
    for (const upload of uploads) {
      bytes += sizeOf(upload);
      if (count > 0 && bytes > most) break;
      count += 1;
    }
    return count;
  }

  /** Keeps a place in flight until every batch of the message is stored, refused or set to wait, or the lane stops. Never rejects. */
  async #publish(uploads: readonly Upload[]): Promise<void> {
    const bytes = await this.#settle(uploads);
    this.#inFlight -= 1;
    if (bytes !== undefined && bytes > 0) this.#options.onReleased(bytes);
    this.#schedule();
  }

  /** Bytes of what has its end; undefined where the lane stopped before. */
  async #settle(uploads: readonly Upload[]): Promise<number | undefined> {
    const { events, nextMessageId } = this.#options;
    try {
      const answer = await this.#untilStored(encodeEnvelope(uploads.map((upload) => upload.delivery)), nextMessageId());
      if (answer === undefined) return undefined;
      events.messagePublished({ batches: uploads.length, duplicate: answer.duplicate });
      for (const upload of uploads) this.#tell(upload, () => upload.onStored());
      return bytesOf(uploads);
    } catch (thrown) {
      return this.#cut(uploads, toMusterError(thrown));
    }
  }

  /**
   * One batch, or all of them together, may be the reason: they are cut by the limit that holds now, which may be another than that of the first
   * attempt, and where that changes nothing each is tried alone before it waits or is given back.
   */
  async #cut(uploads: readonly Upload[], error: MusterError): Promise<number | undefined> {
    const [upload] = uploads;
    if (uploads.length === 1 && upload !== undefined) return error.retryable ? this.#wait(upload, error) : this.#refuse(upload, error);
    const alone = this.#fitting(uploads) === uploads.length;
    let bytes = 0;
    for (let from = 0; from < uploads.length; ) {
      const left = uploads.slice(from);
      const part = left.slice(0, alone ? 1 : this.#fitting(left));
      const ended = await this.#settle(part);
      if (ended === undefined) return undefined;
      bytes += ended;
      from += part.length;
    }
    return bytes;
  }

  #refuse(upload: Upload, error: MusterError): number {
    const { nodeId, seq } = upload.delivery;
    this.#options.events.publishRefused({ nodeId, seq, detail: error.message });
    this.#tell(upload, () => upload.onRefused(error));
    return sizeOf(upload);
  }

  /**
   * A sender sets aside what is refused for good: the limit of a moment must not cost a batch. It waits here where that is little enough to
   * stop nobody else, and at its sender else.
   */
  #wait(upload: Upload, error: MusterError): number | undefined {
    if (this.#stopped) return undefined;
    this.#forget();
    if (upload.wanted?.() === false) return sizeOf(upload);
    const { nodeId, seq } = upload.delivery;
    this.#options.events.publishWaits({ nodeId, seq, detail: error.message });
    if (!this.#options.mayWait(sizeOf(upload))) {
      const words = `${error.message}; as much as may waits for that already: send it again later`;
      this.#tell(upload, () => upload.onRefused(new MusterError('unavailable', words, error)));
      return sizeOf(upload);
    }
    this.#waiting.push(upload);
    this.#lookLater();
    return 0;
  }

  /** Of what an agent's stream brought that has ended: the agent sends it again on its next one, and each copy would stay. */
  #forget(): void {
    const unwanted = this.#waiting.filter((upload) => upload.wanted?.() === false);
    if (unwanted.length === 0) return;
    this.#waiting = this.#waiting.filter((upload) => !unwanted.includes(upload));
    this.#options.onReleased(bytesOf(unwanted));
  }

  #lookLater(): void {
    this.#look ??= setTimeout(() => {
      this.#look = undefined;
      this.#forget();
      this.#takeBack();
      if (this.#waiting.length > 0) this.#lookLater();
    }, MAX_RETRY_MS);
  }

  /** What waits and may pass now goes before all others: it is older. Where the limit is not known, an attempt tells. */
  #takeBack(): void {
    const most = this.#options.stream.maxBytes?.() ?? Number.POSITIVE_INFINITY;
    const back = this.#waiting.filter((upload) => sizeOf(upload) <= most);
    if (back.length === 0) return;
    this.#waiting = this.#waiting.filter((upload) => sizeOf(upload) > most);
    if (this.#waiting.length === 0) {
      clearTimeout(this.#look);
      this.#look = undefined;
    }
    this.#queue = [...back, ...this.#queue];
    for (const upload of back) this.#queuedBytes += sizeOf(upload);
    this.#schedule();
  }

  /** What an owner throws is its own: it must not cost the others their answer, nor the lane its place. */
  #tell({ delivery: { nodeId, seq } }: Upload, answer: () => void): void {
    try {
      answer();
    } catch (thrown) {
      this.#options.events.ownerFailed({ nodeId, seq, detail: toMusterError(thrown).message });
    }
  }

  /**
   * Sends the same message with the same id until the stream acknowledges it. After the stream's dedupe window (120 s) a message whose
   * acknowledgement was lost may be stored twice; the store behind it takes rows and ledger entries by key, so that does no harm.
   * Throws what is permanent, and what the message's size is the reason of.
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
        if (error instanceof PublishError && (error.permanent || error.reason === 'too_large')) throw error;
        const reason = error instanceof PublishError ? error.reason : 'refused';
        events.publishFailed({ reason, attempt, detail: messageOf(error) });
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
