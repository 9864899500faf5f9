import { expect, test } from 'vitest';
import type { QueryResult } from '../../../common/query-result.ts';
import { answerBytes, tierOf, toPoints } from './result-facts.ts';

const RESULT: QueryResult = {
  columns: [
    { name: 'node_id', type: 'symbol', kind: 'text', values: ['a', 'b', null] },
    { name: 'latitude', type: 'varchar', kind: 'text', values: ['5.6', '', '91'] },
    { name: 'longitude', type: 'double', kind: 'number', values: Float64Array.of(-0.19, 1, 2) },
    { name: 'busy', type: 'double', kind: 'number', values: Float64Array.of(7, Number.NaN, 3) },
  ],
  rows: 3,
  truncated: false,
  elapsedMs: 1,
};

test('rows with a place become points; no place, no point', () => {
  expect(toPoints(RESULT, (id) => (id === 'a' ? 'accra-1' : undefined))).toEqual([
    { latitude: 5.6, longitude: -0.19, label: 'accra-1', value: 7 },
  ]);
  expect(toPoints({ ...RESULT, columns: RESULT.columns.slice(0, 1) }, () => undefined)).toBeUndefined();
});

test('the tier goes by the tables read, whatever texts say', () => {
  expect(tierOf("SELECT 1 FROM cpu WHERE a = 'from cpu_1m'")).toBe('raw rows');
  expect(tierOf('select * from "cpu_1m" join disk_1h_nodes on (node_id)')).toBe('1 min roll-up and 1 h roll-up');
});

test('the size of an answer', () => expect(answerBytes(RESULT)).toBe(2 * (1 + 1) + 2 * (3 + 2) + 2 * 24));
