import { expect, test } from 'vitest';
import { decodeBinaryMessage, encodeBinaryMessage } from './binary-message.ts';
import type { NodesEvent } from './console-api.ts';
import type { FleetNode, NodeSpool, NodeValues } from './fleet-node.ts';
import { createRestorer, createShortener } from './nodes-shorthand.ts';

const VALUES: NodeValues = {
  ...{ timeMs: 1.5, cpuPercent: 2, memoryPercent: null, swapPercent: 0, load1: 0.5, diskPercent: 81, diskMount: '/' },
  ...{ diskReadBytesPerSecond: null, diskWriteBytesPerSecond: 5, rxBytesPerSecond: 1e9, txBytesPerSecond: 7, temperatureCelsius: -3.5 },
  ...{ processCount: 300, uptimeSeconds: 9, pressurePercent: null },
};
const SPOOL: NodeSpool = {
  ...{ batches: 1, bytes: 2, rows: 3, durable: true, problem: '', oldestMs: null, retries: 4, lastError: '', setAside: 5, drops: [] },
};

function node(nodeId: string, lastSeenMs: number, more: Partial<FleetNode> = {}): FleetNode {
  const node: Partial<FleetNode> = { nodeId, name: `name of ${nodeId}`, state: 'live', stateSinceMs: null, lastSeenMs, skewMs: -0.25 };
  return { ...node, labels: { region: 'gh' }, values: { ...VALUES, timeMs: lastSeenMs }, spool: SPOOL, ...more } as FleetNode;
}

function event(nodes: FleetNode[], more: Partial<NodesEvent> = {}): NodesEvent {
  return { begins: false, complete: false, nodes, removed: [], asOfMs: 1, heardMs: 0, ...more };
}

/** What the page restores of each event, and which nodes were sent it whole. */
function carry(events: readonly NodesEvent[]): { restored: unknown[]; whole: string[] } {
  const shorten = createShortener('nodes');
  const restore = createRestorer('nodes');
  const whole: string[] = [];
  const restored = events.map((one) => {
    const message = encodeBinaryMessage(shorten(one));
    whole.push([...new TextDecoder().decode(message).matchAll(/name of (.)/g)].map(([, id]) => id).join(''));
    return restore(decodeBinaryMessage(message.buffer));
  });
  return { restored, whole };
}

test('a page reads what the host was told, and is sent only the numbers of what it knows', () => {
  const ke = { labels: { region: 'ke', state: 'on trial', rows: '3' } };
  const events = [
    event([node('a', 1), node('b', 1)], { begins: true, complete: true }),
    event([node('a', 2, { state: 'late', stateSinceMs: 2 }), node('b', 2)]),
    event([node('b', 3, { values: { ...VALUES, cpuPercent: null, load1: 0 }, spool: { ...SPOOL, batches: 9, oldestMs: 8 } })]),
    event([node('a', 3, ke)]),
    event([node('a', 4, ke)], { removed: ['b'] }),
    event([node('b', 5)]),
    event([node('a', 5, { labels: { ...ke.labels, state: 'taken' } })]),
    event([node('b', 6), node('c', 6)], { begins: true }),
    event([node('c', 7), node('b', 7)]),
  ];
  const { restored, whole } = carry(events);
  expect(restored).toEqual(events);
  expect(whole).toEqual(['ab', '', '', 'a', '', 'b', 'a', 'bc', '']);
});

test.each<[string, Partial<FleetNode>]>([
  ['has no values any more', { values: null }],
  ['has no spool any more', { spool: null }],
  ['has another fullest disk', { values: { ...VALUES, diskMount: '/var' } }],
  ['has a problem with its spool', { spool: { ...SPOOL, problem: 'no space' } }],
  ['dropped rows', { spool: { ...SPOOL, drops: [{ reason: 'full', rows: 1 }] } }],
])('a node that %s is sent whole', (_, change) => {
  const events = [event([node('a', 1)], { begins: true }), event([node('a', 2, change)]), event([node('a', 3)])];
  const { restored, whole } = carry(events);
  expect(restored).toEqual(events);
  expect(whole).toEqual(['a', 'a', 'a']);
});

test('nodes that came whole stand before those that moved', () => {
  const first = event([node('a', 1), node('b', 1)], { begins: true });
  const second = event([node('a', 2), node('b', 2, { labels: {} })]);
  const { restored } = carry([first, second]);
  expect(restored[1]).toEqual({ ...second, nodes: [...second.nodes].reverse() });
});

test('other subscriptions are left as they are', () => {
  const view = { rowsPerSecond: 1 };
  expect(createShortener('pipeline')(view)).toBe(view);
  expect(createRestorer('pipeline')(view)).toBe(view);
});
