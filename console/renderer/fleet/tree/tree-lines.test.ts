import { expect, test } from 'vitest';
import type { FleetNode } from '../../../common/fleet-node.ts';
import { groupingOf } from '../table/fleet-groups.ts';
import { growTree, parentLine, treeLines, troubled, worstState } from './tree-lines.ts';
import { meanWords } from './tree-row.tsx';

const node = (nodeId: string, country: string, city: string, state: FleetNode['state'], cpuPercent: number | null = null): FleetNode =>
  ({
    nodeId,
    name: nodeId,
    state,
    values: { cpuPercent, memoryPercent: null },
    labels: { country, ...(city === '' ? {} : { city }) },
  }) as unknown as FleetNode;
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

test('of a group the mean of those that are heard, and what has no label stands last', () => {
  const nodes = [node('a', 'gh', 'Accra', 'live', 10), node('b', 'gh', 'Accra', 'late', 30), node('c', 'gh', 'Accra', 'silent', 99)];
  const grown = growTree([node('d', 'gh', '', 'silent'), ...nodes], () => true, [groupingOf('city')]);
  expect(grown.branches.map(({ value, means }) => [value, means.cpuPercent, means.memoryPercent])).toEqual([
    ['Accra', 20, null],
    ['', null, null],
  ]);
  // The mean says of how many it is not.
  expect(grown.branches.map((branch) => meanWords(branch, 'cpuPercent'))).toEqual(['Of 2 of 3 nodes', 'Of 0 of 1 nodes']);
});

test('lines of what is open, and the way up', () => {
  expect(treeLines(root, new Set())).toHaveLength(2);
  const open = troubled(root);
  const lines = treeLines(root, open);
  expect(lines.map((line) => (line.kind === 'branch' ? line.branch.value : line.node.name))).toEqual(['ng', 'Lagos', 'c', 'd', 'gh']);
  expect([parentLine(lines, 3), parentLine(lines, 1), parentLine(lines, 0)]).toEqual([1, 0, 0]);
});
