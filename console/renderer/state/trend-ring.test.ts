import { expect, test } from 'vitest';
import { TrendRing } from './trend-ring.ts';

const MINUTE = 60_000;
const at = (minute: number): number => 1_000_000 * MINUTE + minute * MINUTE;
const shown = (ring: TrendRing, minute: number): (number | null)[] =>
  [...ring.read(at(minute))].map((value) => (Number.isNaN(value) ? null : value));

test('a step is the mean of its samples; a step without any is a gap', () => {
  const ring = new TrendRing(4, MINUTE);
  ring.add(at(0), 10);
  ring.add(at(0) + 1000, 20);
  ring.add(at(2), 40);
  expect(shown(ring, 2)).toEqual([null, 15, null, 40]);
});

test('old steps leave, time that goes on without samples is empty', () => {
  const ring = new TrendRing(3, MINUTE);
  for (let minute = 0; minute < 10; minute++) ring.add(at(minute), minute);
  expect(shown(ring, 9)).toEqual([7, 8, 9]);
  expect(shown(ring, 11)).toEqual([9, null, null]);
  ring.add(at(1), 99);
  expect(shown(ring, 9)).toEqual([7, 8, 9]);
});

test('history fills only what is not known', () => {
  const ring = new TrendRing(3, MINUTE);
  ring.add(at(5), 50);
  ring.fill(at(5), 1);
  expect(ring.changes).toBe(1);
  ring.fill(at(4), 4);
  expect(ring.changes).toBe(2);
  expect(shown(ring, 5)).toEqual([null, 4, 50]);
});
