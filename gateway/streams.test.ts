import type { NatsConnection } from 'nats';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { DEFAULT_LIMITS } from '../core/node/stream-policy.ts';
import type { MissingStream } from '../core/node/streams.ts';
import { createStreams } from './streams.ts';

interface Attempt {
  end(missing?: MissingStream[]): void;
  fail(): void;
}

const attempts: Attempt[] = [];
vi.mock('../core/node/streams.ts', () => ({
  ensureStreams: () =>
    new Promise((resolve, reject) => {
      attempts.push({ end: (missing = []) => resolve(missing), fail: () => reject(new Error('no answer')) });
    }),
}));

beforeEach(() => {
  vi.useFakeTimers();
  attempts.length = 0;
});
afterEach(() => void vi.useRealTimers());

const MISSING: MissingStream[] = [{ name: 'muster_tasks', without: 'no tasks', error: 'refused' }];

/** Streams that began without one that they can do without, so that an attempt in the background is under way. */
async function stage() {
  const after: number[] = [];
  let reconnect = (): void => undefined;
  const streams = createStreams({
    link: {
      connected: true,
      connection: { info: { max_payload: 8 * 1024 * 1024 } } as unknown as NatsConnection,
      onReconnect: (listener) => {
        reconnect = listener;
        return () => true;
      },
    },
    limits: DEFAULT_LIMITS,
    events: { retried: () => undefined },
    afterReconnect: () => void after.push(attempts.length),
  });
  const starting = streams.start();
  attempts[0]?.end(MISSING);
  await starting;
  await vi.advanceTimersByTimeAsync(1000);
  expect(attempts).toHaveLength(2);
  const pass = (ms = 0) => vi.advanceTimersByTimeAsync(ms);
  return { streams, after, pass, reconnect: () => reconnect() };
}

it('does after a reconnect what is owed, though the attempt of the background fails after the one of the reconnect', async () => {
  const { streams, after, pass, reconnect } = await stage();
  reconnect();
  attempts[2]?.fail();
  await pass();
  attempts[1]?.fail();
  await pass(1000);
  expect([attempts.length, after]).toEqual([4, []]);
  attempts[3]?.end(MISSING);
  await pass();
  expect(after).toEqual([4]);
  await pass(60_000);
  attempts[4]?.end();
  await pass(60_000);
  expect([after, vi.getTimerCount()]).toEqual([[4], 0]);
  await streams.stop();
});

it('does not take the success of an attempt from before a reconnect for one after it, and tries again', async () => {
  const { streams, after, pass, reconnect } = await stage();
  reconnect();
  attempts[2]?.fail();
  await pass();
  attempts[1]?.end();
  await pass(1000);
  expect([attempts.length, after]).toEqual([4, []]);
  attempts[3]?.end();
  await pass(60_000);
  expect([after, vi.getTimerCount()]).toEqual([[4], 0]);
  await streams.stop();
});
