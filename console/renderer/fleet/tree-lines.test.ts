import { expect, test } from 'vitest';
import type { FleetNode } from '../../common/fleet-node.ts';
import { groupingOf } from './fleet-groups.ts';
import { growTree, parentLine, treeLines, troubled, worstState } from './tree-lines.ts';

const node = (nodeId: string, country: string, city: string, state: FleetNode['state']): FleetNode =>
  ({ nodeId, name: nodeId, state, labels: { country, ...(city === '' ? {} : { city }) } }) as unknown as FleetNode;
const NODES = [
  node('b', 'gh', 'Accra', 'live'),
  node('a', 'gh', '', 'live'),
  node('c', 'ng', 'Lagos', 'silent'),
  node('d', 'ng', 'Lagos', 'live'),
];
const root = growTree(NODES, () => true, ['country', 'city'].map(groupingOf));

test('groups in groups, worst first, with counts', () => {
  expect(root.branches.map(({ value, count }) => [value, count])).toEqual([
    ['ng', 2],
    ['gh', 2],
  ]);
  expect(root.branches.map(({ counts }) => worstState(counts))).toEqual(['silent', 'live']);
});

test('lines of what is open, and the way up', () => {
  expect(treeLines(root, new Set())).toHaveLength(2);
  const open = troubled(root);
  const lines = treeLines(root, open);
  expect(lines.map((line) => (line.kind === 'branch' ? line.branch.value : line.node.name))).toEqual(['ng', 'Lagos', 'c', 'd', 'gh']);
  expect([parentLine(lines, 3), parentLine(lines, 1), parentLine(lines, 0)]).toEqual([1, 0, 0]);
});
