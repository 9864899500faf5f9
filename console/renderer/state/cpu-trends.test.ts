import { expect, test } from 'vitest';
import type { ConsoleApi } from '../../common/console-api.ts';
import type { QueryResult } from '../../common/query-result.ts';
import { CpuTrends, TREND_STEP_MS, TREND_STEPS } from './cpu-trends.ts';

const A = '00000000-0000-0000-0000-00000000000a';
const B = '00000000-0000-0000-0000-00000000000b';
const NOW = 1000 * TREND_STEP_MS;

function answer(rows: [string | null, number, number][]): QueryResult {
  return {
    columns: [
      { name: 'timestamp', type: 'timestamp', kind: 'time', values: Float64Array.from(rows, ([, timeMs]) => timeMs * 1000) },
      { name: 'node_id', type: 'symbol', kind: 'text', values: rows.map(([id]) => id) },
      { name: 'busy', type: 'double', kind: 'number', values: Float64Array.from(rows, ([, , busy]) => busy) },
    ],
    rows: rows.length,
    truncated: false,
    elapsedMs: 1,
  };
}

function staged(reply: () => Promise<QueryResult>) {
  const asked: { sql: string; maxRows: number }[] = [];
  const request = (_: string, args: { sql: string; maxRows: number }) => {
    asked.push(args);
    return reply();
  };
  return { trends: new CpuTrends({ request } as unknown as ConsoleApi), asked };
}

test('the history of the nodes in view is asked for once, and stands behind the live values', async () => {
  const { trends, asked } = staged(async () =>
    answer([
      [A, NOW - TREND_STEP_MS, 10],
      [A, NOW, 99],
      [B, NOW - TREND_STEP_MS, Number.NaN],
      [null, NOW, 1],
    ]),
  );
  trends.add(A, NOW, 20);
  await trends.fill([A, B, "x'; DROP TABLE cpu"], NOW);
  await trends.fill([A, B], NOW);
  expect(asked).toHaveLength(1);
  expect(asked[0]?.sql).toContain(
    `node_id IN ('${A}', '${B}') AND timestamp >= '${new Date(NOW - TREND_STEPS * TREND_STEP_MS).toISOString()}'`,
  );
  expect([...(trends.read(A, NOW) ?? [])].slice(-2)).toEqual([10, 20]);
  expect(trends.read(B, NOW)).toBeUndefined();
});

test('a failed answer is asked for again, and two are never asked at a time', async () => {
  let fail = true;
  const { trends, asked } = staged(async () => {
    if (fail) throw new Error('the database is away');
    return answer([[A, NOW, 5]]);
  });
  await Promise.all([trends.fill([A], NOW), trends.fill([B], NOW)]);
  expect(asked).toHaveLength(1);
  fail = false;
  await trends.fill([A], NOW);
  expect(asked).toHaveLength(2);
  expect(trends.read(A, NOW)?.at(-1)).toBe(5);
});

test('at most sixty nodes are asked for at a time, all of them in the end, and none where there is nothing to ask', async () => {
  const { trends, asked } = staged(async () => answer([]));
  await trends.fill([], NOW);
  expect(asked).toHaveLength(0);
  const many = Array.from({ length: 70 }, (_, i) => `00000000-0000-0000-0000-${String(i).padStart(12, '0')}`);
  await trends.fill(many, NOW);
  expect(asked[0]?.sql.match(/'[0-9a-f-]{36}'/g)).toHaveLength(60);
  expect(asked[0]?.maxRows).toBe(60 * (TREND_STEPS + 2));
  // The rest without anybody scrolling.
  expect(asked[1]?.sql.match(/'[0-9a-f-]{36}'/g)).toHaveLength(10);
});

test('a stamp is another with each value and each step of time, and a node that went has none', () => {
  const { trends } = staged(async () => answer([]));
  const empty = trends.stamp(A, NOW);
  trends.add(A, NOW, 1);
  const one = trends.stamp(A, NOW);
  expect(new Set([empty, one, trends.stamp(A, NOW + TREND_STEP_MS)]).size).toBe(3);
  expect(trends.stamp(A, NOW + TREND_STEP_MS - 1)).toBe(one);
  trends.remove(A);
  expect(trends.read(A, NOW)).toBeUndefined();
});

test('what scrolls into view while others are read comes next, and a fleet that is heard anew has its holes filled', async () => {
  let hole = true;
  const { trends, asked } = staged(async () => answer(hole ? [] : [[A, NOW - TREND_STEP_MS, 30]]));
  await Promise.all([trends.fill([A], NOW), trends.fill([B], NOW)]);
  expect(asked.map(({ sql }) => sql.includes(B))).toEqual([false, true]);
  trends.add(A, NOW, 20);
  hole = false;
  const { generation } = trends;
  trends.begin();
  expect(trends.generation).not.toBe(generation);
  await trends.fill([A], NOW);
  expect([...(trends.read(A, NOW) ?? [])].slice(-2)).toEqual([30, 20]);
});

test('a row of the store that lies ahead of now does not empty the line', async () => {
  const { trends } = staged(async () => answer([[A, NOW + 3_600_000, 99]]));
  trends.add(A, NOW, 20);
  await trends.fill([A], NOW);
  expect(trends.read(A, NOW)?.at(-1)).toBe(20);
});

test('a node that was removed and comes again is asked for again', async () => {
  const { trends, asked } = staged(async () => answer([[A, NOW - TREND_STEP_MS, 10]]));
  await trends.fill([A], NOW);
  await trends.fill([A], NOW);
  expect(asked).toHaveLength(1);
  trends.remove(A);
  expect(trends.read(A, NOW)).toBeUndefined();
  await trends.fill([A], NOW);
  expect(asked).toHaveLength(2);
  expect(trends.read(A, NOW)).toBeDefined();
});
