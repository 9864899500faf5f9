import { expect, test } from 'vitest';
import type { PathValues } from './probe-data.ts';
import { changedSince, healthOf, latencyHealth, lostHealth, severityOf } from './probe-health.ts';

const values = (p50: number | null, lossPercent = 0, uptimePercent = 100): PathValues => ({
  p50,
  p95: p50,
  lossPercent,
  uptimePercent,
  samples: 60,
});

test('far is no problem, farther than usual is', () => {
  expect(latencyHealth(values(300), values(298))).toBe('');
  expect(latencyHealth(values(65), values(40))).toBe('late');
  expect(latencyHealth(values(187), values(11))).toBe('bad');
  expect(latencyHealth(values(187), undefined)).toBe('');
});

test('a multiple of next to nothing says nothing', () => {
  expect(latencyHealth(values(0.9), values(0.2))).toBe('');
  expect(latencyHealth(values(2), values(0.4))).toBe('late');
});

test('loss and wrong answers count against the usual of the path', () => {
  expect(lostHealth(values(10, 2), values(10, 1.8))).toBe('');
  expect(lostHealth(values(10, 2.5), values(10, 1.8))).toBe('late');
  expect(healthOf(values(10, 0, 95), values(10))).toBe('bad');
  expect(healthOf(values(null, 100, 0), undefined)).toBe('bad');
  expect(severityOf(values(187, 2), values(11))).toBeGreaterThan(severityOf(values(65), values(40)));
});

test('since when: the stretch that lasts until now, one good step within it forgiven', () => {
  const steps = [10, 180, 10, 10, 180, 10, 190, 185].map((p50, minute) => ({ ...values(p50), timeMs: minute * 60_000 }));
  expect(changedSince(steps, values(187), values(10), 0)).toEqual({ timeMs: 4 * 60_000, atLeast: false });
  expect(changedSince(steps, values(10), values(10), 0)).toBeUndefined();
});

test('a path that was bad from the first minute asked for is so for longer, one that is younger is not', () => {
  const bad = (minutes: number[]) => minutes.map((minute) => ({ ...values(null, 100, 0), timeMs: minute * 60_000 }));
  const gone = values(null, 100, 0);
  expect(changedSince(bad([0, 1, 2, 59]), gone, undefined, 0)).toEqual({ timeMs: 0, atLeast: true });
  // Three minutes old: it did not fail for more than an hour.
  expect(changedSince(bad([57, 58, 59]), gone, undefined, 0)).toEqual({ timeMs: 57 * 60_000, atLeast: false });
});
