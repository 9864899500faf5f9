import { expect, test } from 'vitest';
import type { FleetNode } from '../../common/fleet-node.ts';
import { FleetTally } from './fleet-tally.ts';

const node = (state: FleetNode['state']): FleetNode => ({ state }) as FleetNode;

test('a tally follows nodes that come, change and go', () => {
  const [live, late] = [node('live'), node('late')];
  const tally = new FleetTally(({ state }) => state === 'late', [live, late]);
  expect(tally.count).toBe(1);
  tally.change(live, node('late'));
  tally.change(undefined, node('late'));
  expect(tally.count).toBe(3);
  tally.change(late, node('live'));
  tally.change(node('late'), undefined);
  expect(tally.count).toBe(1);
});
