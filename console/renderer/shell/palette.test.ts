import { expect, test } from 'vitest';
import type { FleetNode } from '../../common/fleet-node.ts';
import { findNodes } from './palette-nodes.ts';
import { marked } from './palette-row.tsx';

function node(name: string, state: FleetNode['state'], region: string): [string, FleetNode] {
  return [
    name,
    {
      nodeId: name,
      name,
      state,
      labels: { region },
      addresses: [],
      values: null,
      spool: null,
      skewMs: 0,
      gateway: '',
      problem: '',
    } as unknown as FleetNode,
  ];
}

const NODES = new Map([
  node('acc-1', 'live', 'gh'),
  node('acc-2', 'silent', 'gh'),
  node('los-1', 'late', 'ng'),
  node('acc-3', 'late', 'gh'),
]);
const names = (text: string, most = 9): string[] => findNodes(text, NODES, most).first.map(({ name }) => name);

test('nodes are found by words, worst first, only as many as wanted', () => {
  expect(names('acc')).toEqual(['acc-2', 'acc-3', 'acc-1']);
  expect(names('acc', 2)).toEqual(['acc-2', 'acc-3']);
  expect(findNodes('acc', NODES, 2).count).toBe(3);
});

test('and by the filter language; what is none is told, and words still count', () => {
  expect(names('state:late')).toEqual(['acc-3', 'los-1']);
  expect(names('region:gh -state:live')).toEqual(['acc-2', 'acc-3']);
  expect(findNodes('stat:late', NODES, 9).problem).not.toBe('');
});

test('what was typed is marked, overlaps too', () => {
  expect(marked('acc-edge-014', ['acc', '01'])).toEqual([
    ['acc', true],
    ['-edge-', false],
    ['01', true],
    ['4', false],
  ]);
  expect(marked('aaa', ['aa', 'a'])).toEqual([['aaa', true]]);
  expect(marked('İx', ['x'])).toEqual([['İx', false]]);
  expect(marked('', ['x'])).toEqual([]);
});
