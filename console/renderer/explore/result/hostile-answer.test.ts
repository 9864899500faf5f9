import { expect, test } from 'vitest';
import type { QueryResult } from '../../../common/query-result.ts';
import { MAX_ROWS } from '../query-state.ts';
import { toCsv, toTsv } from './csv.ts';
import { answerBytes } from './result-facts.ts';
import { toResultSeries } from './result-series.ts';

function answer(columns: QueryResult['columns'], rows: number): QueryResult {
  return { columns, rows, truncated: true, elapsedMs: 1 };
}

test('the longest answer there is becomes lines soon, whatever its texts', () => {
  const times = Float64Array.from({ length: MAX_ROWS }, (_, row) => Math.floor(row / 100) * 1e6);
  const names = Array.from({ length: MAX_ROWS }, (_, row) => `=cmd|\u0000${row % 100}`);
  const series = toResultSeries(
    answer(
      [
        { name: 'timestamp', type: 'timestamp', kind: 'time', values: times },
        { name: 'name', type: 'varchar', kind: 'text', values: names },
        { name: 'busy', type: 'double', kind: 'number', values: new Float64Array(MAX_ROWS).fill(7) },
      ],
      MAX_ROWS,
    ),
  );
  expect(series?.lines).toHaveLength(100);
  expect(series?.left).toBe(0);
  expect(series?.lines[0]?.label).toBe('=cmd|␀0');
  expect(series?.lines[0]?.values.every((value) => value === 7)).toBe(true);
});

test('one point and all NULL draw no line', () => {
  const time = { name: 'timestamp', type: 'timestamp', kind: 'time' as const };
  const busy = { name: 'busy', type: 'double', kind: 'number' as const };
  expect(
    toResultSeries(
      answer(
        [
          { ...time, values: Float64Array.of(1) },
          { ...busy, values: Float64Array.of(1) },
        ],
        1,
      ),
    ),
  ).toBeUndefined();
  const nothing = new Float64Array(2).fill(Number.NaN);
  expect(
    toResultSeries(
      answer(
        [
          { ...time, values: nothing },
          { ...busy, values: nothing },
        ],
        2,
      ),
    ),
  ).toBeUndefined();
  expect(toResultSeries(answer([], 0))).toBeUndefined();
});

test('the digits of a long are copied as they are', () => {
  const result = answer([{ name: 'n', type: 'long', kind: 'text', values: ['-9223372036854775807', null] }], 2);
  expect(toCsv(result)).toBe('n\r\n-9223372036854775807\r\n\r\n');
});

test('a copied cell stays in its cell, and runs nothing', () => {
  const huge = 'x'.repeat(10 * 1024 * 1024);
  const result = answer([{ name: 'a\tb', type: 'varchar', kind: 'text', values: ['=1+1', 'x\ty\r\nz', '"q", r', null, huge] }], 5);
  expect(toTsv(result).slice(0, 30)).toBe(`a b\n'=1+1\nx y z\n"q", r\n\nxxxxxx`);
  expect(toCsv(result).startsWith(`a\tb\r\n"'=1+1"\r\n"x\ty\r\nz"\r\n"""q"", r"\r\n\r\nxxxx`)).toBe(true);
  expect(answerBytes(result)).toBeGreaterThan(20 * 1024 * 1024);
});
