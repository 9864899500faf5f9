import { expect, test } from 'vitest';
import { statesSql } from '../../../../core/common/state-queries.ts';
import type { FleetNode } from '../../../common/fleet-node.ts';
import type { QueryResult } from '../../../common/query-result.ts';
import { Maintenance } from '../maintenance-then.ts';
import { changesSql, WatchedTime } from '../state-history.ts';
import { incidentBins } from './incident-bins.ts';
import { placeMarks, readMarks } from './incident-marks.ts';
import { eventsSql, incidentPlan } from './incident-plan.ts';

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

test('bins lie on multiples of their step, and what is asked is bounded by them', () => {
  const hour = incidentPlan({ fromMs: START + 5000, toMs: START + 60 * MINUTE + 5000 });
  expect(hour).toEqual({ stepMs: MINUTE, fromMs: START, bins: 61 });
  expect(changesSql(hour)).toContain("timestamp >= '2026-03-01T12:00:00.000Z' AND timestamp < '2026-03-01T13:01:00.000Z' AND node_id IN (");
  // Of nodes that were missed all rows, as one without a change may be the first after nobody watched.
  expect(changesSql(hour)).toMatch(
    /^SELECT .*'still_live'.* AND node_id IN \(SELECT DISTINCT node_id FROM events WHERE kind IN \([^)]*\) /,
  );
  expect(statesSql(START)).toContain("timestamp > '2026-02-28T11:00:00.000Z' AND timestamp <= '2026-03-01T12:00:00.000Z' LATEST ON");
  expect(incidentPlan({ fromMs: START - 7 * 24 * 60 * MINUTE, toMs: START }).bins).toBeLessThanOrEqual(96);
});

const before = (states: Record<string, string>): QueryResult =>
  answer(Object.keys(states).length, { node_id: Object.keys(states), kind: Object.values(states) });
const changes = (...rows: [nodeId: string, bin: number, kind: string][]): QueryResult =>
  answer(rows.length, {
    node_id: rows.map(([id]) => id),
    timestamp: rows.map(([, bin]) => START + bin * MINUTE),
    kind: rows.map(([, , kind]) => kind),
  });
const fleetOf = (...nodes: FleetNode[]): Map<string, FleetNode> => new Map(nodes.map((each) => [each.nodeId, each]));
const TEN = { stepMs: MINUTE, fromMs: START, bins: 10 };

test('a bin counts what each node was at its end, from what stood before on', () => {
  const answers = {
    before: before({ a: 'still_live', gone: 'node_silent', prepared: 'still_never_seen', ended: 'node_silent' }),
    changes: changes(
      ['a', 2, 'node_late'],
      ['a', 3, 'node_silent'],
      ['a', 6, 'node_live'],
      ['gone', 8, 'node_removed'],
      ['young', 5, 'node_late'],
    ),
  };
  const nodes = fleetOf(node('a', 0), node('gone', 0), node('prepared', 0), { ...node('ended', 0), kind: 'simulation' }, node('young', 0));
  const { late, silent } = incidentBins(TEN, answers, nodes, START + 10 * MINUTE, NOBODY);
  expect([...late]).toEqual([0, 0, 1, 0, 0, 1, 1, 1, 1, 1]);
  expect([...silent]).toEqual([1, 1, 1, 2, 2, 2, 1, 1, 0, 0]);
  // Of what the answer does not reach nothing is said.
  expect([...incidentBins(TEN, answers, nodes, START + 4 * MINUTE, NOBODY).silent].slice(3)).toEqual([2, 0, 0, 0, 0, 0, 0]);
  const held = fleetOf({ ...node('gone', 0), labels: { maintenance: new Date(START + 4.5 * MINUTE).toISOString() } });
  expect([...incidentBins(TEN, answers, held, START + 10 * MINUTE, NOBODY).silent].slice(0, 6)).toEqual([0, 0, 0, 0, 1, 1]);
});

test('a moment is known between the first and the last that was watched, and not within a time that was not', () => {
  const watched = answer(1, { first: [START], last: [START + 9 * MINUTE] });
  const unwatched = answer(1, { timestamp: [START + 3 * MINUTE], attributes: [`{"until_us":"${(START + 5 * MINUTE) * 1000}"}`] });
  const time = new WatchedTime(watched, unwatched);
  const known = [-1, 0, 3, 4, 5, 9, 10].map((minute) => time.isKnown(START + minute * MINUTE));
  expect(known).toEqual([false, true, true, false, true, true, false]);
  expect(
    [new WatchedTime(null, null), new WatchedTime(answer(1, { first: [null], last: [null] }), null)].some((each) => each.isKnown(START)),
  ).toBe(false);
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

test('maintenance counts while its label was there, not before and not after', () => {
  const silence = { before: before({ gone: 'node_silent' }), changes: null };
  const history = answer(3, {
    timestamp: [START - MINUTE, START + 3.5 * MINUTE, START + 6.5 * MINUTE],
    node_id: ['gone', 'gone', 'gone'],
    labels: ['{}', '{"maintenance":"true"}', '{"rack":"1"}'],
  });
  // The label of now, until tomorrow, was set long after.
  const gone = { ...node('gone', 0), lastSeenMs: START - 60 * MINUTE, labels: { maintenance: 'true' } };
  const { silent } = incidentBins(TEN, silence, new Map([['gone', gone]]), START + 10 * MINUTE, new Maintenance(history));
  expect([...silent]).toEqual([1, 1, 1, 0, 0, 0, 1, 1, 1, 1]);
});
