import { expect, test } from 'vitest';
import type { ConnectionState } from '../../common/console-api.ts';
import type { FleetNode } from '../../common/fleet-node.ts';
import { setZone } from '../widgets/format.ts';
import { fleetKnown } from './fleet-known.ts';
import { NO_COUNTS } from './fleet-store.ts';

const NOW = Date.parse('2026-12-01T17:41:00Z');
const CONNECTED: ConnectionState = { kind: 'connected', gateway: 'g', sinceMs: 0, roundTripMs: 1 };
const LOST: ConnectionState = { kind: 'lost', gateway: 'g', sinceMs: NOW - 5000, nextTryMs: NOW, tries: 1, reason: 'no answer' };
const TOLD = {
  nodes: new Map(['a', 'b'].map((id) => [id, { nodeId: id } as FleetNode])),
  counts: { ...NO_COUNTS, live: 2 },
  ...{ complete: true, asOfMs: NOW - 2000, outdated: '' },
};
setZone('utc');

test('a whole answer of a connected gateway is known, with its time', () => {
  const { states, nodes } = fleetKnown(CONNECTED, TOLD, NOW);
  expect([states.worth, nodes.worth, nodes.value]).toEqual(['known', 'known', 2]);
  expect(nodes).toMatchObject({ asOfMs: NOW - 2000, source: 'live' });
});

test('before the first answer nothing is known, not even that there is no node', () => {
  const none = { ...TOLD, nodes: new Map(), counts: NO_COUNTS, complete: false, asOfMs: 0 };
  for (const link of [CONNECTED, LOST, { kind: 'connecting', gateway: '', sinceMs: 0 } as const]) {
    const { states, nodes } = fleetKnown(link, none, NOW);
    expect([states.worth, nodes.worth]).toEqual(['unknown', 'unknown']);
  }
  expect(fleetKnown(CONNECTED, none, NOW).states.reason).toBe('yet: the gateway has not answered');
});

test('an answer that is not all there is partial, and says how far it is', () => {
  const { states, nodes } = fleetKnown(CONNECTED, { ...TOLD, complete: false }, NOW);
  expect([states.worth, nodes.worth, nodes.reason]).toEqual(['partial', 'partial', '2 received, more to come']);
});

test('without the gateway no state is known, and the number of nodes is of the time it told it', () => {
  const { states, nodes } = fleetKnown(LOST, TOLD, NOW);
  expect(states).toEqual({ worth: 'unknown', reason: 'since 17:40:58: this console is not connected to the gateway' });
  expect(nodes).toMatchObject({ worth: 'stale', value: 2, asOfMs: NOW - 2000 });
  // What was not whole does not become so by growing old.
  expect(fleetKnown(LOST, { ...TOLD, complete: false }, NOW).nodes.worth).toBe('partial');
});

test('a gateway that is back has not told the states again yet, and one that refuses the nodes will not', () => {
  for (const outdated of ['yet: the gateway is sending the states again', 'any more: not allowed']) {
    const { states, nodes } = fleetKnown(CONNECTED, { ...TOLD, outdated }, NOW);
    expect([states.worth, states.reason, nodes.worth]).toEqual(['unknown', outdated, 'stale']);
  }
});
