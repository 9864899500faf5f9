import { type NatsConnection, NatsError, type StreamConfig } from 'nats';
import { expect, test, vi } from 'vitest';
import { DEFAULT_LIMITS, streamPolicies } from './stream-policy.ts';
import { ensureStreams, untilStreams } from './streams.ts';

const clock = vi.hoisted(() => ({ waits: 0, onWait: () => undefined as unknown }));
vi.mock('node:timers/promises', () => ({
  setTimeout: async (ms: number, _: unknown, { signal }: { signal?: AbortSignal } = {}) => {
    clock.waits++;
    vi.setSystemTime(Date.now() + ms);
    clock.onWait();
    signal?.throwIfAborted();
  },
}));

function apiError(code: number, words: string): NatsError {
  const error = new NatsError(words, `${code}`);
  error.api_error = { code: 400, err_code: code, description: words };
  return error;
}

type Streams = Record<string, Partial<StreamConfig>>;

/** A server with these streams, which changes all but what a stream keeps from its making. */
function staged(streams: Streams = {}, given: { appears?: boolean; refuses?: Error; keeps?: string[]; forbidden?: string } = {}) {
  const did: string[] = [];
  const manager = {
    streams: {
      info: async (name: string) => {
        if (streams[name] === undefined) throw apiError(10059, 'stream not found');
        return { config: streams[name] };
      },
      add: async (config: StreamConfig) => {
        did.push(`add ${config.name}`);
        if (given.forbidden === config.name) throw given.refuses;
        if (given.appears === true) {
          streams[config.name] = { ...config, max_bytes: 5 };
          throw apiError(10058, 'stream name already in use');
        }
        streams[config.name] = config;
        return {};
      },
      update: async (name: string, config: StreamConfig) => {
        did.push(`update ${name}`);
        if (given.refuses !== undefined) throw given.refuses;
        const kept = Object.fromEntries((given.keeps ?? []).map((key) => [key, streams[name]?.[key as keyof StreamConfig]]));
        streams[name] = { ...streams[name], ...config, ...kept };
      },
    },
  };
  return { connection: { jetstreamManager: async () => manager } as unknown as NatsConnection, did, streams };
}

/** All streams as they should be. */
const right = (): Streams =>
  Object.fromEntries(
    streamPolicies(DEFAULT_LIMITS).map(({ name, wanted }) => [name, { ...wanted, name, num_replicas: wanted.num_replicas ?? 1 }]),
  );

test('what is missing is made, complete, and a second call changes nothing', async () => {
  const { connection, did, streams } = staged();
  await ensureStreams(connection);
  expect(did.filter((what) => what.startsWith('add'))).toHaveLength(streamPolicies(DEFAULT_LIMITS).length);
  expect(streams['TELEMETRY']).toMatchObject({ max_bytes: DEFAULT_LIMITS.streamMaxBytes, max_age: 0 });
  did.length = 0;
  await ensureStreams(connection);
  expect(did).toEqual([]);
});

test('a stream of another policy is brought to it; its limits stay unless others are given', async () => {
  const streams = right();
  streams['TELEMETRY'] = { ...streams['TELEMETRY'], max_age: 7, max_bytes: 99, num_replicas: 3 };
  const { connection, did } = staged(streams);
  await ensureStreams(connection);
  expect(did).toEqual(['update TELEMETRY']);
  expect(streams['TELEMETRY']).toMatchObject({ max_age: 0, max_bytes: 99, num_replicas: 3 });
  await ensureStreams(connection, { ...DEFAULT_LIMITS, streamMaxBytes: 1000 });
  expect(streams['TELEMETRY']).toMatchObject({ max_bytes: 1000, num_replicas: 3 });
});

test('a stream that another gateway makes meanwhile is brought to the limits that are given', async () => {
  const { connection, streams } = staged({}, { appears: true });
  await ensureStreams(connection, DEFAULT_LIMITS);
  expect(streams['TELEMETRY']?.max_bytes).toBe(DEFAULT_LIMITS.streamMaxBytes);
});

test('what nats-server does not change is told with what to do, its fixed settings first', async () => {
  const streams = right();
  streams['TELEMETRY'] = { ...streams['TELEMETRY'], storage: 'memory' as never, max_age: 7 };
  const fixed = staged(streams, { refuses: apiError(10052, 'can not change storage') });
  await expect(ensureStreams(fixed.connection)).rejects.toMatchObject({
    code: 'failed_precondition',
    message: expect.stringMatching(
      /^the stream TELEMETRY cannot be used as it is: storage is memory and must be file, which nats-server does not change \(nats-server: can not change storage\); keep a copy/,
    ),
  });
  const silent = right();
  silent['TELEMETRY'] = { ...silent['TELEMETRY'], max_age: 7 };
  await expect(ensureStreams(staged(silent, { keeps: ['max_age'] }).connection)).rejects.toThrow(
    /^the stream TELEMETRY cannot be used as it is: max_age is .* and must be .*, which nats-server does not change; keep a copy/,
  );
});

test('a server that does not answer is told as that', async () => {
  const streams = right();
  streams['TELEMETRY'] = { ...streams['TELEMETRY'], max_age: 7 };
  await expect(ensureStreams(staged(streams, { refuses: new NatsError('TIMEOUT', 'TIMEOUT') }).connection)).rejects.toMatchObject({
    code: 'TIMEOUT',
  });
  const failing = {
    jetstreamManager: async () => ({ streams: { info: async () => Promise.reject(apiError(10076, 'jetstream not enabled')) } }),
  };
  await expect(ensureStreams(failing as unknown as NatsConnection)).rejects.toThrow('jetstream not enabled');
});

test('a bucket that a gateway can do without is named with what does not work, and keeps no other from being made', async () => {
  const refused = new NatsError('no right to make it', 'PERMISSIONS_VIOLATION');
  const { connection, streams } = staged({}, { forbidden: 'KV_muster_tasks', refuses: refused });
  expect(await ensureStreams(connection)).toEqual([
    { name: 'KV_muster_tasks', without: 'the history of node states is not written', error: 'no right to make it' },
  ]);
  expect(Object.keys(streams)).toHaveLength(streamPolicies(DEFAULT_LIMITS).length - 1);
  const needed = staged({}, { forbidden: 'KV_muster_nodes', refuses: refused });
  await expect(ensureStreams(needed.connection)).rejects.toThrow('no right to make it');
});

test('streams are waited for until each is there, and what is missing is told every five seconds', async () => {
  vi.useFakeTimers();
  const { connection, streams } = staged({ TELEMETRY: {} });
  const told: string[] = [];
  Object.assign(clock, { waits: 0, onWait: () => clock.waits === 60 && Object.assign(streams, { AUDIT: {} }) });
  await untilStreams(connection, ['TELEMETRY', 'AUDIT'], (error) => told.push(error.message));
  expect([clock.waits, told]).toEqual([
    60,
    [
      'nats-server has no stream AUDIT yet: a gateway makes it at its start',
      'nats-server has no stream AUDIT yet: a gateway makes it at its start',
    ],
  ]);
  await untilStreams(connection, ['TELEMETRY'], () => expect.unreachable());
  expect(clock.waits).toBe(60);
  vi.useRealTimers();
});

test('a stop ends the wait', async () => {
  vi.useFakeTimers();
  const stopping = new AbortController();
  clock.onWait = () => stopping.abort();
  await expect(untilStreams(staged().connection, ['AUDIT'], () => undefined, stopping.signal)).rejects.toMatchObject({ code: 'cancelled' });
  vi.useRealTimers();
});
