import { expect, test } from 'vitest';
import type { FleetNode } from '../../common/fleet-node.ts';
import type { QueryResult } from '../../common/query-result.ts';
import { incidentBins } from './incident-bins.ts';
import { placeMarks, readMarks } from './incident-marks.ts';
import { eventsSql, incidentPlan, reportsSql } from './incident-plan.ts';
import { Maintenance } from './maintenance-then.ts';

/** The store has no history of labels: those of now count. */
const NOBODY = new Maintenance(null);
const START = Date.parse('2026-03-01T12:00:00Z');
const MINUTE = 60_000;

function answer(rows: number, columns: Record<string, readonly (number | string | null)[]>): QueryResult {
  return {
    rows,
    truncated: false,
    elapsedMs: 1,
    columns: Object.entries(columns).map(([name, values]) =>
      values.some((value) => typeof value === 'string')
        ? { name, type: 'symbol', kind: 'text', values: values.map((value) => (value === null ? null : String(value))) }
        : {
            name,
            type: 'timestamp',
            kind: 'time',
            values: Float64Array.from(values.map((value) => (value === null ? Number.NaN : Number(value) * 1000))),
          },
    ),
  };
}

const node = (nodeId: string, enrolledMs: number): FleetNode =>
  ({ nodeId, name: nodeId, state: 'live', intervalMs: 10_000, enrolledMs, lastSeenMs: START + 30 * MINUTE, labels: {} }) as FleetNode;

test('bins lie on multiples of their step, and of long ones only the end is read', () => {
  const hour = incidentPlan({ fromMs: START + 5000, toMs: START + 60 * MINUTE + 5000 });
  expect(hour).toEqual({ stepMs: MINUTE, fromMs: START, bins: 61 });
  expect(reportsSql(hour)).toContain("timestamp >= '2026-03-01T12:00:00.000Z' AND timestamp < '2026-03-01T13:01:00.000Z' SAMPLE BY 1m");
  const week = incidentPlan({ fromMs: START - 7 * 24 * 60 * MINUTE, toMs: START });
  expect(week.bins).toBeLessThanOrEqual(96);
  expect(reportsSql(week)).toContain(`timestamp IN '2026-02-22T13:58:00;120s;7200s;${week.bins}'`);
});

test('a pause is late, then silent, and ends when the node is heard again', () => {
  const plan = { stepMs: MINUTE, fromMs: START, bins: 10 };
  const at = (bin: number): number => START + bin * MINUTE;
  const result = answer(4, {
    node_id: ['a', 'a', 'a', 'b'],
    bin: [at(0), at(1), at(6), at(5)],
    before: [null, at(0), at(1), null],
    after: [at(1), at(6), null, null],
  });
  const nodes = new Map([node('a', 0), node('b', START + 5 * MINUTE), node('gone', 0)].map((each) => [each.nodeId, each]));
  const { late, silent } = incidentBins(plan, result, nodes, START + 10 * MINUTE, NOBODY);
  // a is heard until the end of bin 1: late at the end of bin 2, silent from bin 3, heard again in bin 6, and paused after it.
  expect([late[2], silent[3], silent[4], silent[5]]).toEqual([1, 2, 2, 2]);
  expect(silent[6]).toBe(1);
  expect(late[7]).toBe(1);
  const away = new Map([['gone', { ...node('gone', 0), lastSeenMs: START - 60 * MINUTE }]]);
  expect([...incidentBins(plan, result, away, START + 10 * MINUTE, NOBODY).silent]).toEqual(new Array(10).fill(1));
  for (const kind of ['simulation', 'push'] as const) {
    const ended = new Map([['gone', { ...node('gone', 0), kind }]]);
    expect([...incidentBins(plan, result, ended, START + 10 * MINUTE, NOBODY).silent]).toEqual(new Array(10).fill(0));
  }
  const held = new Map([['gone', { ...node('gone', 0), labels: { maintenance: new Date(at(4)).toISOString() } }]]);
  expect([...incidentBins(plan, result, held, START + 10 * MINUTE, NOBODY).silent].slice(0, 6)).toEqual([0, 0, 0, 1, 1, 1]);
});

test('the events are those of the nodes that match, as long as they can be named', () => {
  const plan = incidentPlan({ fromMs: START, toMs: START + 60 * MINUTE });
  expect(eventsSql(plan)).not.toContain('node_id IN');
  expect(eventsSql(plan, ['a', "b'"])).toContain("AND node_id IN ('a', 'b''') AND kind");
  expect(eventsSql(plan, [])).toContain('AND false AND kind');
  expect(eventsSql(plan, new Array(501).fill('a'))).not.toContain('node_id IN');
});

test('marks say what and how many, and their words never overlap', () => {
  const events = answer(2, {
    kind: ['config_applied', 'agent_started'],
    severity: ['info', 'info'],
    node_id: ['n1', 'n2'],
    text: ['configuration 41 is in force', 'agent 1 started'],
    attributes: ['{}', `{"boot_us":"${(START - 1000) * 1000}"}`],
    at: [START, START + 1000],
    nodes: [2.26, 0.001],
  });
  const marks = readMarks(events, null, (id) => `host-${id}`);
  expect(marks.map(({ words, tone }) => [words, tone])).toEqual([
    ['configuration 41 is in force, 2,260 nodes', 'accent'],
    ['host-n2: machine started', 'late'],
  ]);
  const placed = placeMarks(marks, (ms) => 500 + (ms - START) / 100, 1000);
  expect(placed.map(({ side }) => side)).toEqual(['left', 'right']);
  const first = marks.slice(0, 1);
  const sides = ['', 'Late or silent: 0'].map((lead) => placeMarks(first, () => 300, 500, lead)[0]?.side);
  expect(sides).toEqual(['left', undefined]);
  expect(placeMarks(marks, () => 20, 200).map(({ side }) => side)).not.toContain('left');
});

test('a pause begins with the last that was heard, not with the end of its bin', () => {
  const plan = { stepMs: MINUTE, fromMs: START, bins: 10 };
  const result = answer(1, { node_id: ['a'], bin: [START], last: [START + 24_000], before: [START - MINUTE], after: [null] });
  const nodes = new Map([['a', { ...node('a', 0), intervalMs: 1000 }]]);
  const { silent } = incidentBins(plan, result, nodes, START + 10 * MINUTE, NOBODY);
  expect([...silent].slice(0, 2)).toEqual([1, 1]);
});

test('maintenance counts while its label was there, not before and not after', () => {
  const plan = { stepMs: MINUTE, fromMs: START, bins: 10 };
  const silence = answer(0, { node_id: [], bin: [], before: [], after: [] });
  const history = answer(3, {
    timestamp: [START - MINUTE, START + 3.5 * MINUTE, START + 6.5 * MINUTE],
    node_id: ['gone', 'gone', 'gone'],
    labels: ['{}', '{"maintenance":"true"}', '{"rack":"1"}'],
  });
  // The label of now, until tomorrow, was set long after.
  const gone = { ...node('gone', 0), lastSeenMs: START - 60 * MINUTE, labels: { maintenance: 'true' } };
  const { silent } = incidentBins(plan, silence, new Map([['gone', gone]]), START + 10 * MINUTE, new Maintenance(history));
  expect([...silent]).toEqual([1, 1, 1, 0, 0, 0, 1, 1, 1, 1]);
});
