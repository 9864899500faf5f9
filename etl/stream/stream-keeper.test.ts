import { type NatsConnection, NatsError } from 'nats';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DEFAULT_LIMITS } from '../../core/node/stream-policy.ts';
import type { EtlEvents } from '../events.ts';
import { StreamKeeper } from './stream-keeper.ts';
import type { TelemetryConsumer } from './telemetry-consumer.ts';

const NOW_MS = Date.UTC(2026, 0, 10);
const KEPT_MS = DEFAULT_LIMITS.maxAgeHours * 3_600_000;
beforeEach(() => {
  vi.useFakeTimers({ now: NOW_MS });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A stream of 1000 bytes at most, with one message a second, the newest just now. */
function staged({ commitMode = 'sync', floor = 50, bytes = 100 }: { commitMode?: string; floor?: number; bytes?: number } = {}) {
  const stream = { created: 'a', first: 1, last: 100, bytes, oldestMs: NOW_MS - 1000, gone: new Set<number>() };
  const consumer = { at: floor, failure: undefined as Error | undefined, rewound: [] as unknown[][] };
  const database = { commitMode, restarts: 0 };
  const purges: number[] = [];
  const told: unknown[][] = [];
  const looks: number[] = [];
  const manager = {
    streams: {
      info: async () => ({
        config: { max_bytes: 1000, metadata: undefined },
        state: { first_seq: stream.first, last_seq: stream.last, bytes: stream.bytes, first_ts: new Date(stream.oldestMs).toISOString() },
        created: stream.created,
      }),
      purge: async (_: string, { seq }: { seq: number }) => {
        purges.push(seq);
        const purged = Math.max(0, seq - stream.first);
        stream.first = Math.max(stream.first, seq);
        return { purged };
      },
      getMessage: async (_: string, { seq }: { seq: number }) => {
        looks.push(seq);
        if (stream.gone.has(seq)) {
          const error = new NatsError('no message', '404');
          error.api_error = { code: 404, err_code: 10037, description: 'no message found' };
          throw error;
        }
        return { time: new Date(stream.oldestMs + (seq - 1) * 1000) };
      },
    },
  };
  const keeper = new StreamKeeper(
    { jetstreamManager: async () => manager } as unknown as NatsConnection,
    {
      floor: async () => {
        if (consumer.failure !== undefined) throw consumer.failure;
        return consumer.at;
      },
      rewind: async (...args: unknown[]) => void consumer.rewound.push(args),
    } as unknown as TelemetryConsumer,
    database,
    0.5,
    {
      streamTrimmed: (...args: unknown[]) => void told.push(['trimmed', ...args]),
      retried: (what: string, error: Error) => void told.push(['retried', what, error.message]),
    } as unknown as EtlEvents,
  );
  const look = () => vi.advanceTimersByTimeAsync(1000);
  return { stream, consumer, database, purges, told, looks, keeper, look };
}

test('a stream more than half full loses all that is stored, and nothing else', async () => {
  const { stream, consumer, purges, told, keeper, look } = staged({ bytes: 500 });
  await keeper.start();
  expect(keeper.storedFloor).toBe(50);
  await look();
  expect(purges).toEqual([]);
  stream.bytes = 501;
  await look();
  expect([purges, told]).toEqual([[51], [['trimmed', 50, 50]]]);
  await look();
  expect([purges, told.length]).toEqual([[51], 1]);
  consumer.at = 100;
  await look();
  expect([purges, told[1]]).toEqual([
    [51, 101],
    ['trimmed', 100, 50],
  ]);
  await keeper.stop();
});

test('a purge that removed nothing is no news', async () => {
  const { stream, told, keeper, look } = staged({ bytes: 900, floor: 1 });
  await keeper.start();
  stream.first = 1;
  await look();
  expect(told).toEqual([['trimmed', 1, 1]]);
  await look();
  expect(told).toHaveLength(1);
  await keeper.stop();
});

test('the floor of another stream removes nothing of this one', async () => {
  const { stream, consumer, purges, keeper, look } = staged({ bytes: 900 });
  // The first look only learns which stream it is.
  await keeper.start();
  expect(purges).toEqual([]);
  stream.created = 'b';
  await look();
  expect(purges).toEqual([]);
  consumer.at = 101;
  await look();
  expect(purges).toEqual([]);
  Object.assign(stream, { first: 20 });
  consumer.at = 19;
  await look();
  expect(purges).toEqual([]);
  consumer.at = 20;
  await look();
  expect(purges).toEqual([21]);
  await keeper.stop();
});

test('what is stored goes once it is older than it is kept for, up to the first that is not', async () => {
  const { stream, purges, keeper, look } = staged();
  stream.oldestMs = NOW_MS - KEPT_MS;
  await keeper.start();
  stream.oldestMs = NOW_MS + 1000 - KEPT_MS;
  await look();
  expect(purges).toEqual([]);
  // Of one message a second ten are too old now: the eleventh is as old as is kept.
  stream.oldestMs = NOW_MS + 2000 - KEPT_MS - 10_000;
  await look();
  expect(purges).toEqual([11]);
  await keeper.stop();
});

test('what is not stored stays, however old it is', async () => {
  const { stream, purges, keeper, look } = staged({ floor: 4 });
  stream.oldestMs = NOW_MS - 2 * KEPT_MS;
  await keeper.start();
  await look();
  expect(purges).toEqual([5]);
  await keeper.stop();
});

test('messages that are gone already do not keep the others', async () => {
  const { stream, purges, keeper, look } = staged();
  stream.oldestMs = NOW_MS - KEPT_MS - 20_000;
  for (let seq = 2; seq < 18; seq++) stream.gone.add(seq);
  await keeper.start();
  await look();
  expect(purges).toHaveLength(1);
  expect(purges[0]).toBeGreaterThan(1);
  expect(purges[0]).toBeLessThanOrEqual(22);
  await keeper.stop();
});

test('the place is looked for every five seconds at most', async () => {
  const { stream, looks, keeper, look } = staged({ floor: 100 });
  stream.oldestMs = NOW_MS - KEPT_MS - 500;
  await keeper.start();
  await look();
  const once = looks.length;
  expect(once).toBeGreaterThan(0);
  stream.oldestMs = NOW_MS - KEPT_MS - 500;
  for (let i = 0; i < 4; i++) await look();
  expect(looks).toHaveLength(once);
  await look();
  expect(looks.length).toBeGreaterThan(once);
  await keeper.stop();
});

test('after a cycle it looks at once, ten times a second at most', async () => {
  const { consumer, keeper } = staged();
  await keeper.start();
  consumer.at = 60;
  keeper.soon();
  await vi.advanceTimersByTimeAsync(0);
  expect(keeper.storedFloor).toBe(60);
  consumer.at = 70;
  await vi.advanceTimersByTimeAsync(99);
  keeper.soon();
  await vi.advanceTimersByTimeAsync(0);
  expect(keeper.storedFloor).toBe(60);
  await vi.advanceTimersByTimeAsync(1);
  keeper.soon();
  await vi.advanceTimersByTimeAsync(0);
  expect(keeper.storedFloor).toBe(70);
  await keeper.stop();
});

test('a failed look is told and the next one goes on; a failed first one is a failed start', async () => {
  const { consumer, told, keeper, look } = staged();
  consumer.failure = new Error('no answer');
  await expect(keeper.start()).rejects.toThrow('no answer');
  consumer.failure = undefined;
  await keeper.start();
  consumer.failure = new Error('no answer again');
  await look();
  expect(told).toEqual([['retried', 'stream', 'no answer again']]);
  consumer.failure = undefined;
  consumer.at = 77;
  await look();
  expect(keeper.storedFloor).toBe(77);
  await keeper.stop();
  consumer.at = 78;
  await look();
  expect(keeper.storedFloor).toBe(77);
});

test('a database that commits to disk is never replayed', async () => {
  const { consumer, database, keeper, look } = staged();
  await keeper.start();
  database.restarts++;
  await look();
  expect(consumer.rewound).toEqual([]);
  await keeper.stop();
});

test('one that does not is replayed at the start and after each restart, once', async () => {
  const { consumer, database, keeper, look } = staged({ commitMode: 'async' });
  await keeper.start();
  const atStart = 'this is a start and the database commits without sync';
  expect(consumer.rewound.map(([, why]) => why)).toEqual([atStart]);
  await look();
  database.restarts++;
  await look();
  await look();
  expect(consumer.rewound.map(([, why]) => why)).toEqual([atStart, 'the database has restarted']);
  await keeper.stop();
});

test('without sync only what was stored long ago is removed', async () => {
  const { purges, keeper, look } = staged({ commitMode: 'async', bytes: 900 });
  await keeper.start();
  await look();
  expect(purges).toEqual([]);
  await keeper.stop();
});
