import { expect, test } from 'vitest';
import { numericColumn, type QueryResult } from '../../../common/query-result.ts';
import { orderedRows } from './row-order.ts';

const RESULT: QueryResult = {
  columns: [
    { name: 'n', type: 'double', kind: 'number', values: Float64Array.of(2, Number.NaN, 1, 2) },
    { name: 't', type: 'varchar', kind: 'text', values: ['b', 'a', null, 'b'] },
  ],
  rows: 4,
  truncated: false,
  elapsedMs: 1,
};

test('rows are ordered by a column, null last, equals as they came', () => {
  expect([...(orderedRows(RESULT, { column: 0, descending: false }) ?? [])]).toEqual([2, 0, 3, 1]);
  expect([...(orderedRows(RESULT, { column: 0, descending: true }) ?? [])]).toEqual([0, 3, 2, 1]);
  expect([...(orderedRows(RESULT, { column: 1, descending: false }) ?? [])]).toEqual([1, 0, 3, 2]);
  expect(orderedRows(RESULT, undefined)).toBeUndefined();
  expect(orderedRows(RESULT, { column: 9, descending: false })).toBeUndefined();
});

test('longs beyond 2^53 are ordered by their size, not by their digits', () => {
  const values = ['9007199254740993', '5', null, '-9223372036854775807', '9007199254740992'];
  const result: QueryResult = { columns: [{ name: 'n', type: 'long', kind: 'text', values }], rows: 5, truncated: false, elapsedMs: 1 };
  expect([...(orderedRows(result, { column: 0, descending: false }) ?? [])]).toEqual([3, 1, 4, 0, 2]);
  expect(numericColumn(result, 'n')).toEqual(Float64Array.of(2 ** 53, 5, Number.NaN, -(2 ** 63), 2 ** 53));
});

test('the most rows an answer may have are in order soon', () => {
  const values = Float64Array.from({ length: 100_000 }, (_, row) => (row * 7919) % 1_000_003);
  const rows = orderedRows(
    { columns: [{ name: 'n', type: 'double', kind: 'number', values }], rows: values.length, truncated: true, elapsedMs: 1 },
    { column: 0, descending: true },
  );
  expect(values[rows?.[0] as number]).toBe(values.reduce((a, b) => Math.max(a, b)));
});
