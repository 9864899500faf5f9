import { expect, test } from 'vitest';
import type { Points } from '../series/points.ts';
import { chart, eachOf, line } from '../specs/chart-spec.ts';
import { chartColumns, linesOf } from './chart-columns.ts';

const points = (
  times: number[],
  mean: number[],
  tags: Record<string, string> = {},
  spread: Points['fields'][string]['spread'] = null,
): Points => ({
  tags,
  times,
  fields: { v: { mean, spread } },
});
const SPEC = chart('k', 'Title', '%', 'm', [line('v', 'v', 1)]);

test('parts that follow each other make one line; a hole is a gap, and a later part does not repeat an earlier', () => {
  const parts = [[points([10, 15], [1, 2])], [points([15, 40, 45], [9, 3, 4])], [points([45, 46, 48, 49], [9, 9, 5, 6])]];
  expect(chartColumns(SPEC, SPEC.lines, parts, 5)).toEqual({
    times: [10, 15, 27.5, 40, 45, 48, 49],
    lines: [[1, 2, null, 3, 4, 5, 6]],
    bands: [null],
  });
});

test('series are summed or the highest is taken, what is excepted is not; one that was absent is no zero', () => {
  const part = [points([1, 2], [1, 2], { d: 'a' }), points([2], [5], { d: 'b' }), points([1, 2], [100, 100], { d: 'lo' })];
  const spec = chart('k', 'T', '', 'm', [line('s', 'v', 1, { over: 'sum' }), line('h', 'v', 2, { over: 'max' })], { except: ['lo'] });
  expect(chartColumns(spec, spec.lines, [part], 1).lines).toEqual([
    [1, 7],
    [1, 5],
  ]);
});

test('the least and most of steps are a band of a single series, and of no sum', () => {
  const spread = { min: [0, 1], max: [4, 6] };
  expect(chartColumns(SPEC, SPEC.lines, [[points([1, 2], [2, 3], {}, spread)]], 1).bands).toEqual([{ low: [0, 1], high: [4, 6] }]);
  const spec = chart('k', 'T', '', 'm', [line('s', 'v', 1, { over: 'sum' })]);
  const two = [points([1, 2], [2, 3], { d: 'a' }, spread), points([1, 2], [2, 3], { d: 'b' }, spread)];
  expect(chartColumns(spec, spec.lines, [two], 1).bands).toEqual([null]);
});

test('a line for each value of a tag: the eight that reach highest, by name, and how many are left out', () => {
  const spec = eachOf('k', 'T', '', 'm', { tag: 'd', field: 'v' });
  const part = Array.from({ length: 12 }, (_, at) => points([1], [at], { d: `d${at}` }));
  const { lines, left } = linesOf(spec, [part]);
  expect(lines.map(({ label }) => label)).toEqual(['d4', 'd5', 'd6', 'd7', 'd8', 'd9', 'd10', 'd11']);
  expect(left).toBe(4);
});
