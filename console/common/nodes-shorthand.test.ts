import { expect, test } from 'vitest';
import type { NodesEvent } from './console-api.ts';
import type { FleetNode } from './fleet-node.ts';
import { createRestorer, createShortener } from './nodes-shorthand.ts';

function node(nodeId: string, lastSeenMs: number, labels: Record<string, string> = { region: 'gh' }): FleetNode {
  return {
    nodeId,
    name: `name of ${nodeId}`,
    state: 'live',
    lastSeenMs,
    labels,
    values: { cpuPercent: lastSeenMs },
  } as unknown as FleetNode;
}

function event(nodes: FleetNode[], more: Partial<NodesEvent> = {}): NodesEvent {
  return { begins: false, complete: false, nodes, removed: [], asOfMs: 1, ...more };
}

test('a page reads what the host was told, and is sent only what moves of what it knows', () => {
  const shorten = createShortener('nodes');
  const restore = createRestorer('nodes');
  const sent: string[] = [];
  const events = [
    event([node('a', 1), node('b', 1)], { begins: true, complete: true }),
    event([node('a', 2)]),
    event([node('a', 3, { region: 'ke' })]),
    event([node('a', 4, { region: 'ke' })], { removed: ['b'] }),
    event([node('b', 5)]),
    event([node('a', 6, { region: 'ke' })], { begins: true }),
  ];
  for (const one of events) {
    const message = JSON.stringify(shorten(one));
    sent.push(message);
    expect(restore(JSON.parse(message))).toEqual(one);
  }
  expect(sent.map((message) => message.includes('name of'))).toEqual([true, false, true, false, true, true]);
});

test('other subscriptions are left as they are', () => {
  const view = { rowsPerSecond: 1 };
  expect(createShortener('pipeline')(view)).toBe(view);
  expect(createRestorer('pipeline')(view)).toBe(view);
});
