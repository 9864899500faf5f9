// The durable pull consumer of the telemetry stream: hands out messages in portions, keeps them alive while they are worked on,
// acknowledges them, and can be set back.
import {
  AckPolicy,
  type ConsumerConfig,
  type ConsumerMessages,
  DeliverPolicy,
  type JetStreamManager,
  type JsMsg,
  type NatsConnection,
  nanos,
  ReplayPolicy,
} from 'nats';
import { ETL_CONSUMER, TELEMETRY_STREAM, TELEMETRY_SUBJECTS } from '../../core/common/streams.ts';
import type { Component } from '../../core/node/lifecycle.ts';
import type { EtlEvents } from '../events.ts';
import { Gate } from '../gate.ts';
import { untilDone } from '../questdb/retry.ts';
import { KnownMessages } from './known-messages.ts';

/** What a killed nats-server had on its way to us comes again after this time; what is worked on is kept alive however long it takes. */
const ACK_WAIT_MS = 10_000;
/** What is pulled and not yet handed out. */
const BUFFER_BYTES = 16 * 1024 * 1024;
/** Asked for at once. While the buffer is full, these wait where nothing keeps them alive: few, so that none comes again before it is taken up. */
const PULL_BYTES = 4 * 1024 * 1024;
const MAX_ACK_PENDING = 4096;
const ACK_TIMEOUT_MS = 5000;

/** Of the consumer: what nats-server changes in one that is there. */
const CHANGEABLE = {
  ack_wait: nanos(ACK_WAIT_MS),
  // After a last delivery a message would be neither pending nor gone.
  max_deliver: -1,
  max_ack_pending: MAX_ACK_PENDING,
  filter_subject: TELEMETRY_SUBJECTS,
  headers_only: false,
  inactive_threshold: 0,
} satisfies Partial<ConsumerConfig>;
/** And what it does not: with another one of these, what is delivered counts as acknowledged, or does not come to whoever asks. */
const FIXED = { ack_policy: AckPolicy.Explicit, replay_policy: ReplayPolicy.Instant, deliver_subject: '', mem_storage: false };

export class TelemetryConsumer implements Component {
  readonly name = 'telemetry consumer';
  readonly #nc: NatsConnection;
  readonly #events: EtlEvents;
  #manager: JetStreamManager | undefined;
  #abort = new AbortController();
  #messages: ConsumerMessages | undefined;
  #pulling: Promise<void> = Promise.resolve();
  #buffer: JsMsg[] = [];
  #bufferBytes = 0;
  /** Open while something waits to be taken. */
  readonly #arrived = new Gate();
  /** Open while there is room for more. */
  readonly #room = new Gate();
  /** Handed out or buffered, and not acknowledged. */
  readonly #held = new Set<JsMsg>();
  readonly #known = new KnownMessages();
  #working: NodeJS.Timeout | undefined;

  constructor(nc: NatsConnection, events: EtlEvents) {
    this.#nc = nc;
    this.#events = events;
  }

  async start(): Promise<void> {
    this.#abort = new AbortController();
    this.#arrived.close();
    this.#manager = await this.#nc.jetstreamManager();
    await this.#ensure();
    this.#pulling = this.#pull();
    this.#working = setInterval(() => {
      for (const message of this.#held) message.working();
    }, ACK_WAIT_MS / 3);
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    clearInterval(this.#working);
    this.#arrived.open();
    this.#room.open();
    this.#messages?.stop();
    await this.#pulling;
    // What nobody took goes back at once; what was taken is acknowledged or released by its taker.
    this.release(this.#buffer);
    this.#buffer = [];
    this.#bufferBytes = 0;
  }

  /** Resolves when at least one message waits, or the consumer stops. */
  async arrived(): Promise<void> {
    if (!this.#abort.signal.aborted) await this.#arrived.wait();
  }

  get waitingBytes(): number {
    return this.#bufferBytes;
  }

  /** Takes what waits, up to `maxBytes`; at least one message where any waits. */
  take(maxBytes: number): JsMsg[] {
    let bytes = 0;
    let count = 0;
    while (count < this.#buffer.length && (count === 0 || bytes + (this.#buffer[count] as JsMsg).data.length <= maxBytes)) {
      bytes += (this.#buffer[count] as JsMsg).data.length;
      count++;
    }
    this.#bufferBytes -= bytes;
    const taken = this.#buffer.splice(0, count);
    if (this.#buffer.length === 0 && !this.#abort.signal.aborted) this.#arrived.close();
    this.#room.open();
    return taken;
  }

  /**
   * Resolves when the server has every acknowledgement. One that is lost only means that its message comes again. The server takes those of one
   * connection in their order, so its answer to the last is an answer to all: hundreds of answers at once would hold up who publishes.
   */
  async acknowledge(messages: readonly JsMsg[]): Promise<void> {
    const last = messages.at(-1);
    for (const message of messages) if (message !== last) message.ack();
    await last?.ackAck({ timeout: ACK_TIMEOUT_MS }).catch((error: unknown) => this.#events.retried('acknowledge', asError(error)));
    for (const message of messages) this.#held.delete(message);
    this.#known.stored(messages);
  }

  /** Gives messages back that could not be stored: the server delivers them again. */
  release(messages: readonly JsMsg[]): void {
    this.#known.released(messages);
    for (const message of messages) {
      this.#held.delete(message);
      message.nak();
    }
  }

  /** Everything up to this stream sequence is acknowledged. */
  async floor(): Promise<number> {
    const info = await (this.#manager as JetStreamManager).consumers.info(TELEMETRY_STREAM, ETL_CONSUMER);
    return info.ack_floor.stream_seq;
  }

  /** Delivers again everything after `floor`. A durable's start cannot be changed, so it is deleted and made again. */
  async rewind(floor: number, why: string): Promise<void> {
    const manager = this.#manager as JetStreamManager;
    await manager.consumers.delete(TELEMETRY_STREAM, ETL_CONSUMER);
    await this.#add(floor + 1);
    this.#known.clear();
    this.#messages?.stop();
    this.#events.rewound(floor + 1, why);
  }

  async #ensure(): Promise<void> {
    const { consumers } = this.#manager as JetStreamManager;
    for await (const { name, config } of consumers.list(TELEMETRY_STREAM)) {
      if (name !== ETL_CONSUMER) continue;
      const foreign = differences(config, FIXED);
      if (foreign.length > 0) return this.#replace(foreign);
      if (differences(config, CHANGEABLE).length > 0) await consumers.update(TELEMETRY_STREAM, ETL_CONSUMER, { ...config, ...CHANGEABLE });
      return;
    }
    await this.#add(0);
  }

  /** What a consumer of another kind says is acknowledged may not be stored: everything that the stream holds comes again. */
  async #replace(foreign: readonly string[]): Promise<void> {
    await (this.#manager as JetStreamManager).consumers.delete(TELEMETRY_STREAM, ETL_CONSUMER);
    await this.#add(0);
    this.#events.rewound(0, `somebody else made the consumer ${ETL_CONSUMER}, with another ${foreign.join(', ')}`);
  }

  /** Two ETLs may both ask for it: the same configuration twice is one consumer. */
  async #add(startSequence: number): Promise<void> {
    await (this.#manager as JetStreamManager).consumers.add(TELEMETRY_STREAM, {
      durable_name: ETL_CONSUMER,
      ack_policy: AckPolicy.Explicit,
      replay_policy: ReplayPolicy.Instant,
      ...CHANGEABLE,
      ...(startSequence === 0
        ? { deliver_policy: DeliverPolicy.All }
        : { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: startSequence }),
    });
  }

  async #pull(): Promise<void> {
    const { signal } = this.#abort;
    while (!signal.aborted) {
      try {
        await untilDone(
          () => this.#pullOnce(),
          (error) => this.#events.retried('pull', error),
          signal,
        );
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    }
  }

  /** Until the pull is stopped, or the consumer is gone and made again by a rewind. */
  async #pullOnce(): Promise<void> {
    const { signal } = this.#abort;
    await this.#ensure();
    const consumer = await this.#nc.jetstream().consumers.get(TELEMETRY_STREAM, ETL_CONSUMER);
    this.#messages = await consumer.consume({
      max_bytes: PULL_BYTES,
      expires: 5000,
      idle_heartbeat: 2000,
      abort_on_missing_resource: true,
    });
    for await (const message of this.#messages) {
      const known = this.#known.take(message);
      // The copy that is held answers for both.
      if (known === 'held') continue;
      if (known === 'stored') {
        message.ack();
        continue;
      }
      this.#held.add(message);
      this.#buffer.push(message);
      this.#bufferBytes += message.data.length;
      this.#arrived.open();
      while (this.#bufferBytes >= BUFFER_BYTES && !signal.aborted) {
        this.#room.close();
        await this.#room.wait();
      }
      if (signal.aborted) return;
    }
  }
}

function asError(value: unknown): Error {
  return value instanceof Error ? value : new Error(String(value));
}

/** The settings that are not as wanted; an absent one is off. */
function differences(found: ConsumerConfig, wanted: Partial<ConsumerConfig>): string[] {
  return Object.entries(wanted).flatMap(([setting, value]) => {
    const has = found[setting as keyof ConsumerConfig];
    return (has ?? (typeof value === 'string' ? '' : typeof value === 'number' ? 0 : false)) === value ? [] : [setting];
  });
}
