import { expect, test } from 'vitest';
import { PathRates } from './path-rates.ts';

const at = (batchesMade: number, streamIn: number, streamOut: number) => ({ batchesMade, streamIn, streamOut });

test('each hop has a rate of its own: where the way out stands still, the way in goes on', () => {
  const rates = new PathRates();
  for (let s = 0; s <= 20; s += 2) rates.add(s * 1000, at(s * 50, s * 10, Math.min(s, 10) * 10));
  expect(rates.add(22_000, at(22 * 50, 22 * 10, 100))).toEqual({ batchesMade: 50, streamIn: 10, streamOut: 0 });
});

test('nothing is known from one look, after a long time, or across a new beginning', () => {
  const unknown = { batchesMade: undefined, streamIn: undefined, streamOut: undefined };
  const rates = new PathRates();
  expect(rates.add(0, at(5, 5, 5))).toEqual(unknown);
  expect(rates.add(300, at(6, 6, 6))).toEqual(unknown);
  expect(rates.add(60_000, at(600, 600, 600))).toEqual(unknown);
  expect(rates.add(62_000, at(610, 3, 610))).toEqual(unknown);
  expect(rates.add(64_000, at(630, 13, 640))).toEqual({ batchesMade: 10, streamIn: 5, streamOut: 15 });
});

test('a second is long enough, less is not', () => {
  const rates = new PathRates();
  rates.add(0, at(0, 0, 0));
  expect(rates.add(999, at(10, 20, 30)).streamIn).toBeUndefined();
  expect(rates.add(1000, at(10, 20, 30))).toEqual({ batchesMade: 10, streamIn: 20, streamOut: 30 });
});

test('a rate is over the last ten seconds where there are more', () => {
  const rates = new PathRates();
  rates.add(0, at(0, 1000, 0));
  rates.add(5000, at(0, 2000, 0));
  rates.add(10_000, at(0, 2000, 0));
  expect(rates.add(14_999, at(0, 2000, 0)).streamIn).toBeCloseTo(1000 / 14.999);
  expect(rates.add(15_000, at(0, 2000, 0)).streamIn).toBe(0);
});

test('counters of half a minute ago still count, older ones do not', () => {
  const rates = new PathRates();
  rates.add(0, at(0, 0, 0));
  expect(rates.add(30_000, at(0, 30, 0)).streamIn).toBe(1);
  const late = new PathRates();
  late.add(0, at(0, 0, 0));
  expect(late.add(30_001, at(0, 30, 0)).streamIn).toBeUndefined();
});

test('a clock that steps back begins anew', () => {
  const rates = new PathRates();
  rates.add(5000, at(1, 1, 1));
  expect(rates.add(3000, at(9, 9, 9)).streamIn).toBeUndefined();
  expect(rates.add(5000, at(11, 11, 11)).streamIn).toBeUndefined();
  expect(rates.add(7000, at(13, 13, 13)).streamIn).toBe(1);
});
