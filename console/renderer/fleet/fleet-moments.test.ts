import { expect, test } from 'vitest';
import { MusterError } from '../../../core/common/muster-error.ts';
import type { ConsoleApi } from '../../common/console-api.ts';
import type { FleetNode } from '../../common/fleet-node.ts';
import type { QueryResult } from '../../common/query-result.ts';
import type { FleetStore } from '../state/fleet-store.ts';
import { FleetMoments } from './fleet-moments.ts';

/** What had arrived, the labels, what was watched and what was not, the states, and each of the queries for values. */
const ASKED = 16;
const MOMENT = Date.parse('2026-03-01T12:00:00Z');
const node = (nodeId: string, more: Partial<FleetNode> = {}): FleetNode =>
  ({ nodeId, name: nodeId, kind: 'machine', state: 'live', intervalMs: 10_000, enrolledMs: 0, labels: {}, ...more }) as FleetNode;
const nodes = [
  node('live'),
  node('late'),
  node('gone'),
  node('held', { labels: { maintenance: 'true' } }),
  node('young', { enrolledMs: MOMENT + 1 }),
  node('prepared', { state: 'never_seen', lastSeenMs: null }),
  node('shut out', { state: 'quarantined', stateSinceMs: MOMENT - 1 }),
  node('slow', { intervalMs: 60_000 }),
  node('was held', { labels: {} }),
  node('simulated', { kind: 'simulation', state: 'idle', lastSeenMs: MOMENT - 900_000 }),
  node('pushed', { kind: 'push' }),
  node('new to the record'),
];
const labels: QueryResult = {
  ...{ rows: 4, truncated: false, elapsedMs: 0 },
  columns: [
    { name: 'node_id', type: 'symbol', kind: 'text', values: ['was held', 'live', 'removed', 'removed long before'] },
    { name: 'name', type: 'varchar', kind: 'text', values: ['', '', 'web-9', 'web-1'] },
    { name: 'labels', type: 'varchar', kind: 'text', values: ['{"maintenance":"true"}', '{"rack":"1"}', '{"rack":"9"}', '{}'] },
  ],
};
const clock = { ms: MOMENT + 3_600_000 };
const fleet = {
  snapshot: { get: () => ({ nodes: new Map(nodes.map((each) => [each.nodeId, each])) }) },
  now: () => clock.ms,
} as unknown as FleetStore;

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

/** What gateways recorded before the moment. */
const STATES: Record<string, string> = {
  ...{ live: 'node_live', late: 'node_late', gone: 'still_silent', held: 'node_silent', prepared: 'node_never_seen', slow: 'still_live' },
  ...{
    'shut out': 'node_quarantined',
    'was held': 'node_silent',
    simulated: 'node_idle',
    removed: 'node_late',
    'removed long before': 'node_removed',
  },
};

function table(columns: Record<string, (string | number)[]>): QueryResult {
  return {
    ...{ rows: Object.values(columns)[0]?.length ?? 0, truncated: false, elapsedMs: 0 },
    columns: Object.entries(columns).map(([name, values]) =>
      typeof values[0] === 'number'
        ? { name, type: 'timestamp', kind: 'time', values: Float64Array.from(values as number[]) }
        : { name, type: 'varchar', kind: 'text', values: values as string[] },
    ),
  };
}

/** Watched from an hour before the moment until `lastMs`, but for these times. */
function record(sql: string, lastMs: number, unwatched: [number, number][] = []): QueryResult | undefined {
  if (sql.includes('states_unwatched'))
    return table({
      timestamp: unwatched.map(([from]) => from * 1000),
      attributes: unwatched.map(([, to]) => `{"until_us":"${to * 1000}"}`),
    });
  if (sql.includes('states_watched')) return table({ first: [(MOMENT - 3_600_000) * 1000], last: [lastMs * 1000] });
  if (sql.includes('FROM events')) return table({ node_id: Object.keys(STATES), kind: Object.values(STATES) });
  return undefined;
}

function api(answer: (sql: string) => QueryResult) {
  const asked: string[] = [];
  const request = async (_: string, { sql }: { sql: string }): Promise<QueryResult> => {
    asked.push(sql);
    return answer(sql);
  };
  return { asked, api: { request } as unknown as ConsoleApi };
}

const heard = {
  removed: (MOMENT - 1000) * 1000,
  live: (MOMENT - 5000) * 1000,
  late: (MOMENT - 50_000) * 1000,
  slow: (MOMENT - 150_000) * 1000,
  pushed: (MOMENT - 900_000) * 1000,
};

test('a moment is what the gateways recorded, and is read once', async () => {
  const { asked, api: port } = api((sql) => {
    if (sql.includes('FROM node_history')) return labels;
    return record(sql, MOMENT + 9) ?? (sql.includes('FROM deliveries') ? result('timestamp', heard) : result('busy', { live: 7 }));
  });
  const moments = new FleetMoments(port, fleet);
  const moment = await moments.load(MOMENT);
  expect([...moment.nodes.values()].map(({ nodeId, state }) => `${nodeId} ${state}`)).toEqual([
    'live live',
    'late late',
    'gone silent',
    'held maintenance',
    'prepared never_seen',
    'shut out quarantined',
    'slow live',
    'was held maintenance',
    'simulated idle',
    'pushed idle',
    'new to the record unknown',
    'removed late',
  ]);
  // Taken out of the fleet since, and one of it then.
  expect(moment.nodes.get('removed')).toMatchObject({ name: 'web-9', labels: { rack: '9' } });
  expect(moment.nodes.get('live')?.values?.cpuPercent).toBe(7);
  expect(moment.counts).toMatchObject({ live: 2, late: 2, silent: 1, maintenance: 2, idle: 2, never_seen: 1, quarantined: 1, unknown: 1 });
  // A day's nodes are looked for as far back as the slowest may be silent.
  expect(asked[0]).toContain(new Date(MOMENT - 600_000).toISOString());
  await moments.load(MOMENT);
  expect([asked.length, moments.get(MOMENT) === moment]).toEqual([ASKED, true]);
});

test.each<[string, number, [number, number][]]>([
  ['before the record began', MOMENT - 4_000_000, []],
  ['while no gateway watched', MOMENT, [[MOMENT - 1000, MOMENT + 1000]]],
  ['after the record ended', MOMENT + 10_000, []],
])('%s no machine has a state', async (_, momentMs, unwatched) => {
  const { api: port } = api((sql) => {
    if (sql.includes('FROM node_history')) return labels;
    return record(sql, MOMENT + 9000, unwatched) ?? (sql.includes('FROM deliveries') ? result('timestamp', heard) : result('busy', {}));
  });
  const { nodes: then, counts } = await new FleetMoments(port, fleet).load(momentMs);
  const states = [...then.values()].filter(({ nodeId }) => nodeId !== 'pushed').map(({ state }) => state);
  expect([new Set(states), counts.silent, counts.late]).toEqual([new Set(['unknown']), 0, 0]);
});

test('of a moment that is not written yet the state of now counts where it began before, and it is read again', async () => {
  clock.ms = MOMENT + 5000;
  nodes.push(node('for long', { stateSinceMs: MOMENT - 1 }), node('just now', { stateSinceMs: MOMENT + 1 }));
  try {
    const { api: port } = api((sql) => record(sql, MOMENT - 2000) ?? result(sql.includes('FROM deliveries') ? 'timestamp' : 'busy', {}));
    const moments = new FleetMoments(port, fleet);
    const moment = await moments.load(MOMENT);
    expect(['for long', 'just now'].map((id) => moment.nodes.get(id)?.state)).toEqual(['live', 'unknown']);
    expect(moments.get(MOMENT)).toBeUndefined();
  } finally {
    nodes.splice(-2);
    clock.ms = MOMENT + 3_600_000;
  }
});

test('a store without the column that tells physical interfaces is asked by their names', async () => {
  const { asked, api: port } = api((sql) => {
    if (sql.includes('physical')) throw new MusterError('invalid_argument', 'Invalid column: physical');
    if (sql.includes('FROM network ')) return result('rx_bytes_per_second', { live: 9 });
    return sql.includes('FROM node_history')
      ? labels
      : (record(sql, MOMENT + 9) ?? result(sql.includes('FROM deliveries') ? 'timestamp' : 'busy', { live: 7 }));
  });
  const moment = await new FleetMoments(port, fleet).load(MOMENT);
  expect(moment.nodes.get('live')?.values?.rxBytesPerSecond).toBe(9);
  expect(asked.length).toBe(ASKED + 2);
});

test('a moment that cannot be read says why, and is asked for again', async () => {
  const { asked, api: port } = api(() => {
    throw new Error('the store is away');
  });
  const moments = new FleetMoments(port, fleet);
  expect(await moments.load(MOMENT)).toMatchObject({ problem: 'the store is away', loading: false });
  await moments.load(MOMENT);
  expect(asked.length).toBe(2);
});

test('one question of a moment is open at a time, and those of a moment that nobody wants any more are none', async () => {
  let open = 0;
  let most = 0;
  const aborted: boolean[] = [];
  const request = (_: string, __: unknown, signal: AbortSignal): Promise<QueryResult> => {
    most = Math.max(most, ++open);
    return new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        open--;
        aborted.push(true);
        reject(new Error('aborted'));
      });
    });
  };
  const moments = new FleetMoments({ request } as unknown as ConsoleApi, fleet);
  for (let place = 0; place < 10; place++) {
    void moments.load(MOMENT + place);
    moments.keep([MOMENT + place]);
  }
  expect([open, most, aborted.length]).toEqual([1, 2, 9]);
  moments.keep([]);
  expect(open).toBe(0);
});

test('an answer that was cut is no moment of the fleet', async () => {
  const { api: port } = api(() => ({ ...result('timestamp', { live: 1 }), truncated: true }));
  expect((await new FleetMoments(port, fleet).load(MOMENT)).problem).toContain('more than 100,000 rows');
});
