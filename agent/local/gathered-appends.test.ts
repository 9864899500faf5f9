import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { PushSample } from '../../core/common/push-sample.ts';
import { GatheredAppends } from './gathered-appends.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const samples = (count: number): PushSample[] =>
  Array.from({ length: count }, (_, timeUs) => ({
    ...{ nodeId: 'n', measurement: 'm', timeUs, tags: {}, fields: { v: 1 }, metadata: '', labels: {} },
  }));

function staged() {
  const appends: number[] = [];
  const gathered = new GatheredAppends((all) => {
    if (all.length === 13) throw new Error('the disk is full');
    appends.push(all.length);
  });
  return { gathered, appends };
}

it('appends the first at once, and what comes within the moment after it together', async () => {
  const { gathered, appends } = staged();
  await gathered.add(samples(1), 10);
  let answered = 0;
  const later = Array.from({ length: 50 }, () => gathered.add(samples(1), 10).then(() => answered++));
  await vi.advanceTimersByTimeAsync(99);
  expect([appends, answered]).toEqual([[1], 0]);
  await vi.advanceTimersByTimeAsync(1);
  await Promise.all(later);
  expect([appends, answered]).toEqual([[1, 50], 50]);
  await vi.advanceTimersByTimeAsync(1000);
  expect(vi.getTimerCount()).toBe(0);
});

it('does not wait for more than an append may have', async () => {
  const { gathered, appends } = staged();
  await gathered.add(samples(1), 10);
  const waiting = [gathered.add(samples(4000), 10), gathered.add(samples(90), 10), gathered.add(samples(10), 10)];
  expect(appends).toEqual([1, 4090]);
  waiting.push(gathered.add(samples(10_000), 10), gathered.add(samples(2), 500_000));
  await Promise.all(waiting);
  expect(appends).toEqual([1, 4090, 10, 10_000, 2]);
});

it('tells everybody whose samples could not be appended', async () => {
  const { gathered, appends } = staged();
  await gathered.add(samples(1), 10);
  const failed = [gathered.add(samples(6), 10), gathered.add(samples(7), 10)].map((one) => expect(one).rejects.toThrow('the disk is full'));
  await vi.advanceTimersByTimeAsync(100);
  await Promise.all(failed);
  await vi.advanceTimersByTimeAsync(100);
  await gathered.add(samples(2), 10);
  expect(appends).toEqual([1, 2]);
});
