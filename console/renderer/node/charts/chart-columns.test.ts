import { expect, test } from 'vitest';
import type { Part, Points } from '../series/points.ts';
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
const part = (stepSeconds: number, ...series: Points[]): Part => ({ stepSeconds, raw: true, series });
const SPEC = chart('k', 'Title', '%', 'm', [line('v', 'v', 1)]);

test('parts that follow each other make one line; a hole is a gap, and a later part does not repeat an earlier', () => {
  const parts = [points([10, 15], [1, 2]), points([15, 40, 45], [9, 3, 4]), points([45, 46, 48, 49], [9, 9, 5, 6])].map((each) =>
    part(5, each),
  );
  expect(chartColumns(SPEC, SPEC.lines, parts)).toEqual({
    times: [10, 15, 27.5, 40, 45, 48, 49],
    lines: [[1, 2, null, 3, 4, 5, 6]],
    bands: [null],
  });
});

test('series are summed or the highest is taken, what is excepted is not; one that was absent is no zero', () => {
  const series = [points([1, 2], [1, 2], { d: 'a' }), points([2], [5], { d: 'b' }), points([1, 2], [100, 100], { d: 'lo' })];
  const spec = chart('k', 'T', '', 'm', [line('s', 'v', 1, { over: 'sum' }), line('h', 'v', 2, { over: 'max' })], { except: ['lo'] });
  expect(chartColumns(spec, spec.lines, [part(1, ...series)]).lines).toEqual([
    [1, 7],
    [1, 5],
  ]);
});

test('the least and most of steps are a band of a single series, and of no sum', () => {
  const spread = { min: [0, 1], max: [4, 6] };
  expect(chartColumns(SPEC, SPEC.lines, [part(1, points([1, 2], [2, 3], {}, spread))]).bands).toEqual([{ low: [0, 1], high: [4, 6] }]);
  const spec = chart('k', 'T', '', 'm', [line('s', 'v', 1, { over: 'sum' })]);
  const two = [points([1, 2], [2, 3], { d: 'a' }, spread), points([1, 2], [2, 3], { d: 'b' }, spread)];
  expect(chartColumns(spec, spec.lines, [part(1, ...two)]).bands).toEqual([null]);
});

test('a line for each value of a tag: the eight that reach highest, by name, and how many are left out', () => {
  const spec = eachOf('k', 'T', '', 'm', { tag: 'd', field: 'v' });
  const series = Array.from({ length: 12 }, (_, at) => points([1], [at], { d: `d${at}` }));
  const { lines, left } = linesOf(spec, [part(1, ...series)]);
  expect(lines.map(({ label }) => label)).toEqual(['d4', 'd5', 'd6', 'd7', 'd8', 'd9', 'd10', 'd11']);
  expect(left).toBe(4);
});

test('each part has its own step: roll-ups beside raw rows are lines, and a hole among either is a gap', () => {
  const minutes = Array.from({ length: 6 }, (_, at) => at * 60);
  const seconds = Array.from({ length: 5 }, (_, at) => 360 + at);
  const { times, lines } = chartColumns(SPEC, SPEC.lines, [part(60, points(minutes, minutes)), part(1, points(seconds, seconds))]);
  expect(times).toEqual([...minutes, ...seconds]);
  expect(lines[0]).not.toContain(null);
  const away = chartColumns(SPEC, SPEC.lines, [
    part(60, points([0, 60, 120, 600, 660], [1, 1, 1, 1, 1])),
    part(1, points([900, 901], [1, 1])),
  ]);
  expect(away.times.filter((_, at) => away.lines[0]?.[at] === null)).toEqual([360, 780]);
});

test('of devices that say so only those of their own are added up, by their newest word, and all of data that do not say', () => {
  const spec = chart('k', 'T', '', 'm', [line('s', 'v', 1, { over: 'sum' })], { physical: true, except: ['lo'] });
  const device = (name: string, value: number, physical?: number[]): Points => {
    const { times, fields, tags } = points([10, 15], [value, value], { interface: name });
    return { times, tags, fields: physical === undefined ? fields : { ...fields, physical: { mean: physical, spread: null } } };
  };
  const sum = (...series: Points[]) => chartColumns(spec, spec.lines, [part(5, ...series)]).lines[0];
  expect(sum(device('eth0', 3, [1, 1]), device('br0', 3, [0, 0]), device('docker0', 1, [0, 0]), device('lo', 9, [0, 0]))).toEqual([3, 3]);
  // An agent of before, and one that was upgraded in between.
  expect(sum(device('eth0', 3), device('br0', 3), device('lo', 9))).toEqual([6, 6]);
  expect(sum(device('eth0', 3, [NaN, 1]), device('br0', 3, [NaN, 0]))).toEqual([3, 3]);
  // Nothing but what lies on others, as in a container: that is the way out.
  expect(sum(device('veth1', 2, [0, 0]), device('lo', 9))).toEqual([2, 2]);
});
