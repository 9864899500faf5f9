import { expect, test } from 'vitest';
import type { QueryResult } from '../../common/query-result.ts';
import { type MomentQuery, momentQueries, takeAnswer, type ValuesThen, valuesOf } from './moment-values.ts';

function answer(texts: Record<string, string[]>, numbers: Record<string, number[]>): QueryResult {
  return {
    rows: Object.values(texts)[0]?.length ?? 0,
    truncated: false,
    elapsedMs: 0,
    columns: [
      ...Object.entries(texts).map(([name, values]) => ({ name, type: 'symbol', kind: 'text' as const, values })),
      ...Object.entries(numbers).map(([name, values]) => ({
        name,
        type: 'double',
        kind: 'number' as const,
        values: Float64Array.from(values),
      })),
    ],
  };
}

const queries = momentQueries('TIME');
const queryOf = (table: string): MomentQuery => queries.find(({ sql }) => sql.includes(` FROM ${table} `)) as MomentQuery;

test('every value of a node is asked for, and every statement keeps to the time', () => {
  const asked = queries.flatMap(({ columns }) => Object.keys(columns));
  const known = Object.keys(valuesOf(new Map(), 'a')).filter((name) => name !== 'timeMs' && name !== 'diskMount');
  expect(asked.sort()).toEqual(known.sort());
  expect(queries.every(({ sql }) => sql.includes('WHERE TIME'))).toBe(true);
});

test('what one node has several of is combined, and the fullest filesystem is named', () => {
  expect(queryOf('network').sql).toContain(
    "FROM network WHERE TIME AND (physical = 1 OR (physical IS NULL AND interface <> 'lo')) LATEST ON timestamp PARTITION BY node_id, interface)",
  );
  expect(queryOf('disk_io').sql).toContain("(physical = 1 OR (physical IS NULL AND device !~ '^(dm-|md[0-9])'))");
  // A store that only agents without the column have written to.
  expect(queryOf('network').olderSql).toBe(
    'SELECT node_id, sum(rx_bytes_per_second) AS rx_bytes_per_second, sum(tx_bytes_per_second) AS tx_bytes_per_second FROM ' +
      "(SELECT node_id, rx_bytes_per_second, tx_bytes_per_second FROM network WHERE TIME AND interface <> 'lo' LATEST ON timestamp PARTITION BY node_id, interface)",
  );
  const values: ValuesThen = new Map();
  takeAnswer(
    values,
    queryOf('filesystem'),
    answer({ node_id: ['a', 'a', 'b'], mount: ['/', '/data', '/'] }, { used_percent: [40, 91, Number.NaN] }),
  );
  takeAnswer(
    values,
    queryOf('network'),
    answer({ node_id: ['a', 'b'] }, { rx_bytes_per_second: [0, 5], tx_bytes_per_second: [7, Number.NaN] }),
  );
  expect(valuesOf(values, 'a')).toMatchObject({ diskPercent: 91, diskMount: '/data', rxBytesPerSecond: 0, txBytesPerSecond: 7 });
  expect(valuesOf(values, 'b')).toMatchObject({ diskPercent: null, diskMount: '', rxBytesPerSecond: 5, txBytesPerSecond: null });
});
