import { expect, test } from 'vitest';
import type { Frame, MetricsUpdate, Node, NodesUpdate, PipelineStatus, VerifyResponse } from '../../proto/gen/messages.ts';
import {
  toFleetNode,
  toFrameColumns,
  toLedgerProof,
  toMetricsEvent,
  toMs,
  toNodesEvent,
  toPipelineView,
  toSchemaTable,
} from './to-console.ts';

const at = (seconds: number, nanos = 0) => ({ seconds, nanos }) as never;

test('a node that has said nothing has no value that looks like one', () => {
  const bare = toFleetNode({ nodeId: 'web-1', state: 'NODE_STATE_UNSPECIFIED', skewUs: 0, gateway: '', problem: '' } as Node);
  expect(bare).toMatchObject({ name: 'web-1', state: 'unknown', stateSinceMs: null, lastSeenMs: null, values: null, spool: null });
  expect(bare).toMatchObject({ config: null, bootMs: null, labels: {}, addresses: [], commands: [], simulated: false, cpuCores: 0 });
});

test('a state that only a newer gateway knows is unknown, and never taken for another', () => {
  for (const state of ['NODE_STATE_DRAINED', 9])
    expect(toFleetNode({ nodeId: 'a', state, skewUs: 0 } as unknown as Node).state).toBe('unknown');
});

test('a node carries what it said, in milliseconds', () => {
  const node = toFleetNode({
    nodeId: 'n',
    info: { name: 'web', os: 'Linux', cpuCores: 8, bootUs: 5_000_000, simulated: true, labels: { a: 'b' } },
    state: 'NODE_STATE_LATE',
    stateSince: at(10, 500_000_000),
    lastSeen: at(11),
    skewUs: 2500,
    summary: { timeUs: 7_000_000, cpuPercent: 12.5, diskMount: '/', networkRxBytesPerSecond: 3, networkTxBytesPerSecond: 4 },
    spool: { oldestSeq: 5, nextSeq: 8, bytes: 9, rows: 10, oldestUs: 1000, drops: [{ reason: 'full', rows: 2, more: 1 }] },
    config: { version: 3, state: 'applied', problem: '', rejectedVersion: 0 },
  } as unknown as Node);
  expect(node).toMatchObject({ name: 'web', state: 'late', stateSinceMs: 10_500, lastSeenMs: 11_000, bootMs: 5000, skewMs: 2.5 });
  expect(node.values).toMatchObject({ timeMs: 7000, cpuPercent: 12.5, memoryPercent: null, rxBytesPerSecond: 3, txBytesPerSecond: 4 });
  expect(node.spool).toMatchObject({ batches: 3, bytes: 9, rows: 10, oldestMs: 1, drops: [{ reason: 'full', rows: 2 }] });
  expect(node.config).toEqual({ version: 3, state: 'applied', problem: '' });
});

test('an empty spool has no oldest sample and never fewer than no batches', () => {
  const spool = (given: object) => toFleetNode({ spool: { drops: [], ...given } } as unknown as Node).spool;
  expect(spool({ oldestSeq: 9, nextSeq: 9, oldestUs: 0 })).toMatchObject({ batches: 0, oldestMs: null });
  expect(spool({ oldestSeq: 9, nextSeq: 8, oldestUs: 0 })?.batches).toBe(0);
});

test('an update of nodes says whether it begins, and as of when', () => {
  const update = { complete: true, nodes: [], removed: ['gone'], asOf: at(3) } as unknown as NodesUpdate;
  expect(toNodesEvent(update, true)).toEqual({ begins: true, complete: true, nodes: [], removed: ['gone'], asOfMs: 3000, heardMs: 0 });
  const before = Date.now();
  expect(toNodesEvent({ ...update, asOf: null } as unknown as NodesUpdate, false).asOfMs).toBeGreaterThanOrEqual(before);
});

test('times of rows add up', () => {
  const frame = {
    measurement: 'cpu',
    tags: ['cpu'],
    series: [{ tagValues: ['0'] }],
    seriesIndex: [0, 0, 0],
    timeUs: [100, 5, -2],
    fields: ['busy'],
    values: [1, 2, 3],
    textFields: [],
    texts: [],
  } as unknown as Frame;
  expect([...toFrameColumns(frame).timeUs]).toEqual([100, 105, 103]);
  expect(toFrameColumns(frame)).toMatchObject({ series: [['0']], values: new Float64Array([1, 2, 3]) });
  expect(toMetricsEvent({ nodeId: 'n', frames: [frame], sentUs: 9000 } as unknown as MetricsUpdate)).toMatchObject({
    sentMs: 9,
    nodeId: 'n',
  });
});

test('a table has its columns alone', () => {
  const columns = [{ name: 'cpu', type: 'SYMBOL', tag: true, more: 1 }];
  expect(toSchemaTable({ name: 'cpu', view: 'cpu_nodes', columns } as never)).toEqual({
    name: 'cpu',
    view: 'cpu_nodes',
    columns: [{ name: 'cpu', type: 'SYMBOL', tag: true }],
  });
});

test('the path and the proof carry their figures under the names of the console', () => {
  const status = {
    lagRows: 4,
    oldestPendingSeconds: 5,
    asOf: at(2),
    suspendedTables: [{ table: 'cpu', error: 'disk full', since: at(1), resumeAttempts: 2, nextResume: null }],
  } as unknown as PipelineStatus;
  expect(toPipelineView(status)).toMatchObject({
    pendingRows: 4,
    oldestPendingSeconds: 5,
    asOfMs: 2000,
    suspendedTables: [{ table: 'cpu', error: 'disk full', sinceMs: 1000, resumeAttempts: 2, nextResumeMs: null }],
  });
  const holes = [{ nodeId: 'n', epoch: 'e', firstSeq: 1, lastSeq: 2, reason: 'lost', more: 1 }];
  const answer = { doubled: 3, lost: 1, holes, asOf: at(4) } as unknown as VerifyResponse;
  expect(toLedgerProof(answer)).toMatchObject({
    doubledRows: 3,
    lost: 1,
    asOfMs: 4000,
    holes: [{ nodeId: 'n', epoch: 'e', firstSeq: 1, lastSeq: 2, reason: 'lost' }],
  });
});

test('a time that is absent or zero is no time', () => {
  expect([toMs(undefined), toMs(null), toMs(at(0))]).toEqual([null, null, null]);
  expect([toMs(at(0, 1_000_000)), toMs(at(1, 500_000_000))]).toEqual([1, 1500]);
});
