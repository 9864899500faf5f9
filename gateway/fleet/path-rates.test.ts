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
