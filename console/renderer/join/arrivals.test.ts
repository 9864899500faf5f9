import { expect, test } from 'vitest';
import type { FleetNode } from '../../common/fleet-node.ts';
import { arrivalsOf, fingerprintLines, portOf } from './arrivals.ts';

const node = (name: string, joinTokenId: string, enrolledMs: number, values: object | null): FleetNode =>
  ({ nodeId: name, name, joinTokenId, enrolledMs, values }) as unknown as FleetNode;

test('a machine has arrived with its first sample, not with its certificate', () => {
  const nodes = [node('a', 't', 1, {}), node('b', 't', 2, null), node('c', 'other', 3, {}), node('d', '', 4, {})];
  expect(arrivalsOf(nodes, 't').map(({ node: { name }, arrived }) => [name, arrived])).toEqual([
    ['b', false],
    ['a', true],
  ]);
  expect(arrivalsOf(nodes, '')).toEqual([]);
});

test('a fingerprint is whole, in groups', () => {
  const [first = '', second = ''] = fingerprintLines('ab12'.repeat(16));
  expect(first.split(' ')).toHaveLength(8);
  expect(`${first} ${second}`.replaceAll(' ', '').toLowerCase()).toBe('ab12'.repeat(16));
});

test.each([
  ['10.0.0.5:7443', '7443'],
  ['[fd00::5]:443', '443'],
  [undefined, ''],
])('the port of %s', (address, port) => expect(portOf(address)).toBe(port));
