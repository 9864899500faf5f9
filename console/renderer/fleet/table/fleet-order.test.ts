import { expect, test } from 'vitest';
import type { FleetNode } from '../../../common/fleet-node.ts';
import { compileFilter } from '../filter/node-match.ts';
import type { FleetColumn } from './fleet-column.ts';
import { FLEET_COLUMNS } from './fleet-columns.ts';
import { keepOrder, orderNodes } from './fleet-order.ts';

function node(nodeId: string, state: FleetNode['state'], cpuPercent: number | null, more: Partial<FleetNode> = {}): FleetNode {
  const values = { cpuPercent, memoryPercent: 1, diskPercent: 1, temperatureCelsius: null } as FleetNode['values'];
  return {
    nodeId,
    name: nodeId,
    state,
    stateSinceMs: 1000,
    lastSeenMs: 0,
    labels: {},
    addresses: [],
    skewMs: 0,
    gateway: '',
    problem: '',
    os: '',
    values,
    ...more,
  } as FleetNode;
}

const NODES = [
  node('calm', 'live', 5),
  node('hot', 'live', 99),
  node('late', 'late', 1),
  node('gone', 'silent', 100),
  node('gone-2', 'silent', 100, { stateSinceMs: 2000 }),
];
const column = (key: string): FleetColumn => FLEET_COLUMNS.find((candidate) => candidate.key === key) as FleetColumn;
const all = (): boolean => true;

test('by state: worst first, newest first among equals, crossed limits before the calm', () => {
  expect(orderNodes(NODES, all, column('state'), false)).toEqual(['gone-2', 'gone', 'late', 'hot', 'calm']);
});

test('by a value: highest first, what is not heard last; names decide among equals', () => {
  expect(orderNodes(NODES, all, column('cpu'), false)).toEqual(['hot', 'calm', 'late', 'gone', 'gone-2']);
  expect(orderNodes(NODES, all, column('name'), true)).toEqual(['late', 'hot', 'gone-2', 'gone', 'calm']);
});

test('the filter language says what is shown, and what it does not understand', () => {
  expect(orderNodes(NODES, compileFilter('-state:live last.cpu>50').matches, column('name'), false)).toEqual(['gone', 'gone-2']);
  // What the table shows as – is no value of now.
  expect(orderNodes(NODES, compileFilter('-state:live cpu>50').matches, column('name'), false)).toEqual([]);
  const broken = compileFilter('cpuu>50');
  expect(broken.problem).toMatch(/did you mean cpu/);
  expect(broken.matches(NODES[0] as FleetNode)).toBe(false);
});

test('a resting order loses what is gone and gains what is new at its end', () => {
  const nodes = new Map([node('b', 'live', 1), node('c', 'live', 1), node('a', 'live', 1)].map((one) => [one.nodeId, one]));
  expect(keepOrder(['x', 'c', 'b'], nodes, all)).toEqual(['c', 'b', 'a']);
});
