import { expect, test } from 'vitest';
import { RecentBatches } from './recent-batches.ts';
import type { SpooledBatch } from './spool.ts';

const batch = (seq: number, bytes = 10): SpooledBatch => ({ seq, rows: seq, bytes: Buffer.alloc(bytes) });

function holding(from: number, to: number): RecentBatches {
  const recent = new RecentBatches();
  for (let seq = from; seq <= to; seq++) recent.push(batch(seq));
  return recent;
}
const numbers = (batches: SpooledBatch[] | undefined): number[] | undefined => batches?.map(({ seq }) => seq);

test('batches are given from a number on, at most so many, and not where the run does not hold it', () => {
  const recent = holding(5, 9);
  expect(numbers(recent.from(6, 2))).toEqual([6, 7]);
  expect(numbers(recent.from(9, 10))).toEqual([9]);
  expect(numbers(recent.from(5, 1))).toEqual([5]);
  expect(recent.from(4, 1)).toBeUndefined();
  expect(recent.from(10, 1)).toBeUndefined();
  expect(new RecentBatches().from(1, 1)).toBeUndefined();
});

test('the oldest is the first that was pushed and not removed', () => {
  const recent = holding(5, 9);
  expect([recent.oldestIs(5), recent.oldestIs(6)]).toEqual([true, false]);
  recent.removeUpTo(6);
  expect([recent.oldestIs(7), numbers(recent.from(7, 9))]).toEqual([true, [7, 8, 9]]);
  recent.removeUpTo(100);
  expect(recent.oldestIs(7)).toBe(false);
});

test('with one that is taken out all older ones go; one that is not held changes nothing', () => {
  const recent = holding(5, 9);
  recent.remove(4);
  recent.remove(10);
  expect(numbers(recent.from(5, 9))).toEqual([5, 6, 7, 8, 9]);
  recent.remove(7);
  expect([recent.from(7, 1), numbers(recent.from(8, 9))]).toEqual([undefined, [8, 9]]);
});

test('sums are given of a run that is held as a whole', () => {
  const recent = holding(5, 9);
  expect(recent.sumsIfAllHeld(6, 8)).toEqual({ batches: 3, rows: 21, bytes: 30 });
  expect(recent.sumsIfAllHeld(9, 9)).toEqual({ batches: 1, rows: 9, bytes: 10 });
  expect(recent.sumsIfAllHeld(4, 6)).toBeUndefined();
  expect(recent.sumsIfAllHeld(8, 10)).toBeUndefined();
});

test('sixty-four batches and a mebibyte are held, and the newest one however large it is', () => {
  const many = holding(1, 65);
  expect([many.oldestIs(2), many.from(1, 1)]).toEqual([true, undefined]);
  const large = new RecentBatches();
  large.push(batch(1, 1024 * 1024 - 10));
  large.push(batch(2, 10));
  expect(large.oldestIs(1)).toBe(true);
  large.push(batch(3, 1));
  expect(large.oldestIs(2)).toBe(true);
  large.push(batch(4, 3 * 1024 * 1024));
  expect(large.oldestIs(4)).toBe(true);
});
