// Removes what is stored from the telemetry stream, by size and by age, and replays it where the database may have lost something.
// Acknowledged messages do not free a stream with limits retention, and it has no age limit of its own, which would drop what is not stored too.
import { type JetStreamManager, type NatsConnection, NatsError, type StreamState } from 'nats';
import { toMusterError } from '../../core/common/muster-error.ts';
import { TELEMETRY_STREAM } from '../../core/common/streams.ts';
import type { Component } from '../../core/node/lifecycle.ts';
import { keepStoredMs } from '../../core/node/stream-policy.ts';
import type { EtlEvents } from '../events.ts';
import type { DatabaseState } from '../questdb/database-watch.ts';
import { FloorHistory } from './floor-history.ts';
import { lastBefore } from './last-before.ts';
import type { TelemetryConsumer } from './telemetry-consumer.ts';

const LOOK_MS = 1000;
/** After a stored cycle it looks sooner: a small stream fills in less than a second. */
const LEAST_PAUSE_MS = 100;
/** Finding the place takes about twenty questions. */
const AGE_LOOK_MS = 5000;
const MESSAGE_NOT_FOUND = 10037;

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
  /** Of the stream that the floor was read from. */
  #created = '';
  /** When it was last looked for what has aged out. */
  #agedMs = 0;
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
    await this.#trim(durable ? acknowledged : this.#history.safe(nowMs), nowMs);
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

  /** Only what is stored goes: all of it where the stream is more than half full, else what is older than it is kept for. */
  async #trim(floor: number, nowMs: number): Promise<void> {
    const manager = this.#manager as JetStreamManager;
    const { config, state, created } = await manager.streams.info(TELEMETRY_STREAM);
    // A stream that was made anew counts from 1 again: until its consumer is made anew too, the floor is another stream's.
    if (created !== this.#created || floor > state.last_seq || floor < state.first_seq) {
      this.#created = created;
      return;
    }
    const full = state.bytes > config.max_bytes * this.#highWater;
    const upTo = full ? floor : await this.#agedOut(state, floor, nowMs - keepStoredMs(config));
    if (upTo < state.first_seq) return;
    const { purged } = await manager.streams.purge(TELEMETRY_STREAM, { seq: upTo + 1 });
    if (purged > 0) this.#events.streamTrimmed(upTo, purged);
  }

  /** The newest stored message that came before `oldestMs`; 0 where there is none, or where it was looked for a moment ago. */
  async #agedOut(state: StreamState, floor: number, oldestMs: number): Promise<number> {
    if (Date.parse(state.first_ts) >= oldestMs || Date.now() - this.#agedMs < AGE_LOOK_MS) return 0;
    this.#agedMs = Date.now();
    return lastBefore(oldestMs, state.first_seq, floor, (seq) => this.#timeOf(seq));
  }

  async #timeOf(seq: number): Promise<number | undefined> {
    try {
      return (await (this.#manager as JetStreamManager).streams.getMessage(TELEMETRY_STREAM, { seq })).time.getTime();
    } catch (error) {
      if (error instanceof NatsError && error.api_error?.err_code === MESSAGE_NOT_FOUND) return undefined;
      throw error;
    }
  }
}
