import { expect, test } from 'vitest';
import type { FleetNode } from '../../common/fleet-node.ts';
import { notConnectedAgents } from './spools.ts';

const node = (nodeId: string, more: Partial<FleetNode>): [string, FleetNode] => [
  nodeId,
  { nodeId, state: 'live', agentVersion: '1.0.0', ...more } as FleetNode,
];

test('an agent without a stream is missed; a simulation that has ended and a source without an agent are not', () => {
  const nodes = new Map([
    node('open', {}),
    node('away', { state: 'silent' }),
    node('ended', { state: 'idle', kind: 'simulation' }),
    node('pushed', { agentVersion: '', kind: 'push' }),
  ]);
  expect(notConnectedAgents(nodes, 1)).toBe(1);
  expect(notConnectedAgents(nodes, 2)).toBe(0);
  expect(notConnectedAgents(nodes, 3)).toBe(0);
});
