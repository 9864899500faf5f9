import { expect, it } from 'vitest';
import type { Node } from '../../proto/gen/messages.ts';
import { sortNodes } from './top-sort.ts';

function node(name: string, cpuPercent?: number): Node {
  return { nodeId: name, info: { name }, state: 'NODE_STATE_LIVE', summary: { timeUs: 0, diskMount: '', cpuPercent } } as unknown as Node;
}
const NODES = [node('b', 5), node('absent'), node('a', 5), node('c', 90)];
const names = (nodes: Node[]): string[] => nodes.map(({ nodeId }) => nodeId);

it('sorts numbers largest first, equal ones by name, absent ones last', () => {
  expect(names(sortNodes(NODES, 'cpu', false))).toEqual(['c', 'a', 'b', 'absent']);
});

it('keeps absent values last when reversed', () => {
  expect(names(sortNodes(NODES, 'cpu', true))).toEqual(['a', 'b', 'c', 'absent']);
});

it('sorts names from a to z', () => {
  expect(names(sortNodes(NODES, 'name', false))).toEqual(['a', 'absent', 'b', 'c']);
});
