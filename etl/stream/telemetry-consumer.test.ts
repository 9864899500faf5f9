import { AckPolicy, type ConsumerConfig, type JsMsg, type NatsConnection, ReplayPolicy } from 'nats';
import { afterEach, expect, it, vi } from 'vitest';
import { ETL_CONSUMER, TELEMETRY_STREAM } from '../../core/common/streams.ts';
import type { EtlEvents } from '../events.ts';
import { TelemetryConsumer } from './telemetry-consumer.ts';

interface Message {
  readonly data: Uint8Array;
  readonly said: string[];
}

/** A nats-server that has this consumer, or none, and delivers what is pushed. */
class StagedServer {
  readonly asked: string[] = [];
  readonly told: string[] = [];
  config: Partial<ConsumerConfig> | undefined;
  #waiting: JsMsg[] = [];
  #sequence = 0;
  #wake: () => void = () => undefined;
  #stopped = false;

  readonly connection = {
    jetstreamManager: async () => ({ consumers: this.#consumers }),
    jetstream: () => ({ consumers: { get: async () => ({ consume: async () => this.#messages() }) } }),
  } as unknown as NatsConnection;
  readonly events = {
    rewound: (sequence: number, why: string) => this.told.push(`rewound to ${sequence}: ${why}`),
    retried: (what: string, error: Error) => this.told.push(`${what}: ${error.message}`),
  } as unknown as EtlEvents;

  readonly #consumers = {
    list: () =>
      this.config === undefined
        ? []
        : [
            { name: 'another', config: {} },
            { name: ETL_CONSUMER, config: this.config },
          ],
    add: async (stream: string, config: ConsumerConfig) => {
      this.asked.push(`add ${stream} from ${config.opt_start_seq ?? 'the beginning'}`);
      this.config = config;
    },
    update: async (_: string, name: string, config: ConsumerConfig) => {
      this.asked.push(`update ${name}`);
      this.config = config;
    },
    delete: async (_: string, name: string) => {
      this.asked.push(`delete ${name}`);
      this.config = undefined;
    },
    info: async () => ({ ack_floor: { stream_seq: 41 } }),
  };

  #messages(): AsyncIterable<JsMsg> & { stop(): void } {
    this.#stopped = false;
    const next = async (): Promise<IteratorResult<JsMsg>> => {
      while (this.#waiting.length === 0 && !this.#stopped) await new Promise<void>((resolve) => (this.#wake = resolve));
      const value = this.#waiting.shift();
      return value === undefined ? { done: true, value } : { done: false, value };
    };
    return {
      stop: () => {
        this.#stopped = true;
        this.#wake();
      },
      [Symbol.asyncIterator]: () => ({ next }),
    };
  }

  deliver(...bytes: number[]): Message[] {
    const messages = bytes.map((length) => {
      const said: string[] = [];
      const say = (word: string) => () => said.push(word);
      return {
        data: new Uint8Array(length),
        said,
        seq: ++this.#sequence,
        redelivered: false,
        info: { timestampNanos: 1 },
        ack: say('ack'),
        nak: say('nak'),
        working: say('working'),
        ackAck: async () => said.push('ackAck'),
      };
    });
    this.#waiting.push(...(messages as unknown as JsMsg[]));
    this.#wake();
    return messages;
  }

  /** Another copy of a message, as after a wait that was too long. */
  deliverAgain(message: Message): Message {
    const said: string[] = [];
    const copy = { ...message, said, redelivered: true, ack: () => said.push('ack'), nak: () => said.push('nak') };
    this.#waiting.push(copy as unknown as JsMsg);
    this.#wake();
    return copy;
  }
}

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const stop of stops.splice(0)) await stop();
});

async function stage(config?: Partial<ConsumerConfig>): Promise<{ server: StagedServer; consumer: TelemetryConsumer }> {
  const server = new StagedServer();
  server.config = config;
  const consumer = new TelemetryConsumer(server.connection, server.events);
  await consumer.start();
  stops.push(() => consumer.stop());
  return { server, consumer };
}

async function arrived(consumer: TelemetryConsumer, bytes: number): Promise<void> {
  await vi.waitFor(() => expect(consumer.waitingBytes).toBe(bytes), 20_000);
}

const said = (messages: readonly Message[]): string[] => messages.map((message) => message.said.join());

it('hands out what fits, and one message that does not fit alone', async () => {
  const { server, consumer } = await stage();
  server.deliver(10, 20, 30, 100, 5);
  await arrived(consumer, 165);
  await consumer.arrived();
  const lengths = (maxBytes: number): number[] => consumer.take(maxBytes).map(({ data }) => data.length);
  expect(lengths(60)).toEqual([10, 20, 30]);
  expect(consumer.waitingBytes).toBe(105);
  expect(lengths(50)).toEqual([100]);
  expect(lengths(50)).toEqual([5]);
  expect(lengths(50)).toEqual([]);
  expect(consumer.waitingBytes).toBe(0);
});

it('tells at once of what was left, and waits where nothing is', async () => {
  const { server, consumer } = await stage();
  server.deliver(10, 20);
  await arrived(consumer, 30);
  consumer.take(10);
  let told = 0;
  await consumer.arrived().then(() => told++);
  expect(told).toBe(1);
  consumer.take(99);
  const waiting = consumer.arrived().then(() => told++);
  await new Promise((resolve) => setImmediate(resolve));
  expect(told).toBe(1);
  server.deliver(5);
  await waiting;
  expect([told, consumer.waitingBytes]).toEqual([2, 5]);
});

it('acknowledges all by the last, and keeps alive only what is not acknowledged', async () => {
  const { server, consumer } = await stage();
  const messages = server.deliver(1, 1, 1, 1);
  await arrived(consumer, 4);
  const taken = consumer.take(3);
  await consumer.acknowledge(taken);
  expect(said(messages)).toEqual(['ack', 'ack', 'ackAck', '']);
  await consumer.stop();
  expect(said(messages)).toEqual(['ack', 'ack', 'ackAck', 'nak']);
});

it('tells of an acknowledgement that was lost, and goes on', async () => {
  const { server, consumer } = await stage();
  server.deliver(1);
  await arrived(consumer, 1);
  const [message] = consumer.take(1);
  (message as { ackAck: unknown }).ackAck = async () => Promise.reject(new Error('no answer'));
  await consumer.acknowledge([message as JsMsg]);
  expect(server.told).toEqual(['acknowledge: no answer']);
});

it('keeps alive what it holds, and not what is acknowledged', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const { server, consumer } = await stage();
  const messages = server.deliver(1, 1);
  for (let turn = 0; consumer.waitingBytes < 2 && turn < 50; turn++) await Promise.resolve();
  await consumer.acknowledge(consumer.take(1));
  vi.advanceTimersByTime(7000);
  expect(said(messages)).toEqual(['ackAck', 'working,working']);
});

it('takes no copy of what it holds or has stored, but for one after a rewind', async () => {
  const { server, consumer } = await stage();
  const [first, second] = server.deliver(1, 10) as [Message, Message];
  await arrived(consumer, 11);
  await consumer.acknowledge(consumer.take(1));
  const copies = [first, second].map((message) => server.deliverAgain(message));
  server.deliver(100);
  await arrived(consumer, 110);
  expect(said(copies)).toEqual(['ack', '']);
  await consumer.rewind(0, 'the store lost rows');
  await vi.waitFor(() => {
    server.deliverAgain(first);
    expect(consumer.waitingBytes).toBeGreaterThan(110);
  }, 20_000);
});

it('gives back what could not be stored', async () => {
  const { server, consumer } = await stage();
  const messages = server.deliver(1, 1);
  await arrived(consumer, 2);
  consumer.release(consumer.take(1));
  expect(said(messages)).toEqual(['nak', '']);
});

it('begins again after the floor, and says why', async () => {
  const { server, consumer } = await stage();
  expect(await consumer.floor()).toBe(41);
  await consumer.rewind(41, 'the store lost rows');
  expect(server.asked).toEqual([`add ${TELEMETRY_STREAM} from the beginning`, `delete ${ETL_CONSUMER}`, `add ${TELEMETRY_STREAM} from 42`]);
  expect(server.told).toEqual(['rewound to 42: the store lost rows']);
});

const OWN = { ack_policy: AckPolicy.Explicit, replay_policy: ReplayPolicy.Instant };

it('changes in a consumer that is there what may be changed', async () => {
  const { server } = await stage({ ...OWN, max_ack_pending: 1 });
  expect(server.asked).toEqual([`update ${ETL_CONSUMER}`]);
  expect(server.config).toMatchObject({ ...OWN, max_ack_pending: 4096, max_deliver: -1 });
});

it('replaces one that takes for acknowledged what is delivered: everything comes again', async () => {
  const { server } = await stage({ ...OWN, ack_policy: AckPolicy.None });
  expect(server.asked).toEqual([`delete ${ETL_CONSUMER}`, `add ${TELEMETRY_STREAM} from the beginning`]);
  expect(server.told).toEqual([`rewound to 0: somebody else made the consumer ${ETL_CONSUMER}, with another ack_policy`]);
});
