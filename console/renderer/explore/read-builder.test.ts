import { expect, test } from 'vitest';
import { type BuilderQuery, EMPTY_QUERY, toSql } from './builder-query.ts';
import { FIRST_SQL } from './query-state.ts';
import { readBuilder } from './read-builder.ts';

const QUERY: BuilderQuery = {
  ...EMPTY_QUERY,
  note: ['-- which role got slower?'],
  table: 'cpu_nodes',
  fields: [
    { column: 'busy', aggregate: 'avg', name: 'busy' },
    { column: 'busy', aggregate: 'min', name: 'busy_min' },
  ],
  groupBy: ['role', 'order'],
  step: '1m',
  filters: [
    { column: 'region', operator: 'in', values: ['los', "o'hare", '--', '"'], text: true },
    { column: 'busy', operator: '>=', values: ['-1.5'], text: false },
    { column: 'name', operator: '~', values: ['^edge-'], text: true },
  ],
  order: { name: 'busy', descending: true },
  limit: 20,
};

test('a query of the builder is the same after SQL and back', () => {
  for (const query of [
    QUERY,
    { ...QUERY, step: '', windowTime: false, note: [], order: undefined, limit: undefined },
    { ...QUERY, step: '', groupBy: [], fields: [{ column: 'busy', aggregate: '' as const, name: 'busy' }] },
    { ...QUERY, fields: [{ column: '*', aggregate: 'count' as const, name: 'rows' }] },
  ]) {
    expect(readBuilder(toSql(query))).toEqual({ query });
  }
});

test('SQL as people write it', () => {
  expect(readBuilder(FIRST_SQL)).toMatchObject({ query: { table: 'cpu', step: '$step', windowTime: true, note: [expect.any(String)] } });
  const sql = 'select timestamp, AVG("busy") as b from "cpu" where timestamp >= $from and timestamp < $to sample by 5m align to calendar;';
  expect(readBuilder(sql)).toEqual({
    query: { ...EMPTY_QUERY, table: 'cpu', fields: [{ column: 'busy', aggregate: 'avg', name: 'b' }], step: '5m' },
  });
});

test.each([
  ['select * from cpu', 'SELECT * names no columns'],
  ['select timestamp, busy from cpu join memory on (node_id)', 'JOIN is beyond it'],
  ['select avg(busy + 1) from cpu', 'avg() of an expression is beyond it'],
  ['select avg(busy) / 2 from cpu', 'it computes with busy'],
  ['select timestamp, busy from cpu where a = 1 or b = 2', 'OR is beyond it'],
  ["select timestamp, busy from cpu where timestamp in '2026'", 'it has a time of its own: the builder reads the window’s time, or all'],
  ['select timestamp, busy from (select * from cpu)', '“(” stands where a table should'],
  ['select avg(busy) from cpu sample by 1m', 'it leaves the time of its steps out'],
  ['select timestamp, avg(busy) b from cpu sample by 1m fill(prev)', 'it computes with busy'],
  ['select timestamp, avg(busy) as b from cpu sample by 1m fill(prev)', 'FILL is beyond it'],
  ['select timestamp as t, busy from cpu', 'it renames the time'],
  ['select distinct region from cpu', 'DISTINCT is beyond it'],
  ['select median(busy) from cpu', 'median() is none of its aggregations'],
  ['select timestamp, -- now\n busy from cpu', 'a comment within the statement would be lost'],
  ["select 'open", 'a quote is never closed, or a sign is not part of SQL'],
  ['', 'it has no SELECT where the builder would have one'],
])('%s is more than the builder can show', (sql, why) => {
  expect(readBuilder(sql)).toEqual({ why });
});
