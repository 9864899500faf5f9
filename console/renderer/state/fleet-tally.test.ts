import { expect, test } from 'vitest';
import type { FleetNode } from '../../common/fleet-node.ts';
import { FleetTally } from './fleet-tally.ts';

const node = (nodeId: string, state: FleetNode['state']): FleetNode => ({ nodeId, state }) as FleetNode;

test('a tally follows nodes that come, change and go', () => {
  const tally = new FleetTally(({ state }) => state === 'late', [node('a', 'live'), node('b', 'late')]);
  expect(tally.count).toBe(1);
  tally.put(node('a', 'late'));
  tally.put(node('c', 'late'));
  tally.put(node('c', 'late'));
  expect(tally.count).toBe(3);
  tally.put(node('b', 'live'));
  tally.remove('c');
  tally.remove('unknown');
  expect(tally.count).toBe(1);
});
