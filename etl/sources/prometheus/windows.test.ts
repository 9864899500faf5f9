import { expect, it } from 'vitest';
import { firstHalf, periodOf, piecesOf, stepAt, stepFrom, type Window, windowAfter } from './windows.ts';

const DAY = 86_400_000;

it('counts steps since 1970, so that two runs ask for the same points', () => {
  expect([stepAt(29_999, 15_000), stepFrom(29_999, 15_000), stepAt(30_000, 15_000), stepFrom(30_000, 15_000)]).toEqual([1, 2, 2, 2]);
});

it.each([
  [1000, 1440],
  [15_000, 11_000],
  [60_000, 1440],
  [7000, 1000],
  [3_600_000, 500],
])('catches up at steps of %i ms without hole or overlap, never in two periods, at most %i points at once', (stepMs, points) => {
  const [begin, upTo] = [stepAt(20_000 * DAY - 12_345_678, stepMs), stepAt(20_003 * DAY, stepMs)];
  let done = begin;
  for (;;) {
    const window = windowAfter(done, upTo, stepMs, points);
    if (window === undefined) break;
    expect(window.first).toBe(done + 1);
    expect(window.last - window.first).toBeLessThan(points);
    expect(periodOf(window.last, stepMs)).toBe(periodOf(window.first, stepMs));
    done = window.last;
  }
  expect(done).toBe(upTo);
});

it('has nothing to do before the next step', () => {
  expect(windowAfter(10, 10, 1000, 100)).toBeUndefined();
  // The clock of Prometheus went back.
  expect(windowAfter(10, 3, 1000, 100)).toBeUndefined();
});

it('cuts a span at the same places wherever it begins', () => {
  const pieces = (first: number, last: number): Window[] => [...piecesOf({ first, last }, 100)];
  expect(pieces(150, 420)).toEqual([
    { first: 150, last: 199 },
    { first: 200, last: 299 },
    { first: 300, last: 399 },
    { first: 400, last: 420 },
  ]);
  expect(pieces(30, 320).slice(2, 3)).toEqual([{ first: 200, last: 299 }]);
  expect(pieces(5, 4)).toEqual([]);
  expect(pieces(200, 200)).toEqual([{ first: 200, last: 200 }]);
  expect(pieces(150, 200).at(-1)).toEqual({ first: 200, last: 200 });
});

it('halves a window down to a single point', () => {
  expect(firstHalf({ first: 0, last: 5 })).toEqual({ first: 0, last: 2 });
  expect(firstHalf({ first: 0, last: 1 })).toEqual({ first: 0, last: 0 });
  expect(firstHalf({ first: 7, last: 7 })).toBeUndefined();
});
