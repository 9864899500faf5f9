import { expect, test } from 'vitest';
import type { ImportSeries } from './batch-builder.ts';
import { TupleSeries } from './tuple-series.ts';

function staged(width: number) {
  const made: number[][] = [];
  const series = new TupleSeries(width, (tuple) => {
    made.push([...tuple]);
    return { number: made.length } as unknown as ImportSeries;
  });
  return { series, made };
}

test('each tuple has one series, which is made once', () => {
  const { series, made } = staged(2);
  const [a, b] = [series.find(Uint32Array.of(1, 2)), series.find(Uint32Array.of(2, 1))];
  expect(a).not.toBe(b);
  expect(series.find(Uint32Array.of(1, 2))).toBe(a);
  expect(series.find(Uint32Array.of(2, 1))).toBe(b);
  expect(made).toEqual([
    [1, 2],
    [2, 1],
  ]);
});

test('a tuple is read from where it stands among others', () => {
  const { series, made } = staged(2);
  const all = Uint32Array.of(9, 1, 2, 3, 1, 2);
  const found = series.find(all, 1);
  expect(series.find(all, 4)).toBe(found);
  series.find(all, 2);
  expect(made).toEqual([
    [1, 2],
    [2, 3],
  ]);
});

test('tuples that differ in one place alone, whichever, are different', () => {
  for (let place = 0; place < 5; place++) {
    const { series } = staged(5);
    const others = Array.from({ length: 300 }, (_, value) => Uint32Array.from({ length: 5 }, (_, i) => (i === place ? value : 7)));
    expect(new Set(others.map((tuple) => series.find(tuple))).size, `place ${place}`).toBe(300);
    expect(new Set(others.map((tuple) => series.find(tuple))).size).toBe(300);
  }
});

test('without tags there is one series', () => {
  const { series, made } = staged(0);
  expect(series.find(new Uint32Array(0))).toBe(series.find(new Uint32Array(0)));
  expect(made).toEqual([[]]);
});

test('thousands of tuples are found again, however it grew meanwhile', () => {
  const { series, made } = staged(3);
  const tuples = Array.from({ length: 20_000 }, (_, i) => Uint32Array.of(i % 7, i, i % 3));
  const first = tuples.map((tuple) => series.find(tuple));
  expect(tuples.map((tuple) => series.find(tuple))).toEqual(first);
  expect([new Set(first).size, made.length]).toEqual([20_000, 20_000]);
});
