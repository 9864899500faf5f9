import { expect, it } from 'vitest';
import type { QueryValues } from './gen/messages.ts';
import { frameRows, isoTime } from './query-rows.ts';

const NONE: QueryValues = { numbers: [], texts: [], timesUs: [], nulls: [] };

it('reads rows from the columns of a frame, with null for what is absent', () => {
  const columns = [
    { name: 'timestamp', type: 'timestamp' },
    { name: 'busy', type: 'double' },
    { name: 'node_id', type: 'symbol' },
  ];
  const values = [
    { ...NONE, timesUs: [1_700_000_000_123_456, 0], nulls: [1] },
    { ...NONE, numbers: [0.5, Number.NaN] },
    { ...NONE, texts: ['a', ''], nulls: [1] },
  ];
  expect(frameRows(columns, { columns: [], rows: 2, values })).toEqual([
    ['2023-11-14T22:13:20.123456Z', 0.5, 'a'],
    [null, null, null],
  ]);
});

it('has longs that no number holds as their digits, and the others of their frame as numbers', () => {
  const values = [
    { ...NONE, texts: ['9007199254740993', '', '5', '-9223372036854775807', '4503599627370496'], nulls: [1] },
    { ...NONE, numbers: [1, Number.NaN, 3, 4, 5] },
  ];
  const columns = ['x', 'y'].map((name) => ({ name, type: 'long' }));
  expect(frameRows(columns, { columns: [], rows: 5, values })).toEqual([
    ['9007199254740993', 1],
    [null, null],
    [5, 3],
    ['-9223372036854775807', 4],
    [4503599627370496, 5],
  ]);
});

it('writes times before 1970 with microseconds, too', () => {
  expect(isoTime(-1)).toBe('1969-12-31T23:59:59.999999Z');
});
