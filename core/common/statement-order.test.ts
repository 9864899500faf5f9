import { expect, it } from 'vitest';
import { ownOrder, withoutEnd } from './statement-order.ts';

it.each([
  ['select * from cpu'],
  ['select * from cpu order by timestamp'],
  ['SELECT * FROM cpu ORDER BY timestamp ASC;'],
  ['select * from cpu order by "timestamp" -- limit 5'],
  ["select 'order by x limit 5' a from cpu"],
  ['select row_number() over (partition by node_id order by busy desc) from cpu'],
  ['select * from (select * from cpu order by busy)'],
  ['select "limit", t.limit, limit from t'],
  ['select /* limit 5 */ timestamp from cpu'],
])('lets windows read %s', (sql) => {
  expect(ownOrder(sql)).toBeUndefined();
});

it.each([
  ['select * from cpu order by busy', 'ORDER BY'],
  ['select * from cpu order by timestamp desc', 'ORDER BY'],
  ['select * from cpu order by node_id, timestamp', 'ORDER BY'],
  ['select * from cpu order by timestamp, node_id;', 'ORDER BY'],
  ['select * from (select * from cpu) order\n by /* x */ busy', 'ORDER BY'],
  ['select * from cpu limit -500000', 'LIMIT'],
  ['select * from cpu order by timestamp limit 500000', 'LIMIT'],
  ['select * from (select * from cpu limit -500000)', 'LIMIT'],
  ['with x as (select * from cpu LIMIT 200000) select * from x', 'LIMIT'],
])('keeps %s whole', (sql, why) => {
  expect(ownOrder(sql)).toBe(why);
});

it.each([' ', "'", '"', '(', '/*', '-', 'a', ',', 'é', '--\n', "''", '/'])('takes no time for a long statement of %j', (piece) => {
  const sql = `select 1 ${piece.repeat(Math.ceil(100_000 / piece.length))}`;
  const tookMs = Array.from({ length: 5 }, () => {
    const startMs = performance.now();
    ownOrder(sql);
    return performance.now() - startMs;
  });
  // The least: the clock goes on beside other work.
  expect(Math.min(...tookMs)).toBeLessThan(500);
});

it.each([
  ['  select 1 ;\n ; ', 'select 1'],
  ['select 1', 'select 1'],
  [" select ';'", "select ';'"],
  [' ;; ', ''],
  ['', ''],
])('%j without its end is %j', (sql, expected) => expect(withoutEnd(sql)).toBe(expected));
