import { afterEach, expect, it, vi } from 'vitest';
import { pauseBefore, untilDone } from './retry.ts';

const pauses = vi.hoisted((): number[] => []);
vi.mock('node:timers/promises', () => ({
  setTimeout: async (ms: number, _: unknown, { signal }: { signal: AbortSignal }) => {
    signal.throwIfAborted();
    pauses.push(ms);
  },
}));

afterEach(() => {
  vi.restoreAllMocks();
  pauses.length = 0;
});

const never = new AbortController().signal;

it.each([
  [0, [50, 100, 200, 400, 800, 1600, 2500, 2500]],
  [1, [100, 200, 400, 800, 1600, 3200, 5000, 5000]],
])('waits longer before each attempt, from half to all of it by chance (%d), at most 5 s', async (chance, expected) => {
  vi.spyOn(Math, 'random').mockReturnValue(chance);
  for (let attempt = 1; attempt <= expected.length; attempt++) await pauseBefore(attempt, never);
  expect(pauses).toEqual(expected);
});

it('ends a pause with the part', async () => {
  const stop = new AbortController();
  stop.abort();
  await expect(pauseBefore(9, stop.signal)).rejects.toMatchObject({ code: 'cancelled' });
});

it('tells each failure with its number and goes on until it succeeds', async () => {
  const told: string[] = [];
  let calls = 0;
  const done = untilDone(
    async () => {
      if (++calls < 4) throw calls === 2 ? 'a text' : new Error(`no ${calls}`);
      return 'stored';
    },
    (error, count) => told.push(`${count} ${error.message}`),
    never,
  );
  expect(await done).toBe('stored');
  expect(told).toEqual(['1 no 1', '2 a text', '3 no 3']);
  expect(pauses).toHaveLength(3);
});

it('does not call a failure that came with the end of the part a failure', async () => {
  const stop = new AbortController();
  const told: string[] = [];
  const failing = untilDone(
    async () => {
      stop.abort();
      throw new Error('the connection closed');
    },
    (error) => told.push(error.message),
    stop.signal,
  );
  await expect(failing).rejects.toMatchObject({ code: 'cancelled' });
  expect(told).toEqual([]);
});
