import { expect, test, vi } from 'vitest';
import type { SeriesAnswer } from '../../../common/series-answer.ts';
import { SeriesCache, type Wanted } from './series-cache.ts';

const STEP = { seconds: 1, raw: true };
const LENGTH_MS = 512_000;
const NOW = 100 * LENGTH_MS;
const wanted = (index: number, points = 1): Wanted => ({
  wish: { measurement: 'load', tags: {}, fields: [String(points)] },
  block: { step: STEP, index },
});
const answerOf = (points: number): SeriesAnswer => ({
  tier: 'raw',
  stepSeconds: 1,
  series: [{ tags: {}, times: new Float64Array(points), fields: {} }],
});

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

test('a block is fetched once, one of the future never, and the newest again after a while', async () => {
  let now = NOW;
  const load = vi.fn(async () => answerOf(1));
  const cache = new SeriesCache(
    load,
    () => undefined,
    () => now,
  );
  cache.want([wanted(98), wanted(99), wanted(101)]);
  cache.want([wanted(98), wanted(99)]);
  await settle();
  expect(load).toHaveBeenCalledTimes(2);
  expect(cache.get(wanted(99))).toBeDefined();
  now += 31_000;
  cache.want([wanted(10), wanted(99)]);
  await settle();
  expect(load).toHaveBeenCalledTimes(4);
  now += 40_000;
  cache.want([wanted(10)]);
  await settle();
  expect(load).toHaveBeenCalledTimes(4);
});

test('few at once, and what is no longer wanted ends', async () => {
  const signals: AbortSignal[] = [];
  const load = vi.fn((_: unknown, __: unknown, signal: AbortSignal) => {
    signals.push(signal);
    return new Promise<SeriesAnswer>(() => undefined);
  });
  const cache = new SeriesCache(
    load,
    () => undefined,
    () => NOW,
  );
  cache.want([1, 2, 3, 4, 5, 6].map((index) => wanted(index)));
  expect(load).toHaveBeenCalledTimes(4);
  cache.want([wanted(1)]);
  expect(signals.map((signal) => signal.aborted)).toEqual([false, true, true, true]);
});

test('memory is bounded: what was not used for longest goes', async () => {
  const cache = new SeriesCache(
    async () => answerOf(2_500_000),
    () => undefined,
    () => NOW,
  );
  for (const index of [1, 2]) {
    cache.want([wanted(index)]);
    await settle();
  }
  cache.get(wanted(1));
  cache.want([wanted(3)]);
  await settle();
  expect([1, 2, 3].map((index) => cache.get(wanted(index)) !== undefined)).toEqual([true, false, true]);
});

test('a failure is told, and tried again only after a pause', async () => {
  const load = vi.fn(async () => {
    throw new Error('the store rests');
  });
  const cache = new SeriesCache(
    load,
    () => undefined,
    () => NOW,
  );
  cache.want([wanted(1)]);
  await settle();
  cache.want([wanted(1)]);
  await settle();
  expect(cache.problem).toBe('the store rests');
  expect(load).toHaveBeenCalledTimes(1);
});

test('a settled block is read anew while rows of its time come late, and once more when they are in the store', async () => {
  let now = NOW;
  const load = vi.fn(async () => answerOf(1));
  const cache = new SeriesCache(
    load,
    () => undefined,
    () => now,
  );
  const readAfter = async (ms: number): Promise<number> => {
    now += ms;
    cache.want([wanted(50), wanted(90)]);
    await settle();
    return load.mock.calls.length;
  };
  expect(await readAfter(0)).toBe(2);
  expect(await readAfter(3_600_000)).toBe(2);
  // The agent was away since before block 90 began, and sends what it kept.
  cache.rowsArrive(90 * LENGTH_MS, now + 120_000);
  expect(await readAfter(1000)).toBe(3);
  expect(await readAfter(10_000)).toBe(3);
  expect(await readAfter(120_000)).toBe(4);
  expect(await readAfter(3_600_000)).toBe(4);
});
