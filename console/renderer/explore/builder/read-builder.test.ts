import { expect, test } from 'vitest';
import { FIRST_SQL } from '../query-state.ts';
import { toSql } from './builder-query.ts';
import { type BuilderQuery, EMPTY_QUERY } from './query-model.ts';
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

const RATES: BuilderQuery = {
  ...QUERY,
  fields: [
    { column: 'rx', aggregate: 'rate', name: 'rx_rate' },
    { column: 'from', aggregate: 'rate', name: 'sum' },
  ],
  groupBy: ['role'],
  series: ['node_id', 'order', 'role'],
  order: { name: 'rx_rate', descending: true },
};

test('SQL that is but like that of rates is no query of the builder', () => {
  const sql = toSql(RATES);
  expect(sql).toContain('PARTITION BY node_id, "order", role ORDER BY timestamp');
  for (const other of [
    sql.replace('>= before_1', '> before_1'),
    sql.replaceAll('PARTITION BY node_id, "order", role', 'PARTITION BY node_id'),
    sql.replace('sum((CASE', 'avg((CASE'),
    sql.replace("datediff('s'", "datediff('m'"),
    sql.replace(') AS before', ') AS earlier'),
    sql.replace('))', ') WHERE value_1 > 3)'),
  ]) {
    expect(readBuilder(other)).toHaveProperty('why');
  }
});

test('SQL that is but like that of an order is no query of the builder', () => {
  const sql = toSql(QUERY);
  expect(sql).toContain('ORDER BY busy IS NULL, busy DESC\nLIMIT 20');
  for (const other of [
    sql.replace('busy IS NULL, busy', 'busy IS NULL, busy_min'),
    sql.replace('IS NULL', 'IS NOT NULL'),
    sql.replace('SELECT * FROM', 'SELECT busy FROM'),
    sql.replace('\n)\n', '\nLIMIT 3\n)\n'),
    sql.replace('\n)\n', '\n'),
    sql.replace('\n)\n', '\nORDER BY timestamp DESC\n)\n'),
    sql.replace(/ORDER BY.*/s, ''),
  ]) {
    expect(readBuilder(other), other).toHaveProperty('why');
  }
});

test('a query of the builder is the same after SQL and back', () => {
  for (const query of [
    QUERY,
    { ...QUERY, step: '', windowTime: false, note: [], order: undefined, limit: undefined },
    { ...QUERY, step: '', groupBy: [], fields: [{ column: 'busy', aggregate: '' as const, name: 'busy' }] },
    { ...QUERY, fields: [{ column: '*', aggregate: 'count' as const, name: 'rows' }] },
    {
      ...QUERY,
      fields: (['p50', 'p95', 'p99'] as const).map((aggregate) => ({ column: 'busy', aggregate, name: `busy_${aggregate}` })),
    },
    { ...QUERY, fields: [{ column: 'order', aggregate: 'p99' as const, name: 'order' }] },
    { ...QUERY, fields: [{ column: 'used', aggregate: 'ratio' as const, by: 'limit', name: 'used_per_limit' }] },
    { ...QUERY, order: { name: 'order', descending: false } },
    { ...QUERY, order: { name: 'timestamp', descending: true } },
    RATES,
    { ...RATES, order: undefined, limit: undefined, note: [], filters: [], windowTime: false, groupBy: [] },
    { ...RATES, series: ['order'], groupBy: ['order'], step: '$step' },
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
  ['select * from cpu', 'it needs named columns instead of *'],
  ['select timestamp, busy from cpu join memory on (node_id)', 'it has no JOIN'],
  ['select avg(busy + 1) from cpu', 'avg() can only take a column'],
  ['select avg(busy) / 2 from cpu', 'it has no calculation with busy'],
  ['select timestamp, busy from cpu where a = 1 or b = 2', 'it has no OR'],
  ["select timestamp, busy from cpu where timestamp in '2026'", 'the builder only filters time by $from and $to'],
  ['select timestamp, busy from (select * from cpu)', '“(” is where a table should be'],
  ['select avg(busy) from cpu sample by 1m', 'it needs the timestamp of each step'],
  ['select timestamp, avg(busy) b from cpu sample by 1m fill(prev)', 'it has no calculation with busy'],
  ['select timestamp, avg(busy) as b from cpu sample by 1m fill(prev)', 'it has no FILL'],
  ['select timestamp as t, busy from cpu', 'it cannot rename timestamp'],
  ['select distinct region from cpu', 'it has no DISTINCT'],
  ['select p95(busy) as b from cpu', 'it has no p95() like this one'],
  ['select approx_percentile(busy, 0.9) as b from cpu', 'it has no approx_percentile() like this one'],
  ['select median(busy) from cpu', 'it has no median() like this one'],
  ['select rate(busy) as b from cpu', 'it has no rate() like this one'],
  ['select sum(a) / sum(b) / 2 as c from cpu', 'it has no calculation with a'],
  ['select timestamp, -- now\n busy from cpu', 'comments inside the query would be lost'],
  ["select 'open", 'a quote is not closed, or a character is not SQL'],
  ['', 'SELECT is missing'],
])('%s is more than the builder can show', (sql, why) => {
  expect(readBuilder(sql)).toEqual({ why });
});
