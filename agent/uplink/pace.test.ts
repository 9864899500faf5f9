import { expect, test } from 'vitest';
import { Backoff, classOf } from './backoff.ts';
import { Pace } from './pace.ts';

test('a backlog goes out at its pace, whatever the size of its batches, and does not save up for long', () => {
  let now = 0;
  const pace = new Pace(1000, () => now);
  const sentUntil = (endMs: number, rows: number): number => {
    let sent = 0;
    for (; now < endMs; now++) {
      while (pace.waitMs === 0) {
        pace.spend(rows);
        sent += Math.max(1, rows);
      }
    }
    return sent;
  };
  expect(sentUntil(10_000, 30)).toBeGreaterThan(10_000 * 0.98);
  now = 100_000;
  expect(sentUntil(100_001, 30)).toBeLessThanOrEqual(280);
  // One larger than what was saved up goes, and is paid off.
  pace.spend(4000);
  expect(pace.waitMs).toBeGreaterThan(3900);
  expect(new Pace(0, () => now).waitMs).toBe(0);
});

test('waits follow the steps, the last one stays, and a success begins anew', () => {
  const backoff = new Backoff([5000, 15_000, 60_000], () => 0.5);
  expect([backoff.next(), backoff.next(), backoff.next(), backoff.next()]).toEqual([2500, 7500, 30_000, 30_000]);
  backoff.reset();
  expect(backoff.next()).toBe(2500);
  backoff.raise();
  expect(backoff.next()).toBe(30_000);
  expect(new Backoff([], () => 1).next()).toBe(1000);
});

test('doubles the longest wait after a minute of failures, up to a minute, so that a crowd that none lets in thins out', () => {
  const backoff = new Backoff(undefined, () => 1);
  const waits = Array.from({ length: 60 }, () => backoff.next());
  expect(waits.slice(0, 4)).toEqual([1000, 2000, 5000, 10_000]);
  expect([waits[14], waits[15], waits[27], waits[39], waits[59]]).toEqual([10_000, 20_000, 40_000, 60_000, 60_000]);
  backoff.reset();
  expect([backoff.next(), backoff.next(), backoff.next(), backoff.next()]).toEqual([1000, 2000, 5000, 10_000]);
  expect(new Backoff([90_000], () => 1).next()).toBe(90_000);
});

test.each([
  [undefined, 'retry'],
  [14, 'retry'],
  [8, 'retry'],
  [3, 'operator'],
  [6, 'operator'],
  [7, 'operator'],
  [16, 'operator'],
])('status %s is a failure of the class %s', (status, expected) => {
  expect(classOf(status)).toBe(expected);
});
