// Brings batches durably into JetStream: a lane a partition, and a bound on what waits in memory.
import { randomUUID } from 'node:crypto';
import { MAX_BATCH_BYTES } from '../../core/common/batch-size.ts';
import { MusterError } from '../../core/common/muster-error.ts';
import { telemetrySubject } from '../../core/common/streams.ts';
import type { Component } from '../../core/node/lifecycle.ts';
import type { DurableStream } from './durable-stream.ts';
import { Lane, type LaneEvents, sizeOf, type Upload } from './lane.ts';
import { partitionOf } from './partition.ts';

export interface PublisherEvents extends LaneEvents {
  queueChanged(bytes: number): void;
  pressureChanged(on: boolean, bytes: number): void;
}

export interface PublisherOptions {
  stream: DurableStream;
  partitions: number;
  /** Messages in flight in each partition. Measured: see the default. */
  maxInFlight?: number;
  /** Milliseconds from the begin of one small message to that of the next in a partition. Measured: see the default. */
  paceMs?: number;
  /** Beyond this `pressure` is on until half of it is stored. */
  maxQueuedBytes?: number;
  /** How long `stop` waits for what is in flight. */
  stopWaitMs?: number;
  events: PublisherEvents;
}

const DEFAULT_MAX_IN_FLIGHT = 2;
/** With 500 pushes a second: a third less CPU in nats-server and in the ETL than without. */
const DEFAULT_PACE_MS = 5;
const DEFAULT_MAX_QUEUED_BYTES = 64 * 1024 * 1024;
/** Of the bound, at most so much waits for a larger limit of nats-server: less than where `pressure` goes off, so that small batches always pass. */
const WAITING_SHARE = 1 / 4;
const DEFAULT_STOP_WAIT_MS = 3000;

export class Publisher implements Component {
  readonly name = 'publisher';
  readonly #options: PublisherOptions;
  readonly #maxQueuedBytes: number;
  readonly #listeners = new Set<(on: boolean) => void>();
  #lanes: Lane[] = [];
  #queuedBytes = 0;
  #pressure = false;
  #onIdle: (() => void) | undefined;

  constructor(options: PublisherOptions) {
    this.#options = options;
    this.#maxQueuedBytes = options.maxQueuedBytes ?? DEFAULT_MAX_QUEUED_BYTES;
  }

  /** True while no more should be read from agents. */
  get pressure(): boolean {
    return this.#pressure;
  }

  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /** Called when `pressure` changes; returns what ends it. */
  onPressure(listener: (on: boolean) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async start(): Promise<void> {
    // Ids must not repeat over restarts: the stream would take a new message for a repeated one.
    const life = randomUUID();
    let count = 0;
    this.#queuedBytes = 0;
    this.#pressure = false;
    this.#lanes = Array.from(
      { length: this.#options.partitions },
      (_, partition) =>
        new Lane({
          subject: telemetrySubject(partition),
          stream: this.#options.stream,
          maxInFlight: this.#options.maxInFlight ?? DEFAULT_MAX_IN_FLIGHT,
          paceMs: this.#options.paceMs ?? DEFAULT_PACE_MS,
          nextMessageId: () => `${life}-${count++}`,
          mayWait: (bytes) => this.#mayWait(bytes),
          onReleased: (bytes) => this.#released(bytes),
          events: this.#options.events,
        }),
    );
  }

  /** Waits a while for what is in flight; what is not stored then is given up, unacknowledged. */
  async stop(): Promise<void> {
    if (!this.#idle()) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, this.#options.stopWaitMs ?? DEFAULT_STOP_WAIT_MS);
        this.#onIdle = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#onIdle = undefined;
    for (const lane of this.#lanes) lane.stop();
    this.#lanes = [];
  }

  /**
   * Refuses for good, by `onRefused`, only what no message could hold, and for now what is larger than nats-server takes at present where much
   * waits for that already. Whoever offers looks at `pressure` first.
   */
  offer(upload: Upload): void {
    const { length } = upload.delivery.batch;
    if (length > MAX_BATCH_BYTES) {
      upload.onRefused(new MusterError('limit_exceeded', `the batch has ${length} bytes, at most ${MAX_BATCH_BYTES} are taken`));
      return;
    }
    const lane = this.#lanes[partitionOf(upload.delivery.nodeId, this.#options.partitions)];
    // Stopped: the agent has no acknowledgement and sends it again.
    if (lane === undefined) return;
    this.#changeQueued(sizeOf(upload));
    lane.offer(upload);
    if (!this.#pressure && this.#queuedBytes > this.#maxQueuedBytes) this.#setPressure(true);
  }

  /** Tries at once what waits for its next attempt, because the way is free again. */
  wake(): void {
    for (const lane of this.#lanes) lane.wake();
  }

  #idle(): boolean {
    return this.#lanes.every((lane) => lane.idle);
  }

  #mayWait(bytes: number): boolean {
    const waiting = this.#lanes.reduce((sum, lane) => sum + lane.waitingBytes, 0);
    return waiting + bytes <= this.#maxQueuedBytes * WAITING_SHARE;
  }

  #released(bytes: number): void {
    this.#changeQueued(-bytes);
    if (this.#pressure && this.#queuedBytes <= this.#maxQueuedBytes / 2) this.#setPressure(false);
    if (this.#idle()) this.#onIdle?.();
  }

  #changeQueued(bytes: number): void {
    this.#queuedBytes += bytes;
    this.#options.events.queueChanged(this.#queuedBytes);
  }

  #setPressure(on: boolean): void {
    this.#pressure = on;
    this.#options.events.pressureChanged(on, this.#queuedBytes);
    for (const listener of this.#listeners) listener(on);
  }
}
