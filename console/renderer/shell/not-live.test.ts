import { describe, expect, it } from 'vitest';
import type { FleetNode, NodeStateName } from '../../common/fleet-node.ts';
import { STATE_ORDER } from '../widgets/state-mark.tsx';
import { countNotLive, fleetVerdict, nextNotLive } from './not-live.ts';

const NOW = Date.parse('2026-12-01T17:41:00Z');
const node = (name: string, state: NodeStateName, stateSinceMs: number | null = NOW - 720_000) =>
  ({ nodeId: `id-${name}`, name, state, stateSinceMs }) as FleetNode;
const fleet = (...nodes: FleetNode[]) => {
  const counts = Object.fromEntries(STATE_ORDER.map((state) => [state, 0])) as Record<NodeStateName, number>;
  for (const { state } of nodes) counts[state]++;
  return { nodes: new Map(nodes.map((one) => [one.nodeId, one])), counts };
};
const verdict = (completePercent: number | undefined, ...nodes: FleetNode[]) =>
  fleetVerdict({ ...fleet(...nodes), completePercent, nowMs: NOW, age: (ms) => `${ms / 60_000} min` });

describe('the verdict', () => {
  it('says that all is well where it is', () => {
    expect(verdict(100, node('a', 'live'), node('b', 'live'))).toBe('All 2 live · 100 % complete · no state changed for 12 min');
  });

  it('says first what is not, and claims nothing that is not known', () => {
    const nodes = [node('a', 'live'), node('b', 'silent', NOW - 5000), node('c', 'never_seen', null)];
    expect(verdict(undefined, ...nodes)).toBe('1 silent, 1 never seen, 1 live · a state changed just now');
    expect(verdict(99.99999, node('a', 'live', null))).toBe('All 1 live · 99.99 % complete');
    expect(verdict(100)).toBe('');
  });

  it('does not call a prepared or maintained machine ailing', () => {
    const { counts } = fleet(node('a', 'maintenance'), node('b', 'never_seen'), node('c', 'late'), node('d', 'quarantined'));
    expect(countNotLive(counts)).toBe(2);
    expect(verdict(100, node('a', 'live'), node('b', 'maintenance'))).toMatch(/^1 live, 1 maintenance · /);
  });
});

describe('the next node that is not live', () => {
  const nodes = [node('n10', 'late'), node('n2', 'late'), node('x', 'silent'), node('y', 'live'), node('z', 'maintenance')];

  it('is the worst first, then by name, round and round', () => {
    const seen = ['', 'id-x', 'id-n2', 'id-n10'].map((from) => nextNotLive(nodes, from, 1)?.name);
    expect(seen).toEqual(['x', 'n2', 'n10', 'x']);
    expect(nextNotLive(nodes, 'id-x', -1)?.name).toBe('n10');
    expect(nextNotLive(nodes, 'id-y', -1)?.name).toBe('n10');
    expect(nextNotLive([node('y', 'live')], 'id-y', 1)).toBeUndefined();
  });
});
