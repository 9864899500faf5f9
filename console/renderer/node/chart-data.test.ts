import { expect, test } from 'vitest';
import { ChartData } from './chart-data.ts';

test('history and the live values behind it make one line; a hole is a gap', () => {
  const data = new ChartData(1);
  data.setHistory([10, 15, 40, 45], [[1, 2, 3, 4]], 5);
  for (let time = 46; time <= 52; time++) data.addLive(time, [time]);
  expect(data.columns(0, 100, 1, false)).toEqual([
    [10, 15, 27.5, 40, 45, 50, 51, 52],
    [1, 2, null, 3, 4, 50, 51, 52],
  ]);
});

test('the lens shows live values alone, at their own step', () => {
  const data = new ChartData(2);
  data.setHistory([1], [[1], [1]], 1);
  data.addLive(10, [1, 2]);
  data.addLive(10.1, [3, Number.NaN]);
  data.addLive(10.1, [9, 9]);
  data.addLive(11, [5, 6]);
  expect(data.columns(9, 12, 0.1, true)).toEqual([
    [10, 10.1, 10.55, 11],
    [1, 3, null, 5],
    [2, null, null, 6],
  ]);
  expect(data.newest()).toEqual([5, 6]);
});

test('memory is bounded: the oldest live values go', () => {
  const data = new ChartData(1);
  for (let time = 0; time < 5000; time++) data.addLive(time, [time]);
  const [times] = data.columns(0, 5000, 1, true);
  expect(times).toHaveLength(1200);
  expect(times[0]).toBe(3800);
  data.clearLive();
  expect(data.newest()).toBeUndefined();
});
