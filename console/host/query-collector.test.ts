import { expect, test } from 'vitest';
import type { QueryFrame, QueryValues } from '../../proto/gen/messages.ts';
import { QueryCollector } from './query-collector.ts';

const values = (some: Partial<QueryValues>): QueryValues => ({ numbers: [], texts: [], timesUs: [], nulls: [], ...some });
const frame = (some: Partial<QueryFrame>): QueryFrame => ({ columns: [], rows: 0, values: [], ...some });
const COLUMNS = [
  { name: 'timestamp', type: 'timestamp' },
  { name: 'busy', type: 'double' },
  { name: 'cpu', type: 'varchar' },
];

test('frames become whole columns, nulls in their places', () => {
  const collector = new QueryCollector();
  collector.add(
    frame({
      columns: COLUMNS,
      rows: 2,
      values: [values({ timesUs: [1, 0], nulls: [1] }), values({ numbers: [1, Number.NaN] }), values({ texts: ['a', ''], nulls: [1] })],
    }),
  );
  collector.add(frame({ rows: 1, values: [values({ timesUs: [3] }), values({ numbers: [5] }), values({ texts: ['c'] })] }));
  collector.add(frame({ totals: { rows: 3, truncated: true, elapsedMs: 4 } }));
  const result = collector.result();
  expect(result).toMatchObject({ rows: 3, truncated: true, elapsedMs: 4 });
  expect(result.columns.map((column) => [column.kind, [...column.values]])).toEqual([
    ['time', [1, Number.NaN, 3]],
    ['number', [1, Number.NaN, 5]],
    ['text', ['a', null, 'c']],
  ]);
});

test('longs too large for a number make the whole column text', () => {
  const collector = new QueryCollector();
  collector.add(frame({ columns: [{ name: 'n', type: 'long' }], rows: 2, values: [values({ numbers: [7, Number.NaN] })] }));
  collector.add(frame({ rows: 1, values: [values({ texts: ['9223372036854775807'] })] }));
  expect(collector.result().columns[0]).toMatchObject({ kind: 'text', values: ['7', null, '9223372036854775807'] });
});

test('an answer without rows keeps its columns and their kinds', () => {
  const collector = new QueryCollector();
  collector.add(frame({ columns: COLUMNS }));
  expect(collector.result().columns.map((column) => column.kind)).toEqual(['time', 'number', 'text']);
});
