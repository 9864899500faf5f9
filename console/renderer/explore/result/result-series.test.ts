import { expect, test } from 'vitest';
import type { QueryResult } from '../../../common/query-result.ts';
import { toCsv } from './csv.ts';
import { toResultSeries } from './result-series.ts';

const seconds = (...values: number[]): Float64Array => Float64Array.from(values, (value) => value * 1e6);

function answer(columns: QueryResult['columns']): QueryResult {
  return { columns, rows: columns[0]?.values.length ?? 0, truncated: false, elapsedMs: 1 };
}

test('a text column makes a line a value; a hole in time is a gap', () => {
  const series = toResultSeries(
    answer([
      { name: 'timestamp', type: 'timestamp', kind: 'time', values: seconds(1, 1, 2, 2, 3, 10) },
      { name: 'role', type: 'varchar', kind: 'text', values: ['a', 'b', 'a', 'b', 'a', 'a'] },
      { name: 'busy', type: 'double', kind: 'number', values: new Float64Array([1, 2, 3, Number.NaN, 5, 6]) },
    ]),
  );
  expect(series?.times).toEqual([1, 2, 3, 6.5, 10]);
  expect(series?.lines).toEqual([
    { label: 'a', values: [1, 3, 5, null, 6] },
    { label: 'b', values: [2, null, undefined, null, undefined] },
  ]);
});

test('longs of which one is too large for a number are still a line, and no labels', () => {
  const series = toResultSeries(
    answer([
      { name: 'timestamp', type: 'timestamp', kind: 'time', values: seconds(1, 2, 3) },
      { name: 'n', type: 'long', kind: 'text', values: ['5', null, '9007199254740993'] },
    ]),
  );
  expect(series?.lines).toEqual([{ label: 'n', values: [5, null, 2 ** 53] }]);
});

test('nothing but NULL, or one point of time, is no line', () => {
  const column = (...values: number[]) => ({ name: 'busy', type: 'double', kind: 'number' as const, values: new Float64Array(values) });
  const time = (...values: number[]) => ({ name: 'timestamp', type: 'timestamp', kind: 'time' as const, values: seconds(...values) });
  expect(toResultSeries(answer([time(1, 2), column(Number.NaN, Number.NaN)]))).toBeUndefined();
  expect(toResultSeries(answer([time(1), column(5)]))).toBeUndefined();
  expect(toResultSeries(answer([time(1, 2), column(Number.NaN, 5)]))?.lines[0]?.values).toEqual([null, 5]);
});

test('a missing tag has a name of its own', () => {
  const series = toResultSeries(
    answer([
      { name: 'timestamp', type: 'timestamp', kind: 'time', values: seconds(1, 1, 2, 2) },
      { name: 'node', type: 'symbol', kind: 'text', values: ['a', 'a', 'a', 'a'] },
      { name: 'interface', type: 'symbol', kind: 'text', values: ['eth0', null, 'eth0', null] },
      { name: 'rx', type: 'double', kind: 'number', values: new Float64Array([900, 1, 800, 2]) },
    ]),
  );
  expect(series?.lines).toEqual([
    { label: 'eth0', values: [900, 800] },
    { label: '(no interface)', values: [1, 2] },
  ]);
});

test('all lines can be had up to a bound, and the rest is told', () => {
  const count = 204;
  const series = toResultSeries(
    answer([
      { name: 't', type: 'timestamp', kind: 'time', values: Float64Array.from({ length: 2 * count }, (_, i) => 1e6 * (i % 2)) },
      { name: 'k', type: 'varchar', kind: 'text', values: Array.from({ length: 2 * count }, (_, i) => `k${i >> 1}`) },
      { name: 'v', type: 'double', kind: 'number', values: new Float64Array(2 * count) },
    ]),
  );
  expect(series?.lines).toHaveLength(200);
  expect(series?.left).toBe(4);
});

test('without a time, a number or two moments there is nothing to draw', () => {
  const number = { name: 'v', type: 'double', kind: 'number', values: new Float64Array([1]) } as const;
  expect(toResultSeries(answer([number]))).toBeUndefined();
  expect(toResultSeries(answer([{ name: 't', type: 'timestamp', kind: 'time', values: seconds(1) }, number]))).toBeUndefined();
});

test('CSV quotes what needs it, and no cell is a formula', () => {
  const csv = toCsv(
    answer([
      { name: 't', type: 'timestamp', kind: 'time', values: new Float64Array([1_700_000_000_000_001, Number.NaN]) },
      { name: 'a,b', type: 'varchar', kind: 'text', values: ['=cmd|"x"', null] },
      { name: 'v', type: 'double', kind: 'number', values: new Float64Array([0.1, Number.NaN]) },
    ]),
  );
  expect(csv).toBe('t,"a,b",v\r\n2023-11-14T22:13:20.000001Z,"\'=cmd|""x""",0.1\r\n,,\r\n');
});

test('x_min and x_max beside an x are its band, and gaps open in it too', () => {
  const numbers = (name: string, ...values: number[]) => ({
    name,
    type: 'double',
    kind: 'number' as const,
    values: Float64Array.from(values),
  });
  const series = toResultSeries(
    answer([
      { name: 'timestamp', type: 'timestamp', kind: 'time', values: seconds(1, 2, 3, 9) },
      numbers('busy', 5, 6, 7, 8),
      numbers('busy_min', 1, 2, 3, 4),
      numbers('busy_max', 8, 9, 10, 11),
      numbers('load_min', 0, 0, 0, 0),
    ]),
  );
  expect(series?.lines.map((line) => line.label)).toEqual(['busy', 'load_min']);
  expect(series?.lines[0]?.band).toEqual({ low: [1, 2, 3, null, 4], high: [8, 9, 10, null, 11] });
});

test('a name of a line is bounded, visible text, or the node’s', () => {
  const series = toResultSeries(
    answer([
      { name: 'timestamp', type: 'timestamp', kind: 'time', values: seconds(1, 2) },
      { name: 'node', type: 'varchar', kind: 'text', values: ['a\u0000b', 'id-1'] },
      { name: 'busy', type: 'double', kind: 'number', values: new Float64Array([1, 2]) },
    ]),
    (id) => (id === 'id-1' ? 'accra-1' : undefined),
  );
  expect(series?.lines.map((line) => line.label)).toEqual(['a␀b', 'accra-1']);
});

test('a series is all that the text columns say: no line hides another, and what no tag tells apart is not drawn', () => {
  const rows = (tags: Record<string, string[]>, ...rx: number[]) =>
    answer([
      { name: 'timestamp', type: 'timestamp', kind: 'time', values: seconds(1, 1, 2, 2) },
      ...Object.entries(tags).map(([name, values]) => ({ name, type: 'symbol', kind: 'text' as const, values })),
      { name: 'rx', type: 'double', kind: 'number', values: Float64Array.from(rx) },
    ]);
  const node = ['a', 'a', 'a', 'a'];
  const two = toResultSeries(rows({ node, interface: ['eth0', 'lo', 'eth0', 'lo'] }, 900, 1, 800, 2));
  expect(two?.lines).toEqual([
    { label: 'eth0', values: [900, 800] },
    { label: 'lo', values: [1, 2] },
  ]);
  const four = toResultSeries(rows({ node: ['a', 'b', 'a', 'b'], interface: ['eth0', 'lo', 'lo', 'eth0'] }, 1, 2, 3, 4));
  expect(four?.lines.map(({ label }) => label)).toEqual(['a, eth0', 'b, lo', 'a, lo', 'b, eth0']);
  const hidden = toResultSeries(rows({ node }, 900, 1, 800, 2));
  expect([hidden?.lines, hidden?.problem]).toEqual([[], expect.stringContaining('several rows of one series have the same time')]);
  // The same value twice hides nothing.
  expect(toResultSeries(rows({ node }, 5, 5, 6, 6))?.lines).toEqual([{ label: 'a', values: [5, 6] }]);
});
