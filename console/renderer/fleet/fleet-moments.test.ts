import { expect, test } from 'vitest';
import type { ConsoleApi } from '../../common/console-api.ts';
import type { FleetNode } from '../../common/fleet-node.ts';
import type { QueryResult } from '../../common/query-result.ts';
import type { FleetStore } from '../state/fleet-store.ts';
import { FleetMoments } from './fleet-moments.ts';

/** What had arrived, and each of the queries for values. */
const ASKED = 12;
const MOMENT = Date.parse('2026-03-01T12:00:00Z');
const node = (nodeId: string, more: Partial<FleetNode> = {}): FleetNode =>
  ({ nodeId, name: nodeId, state: 'live', intervalMs: 10_000, enrolledMs: 0, labels: {}, ...more }) as FleetNode;
const nodes = [
  node('live'),
  node('late'),
  node('gone'),
  node('held', { labels: { maintenance: 'true' } }),
  node('young', { enrolledMs: MOMENT + 1 }),
];
const fleet = { snapshot: { get: () => ({ nodes: new Map(nodes.map((each) => [each.nodeId, each])) }) } } as unknown as FleetStore;

function result(column: string, rows: Record<string, number>): QueryResult {
  const values = Float64Array.from(Object.values(rows));
  return {
    rows: values.length,
    truncated: false,
    elapsedMs: 0,
    columns: [
      { name: 'node_id', type: 'symbol', kind: 'text', values: Object.keys(rows) },
      { name: column, type: 'double', kind: 'number', values },
    ],
  };
}

function api(answer: (sql: string) => QueryResult) {
  const asked: string[] = [];
  const request = async (_: string, { sql }: { sql: string }): Promise<QueryResult> => {
    asked.push(sql);
    return answer(sql);
  };
  return { asked, api: { request } as unknown as ConsoleApi };
}

test('a moment judges by what had arrived, and is read once', async () => {
  const heard = { live: (MOMENT - 5000) * 1000, late: (MOMENT - 50_000) * 1000 };
  const { asked, api: port } = api((sql) => (sql.includes('FROM deliveries') ? result('timestamp', heard) : result('busy', { live: 7 })));
  const moments = new FleetMoments(port, fleet);
  const moment = await moments.load(MOMENT);
  expect([...moment.nodes.values()].map(({ nodeId, state }) => `${nodeId} ${state}`)).toEqual([
    'live live',
    'late late',
    'gone silent',
    'held maintenance',
  ]);
  expect(moment.nodes.get('live')?.values?.cpuPercent).toBe(7);
  expect(moment.counts).toMatchObject({ live: 1, late: 1, silent: 1, maintenance: 1 });
  await moments.load(MOMENT);
  expect([asked.length, moments.get(MOMENT) === moment]).toEqual([ASKED, true]);
});

test('a moment that cannot be read says why, and is asked for again', async () => {
  const { asked, api: port } = api(() => {
    throw new Error('the store is away');
  });
  const moments = new FleetMoments(port, fleet);
  expect(await moments.load(MOMENT)).toMatchObject({ problem: 'the store is away', loading: false });
  await moments.load(MOMENT);
  expect(asked.length).toBe(2 * ASKED);
});
