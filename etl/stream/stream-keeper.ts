// Keeps the telemetry stream from filling with what is stored, and replays it where the database may have lost something.
// Acknowledged messages do not free a stream with limits retention: it is full until they age out, unless somebody purges.
import type { JetStreamManager, NatsConnection } from 'nats';
import { toMusterError } from '../../core/common/muster-error.ts';
import { TELEMETRY_STREAM } from '../../core/common/streams.ts';
import type { Component } from '../../core/node/lifecycle.ts';
import type { EtlEvents } from '../events.ts';
import type { DatabaseState } from '../questdb/database-watch.ts';
import { FloorHistory } from './floor-history.ts';
import type { TelemetryConsumer } from './telemetry-consumer.ts';

const LOOK_MS = 1000;
/** After a stored cycle it looks sooner: a small stream fills in less than a second. */
const LEAST_PAUSE_MS = 100;

export class StreamKeeper implements Component {
  readonly name = 'stream keeper';
  readonly #nc: NatsConnection;
  readonly #consumer: TelemetryConsumer;
  readonly #database: DatabaseState;
  readonly #highWater: number;
  readonly #events: EtlEvents;
  readonly #history = new FloorHistory();
  #manager: JetStreamManager | undefined;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  #lookedMs = 0;
  #restartsSeen = 0;
  #replayed = false;
  /** Stream sequence up to which everything is stored. */
  storedFloor = 0;

  constructor(nc: NatsConnection, consumer: TelemetryConsumer, database: DatabaseState, highWater: number, events: EtlEvents) {
    this.#nc = nc;
    this.#consumer = consumer;
    this.#database = database;
    this.#highWater = highWater;
    this.#events = events;
  }

  async start(): Promise<void> {
    this.#manager = await this.#nc.jetstreamManager();
    await this.#look();
    this.#timer = setInterval(() => this.soon(), LOOK_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }

  /** A cycle was stored: the floor has moved. */
  soon(): void {
    const nowMs = Date.now();
    if (nowMs - this.#lookedMs < LEAST_PAUSE_MS) return;
    this.#lookedMs = nowMs;
    this.#looking = this.#looking.then(() => this.#look().catch((error: unknown) => this.#events.retried('stream', toMusterError(error))));
  }

  async #look(): Promise<void> {
    const nowMs = Date.now();
    const acknowledged = await this.#consumer.floor();
    this.#history.note(acknowledged, nowMs);
    const durable = this.#database.commitMode === 'sync';
    if (!durable) await this.#replayAfterRestart(nowMs);
    this.storedFloor = acknowledged;
    await this.#trim(durable ? acknowledged : this.#history.safe(nowMs));
  }

  /** Without `sync` a restart, ours too, may follow a power cut that took what the database had not yet written. */
  async #replayAfterRestart(nowMs: number): Promise<void> {
    const { restarts } = this.#database;
    if (this.#replayed && restarts === this.#restartsSeen) return;
    const why = this.#replayed ? 'the database has restarted' : 'this is a start and the database commits without sync';
    this.#replayed = true;
    this.#restartsSeen = restarts;
    await this.#consumer.rewind(this.#history.safe(nowMs), why);
  }

  async #trim(floor: number): Promise<void> {
    const manager = this.#manager as JetStreamManager;
    const { config, state } = await manager.streams.info(TELEMETRY_STREAM);
    if (state.bytes <= config.max_bytes * this.#highWater || floor < state.first_seq) return;
    const { purged } = await manager.streams.purge(TELEMETRY_STREAM, { seq: floor + 1 });
    if (purged > 0) this.#events.streamTrimmed(floor, purged);
  }
}
