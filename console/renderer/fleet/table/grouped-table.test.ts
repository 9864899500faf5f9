import { expect, test } from 'vitest';
import type { FleetNode } from '../../../common/fleet-node.ts';
import { renamedView, withView } from '../views/saved-views.ts';
import { columnOf, columnsToShow, moved, withName } from './column-choice.ts';
import { formatSort, parseSort } from './fleet-order.ts';
import { tableLines } from './table-rows.ts';

const node = (nodeId: string, city: string, state: FleetNode['state']): FleetNode =>
  ({ nodeId, name: nodeId, state, labels: { city } }) as unknown as FleetNode;
const nodes = new Map(
  [node('a', 'Accra', 'live'), node('b', 'Lagos', 'late'), node('c', 'Accra', 'live'), node('d', 'Tema', 'silent')].map((each) => [
    each.nodeId,
    each,
  ]),
);
const order = ['a', 'b', 'c', 'd'];
const cityOf = (each: FleetNode): string => each.labels['city'] ?? '';

test('groups stand worst first, and a closed one hides its nodes', () => {
  const lines = tableLines(order, nodes, cityOf, new Set(['Accra']));
  expect(lines.map((line) => (line.kind === 'group' ? `${line.value} ${line.count}` : line.nodeId))).toEqual([
    'Tema 1',
    'd',
    'Lagos 1',
    'b',
    'Accra 2',
  ]);
  expect(tableLines(order, nodes, undefined, new Set())).toHaveLength(4);
});

test('columns: what fits, or what was chosen, always with the name', () => {
  expect(columnsToShow(null, 900).some(({ key }) => key === 'mount')).toBe(false);
  expect(columnsToShow(['cpu', 'label:city', 'gone'], 900).map(({ title }) => title)).toEqual(['CPU', 'city']);
  expect(columnOf('label:city')?.text({ node: nodes.get('b') as FleetNode, known: true, nowMs: 0, shownMs: 0 })).toBe('Lagos');
  expect(withName(['cpu'])).toEqual(['name', 'cpu']);
  expect(moved(['name', 'cpu', 'disk'], 'disk', -1)).toEqual(['name', 'disk', 'cpu']);
  expect(moved(['name', 'cpu'], 'cpu', 5)).toEqual(['name', 'cpu']);
});

test('the sort in an address', () => {
  expect([parseSort(undefined), parseSort('-cpu')].map(formatSort)).toEqual([undefined, '-cpu']);
});

test('a view is kept under one name', () => {
  const route = { page: 'fleet', filter: 'disk>90' } as const;
  const once = withView([], ' Full ', route) ?? [];
  expect(once).toEqual([{ name: 'Full', route }]);
  expect(withView(once, 'Full', { page: 'fleet', filter: 'x' })).toHaveLength(1);
  expect(withView(once, '  ', route)).toBeUndefined();
  const two = withView(once, 'Other', route) ?? [];
  expect(renamedView(two, 'Other', 'Full')).toBeUndefined();
  expect(renamedView(two, 'Other', 'Last')?.map(({ name }) => name)).toEqual(['Full', 'Last']);
});
