import { expect, test } from 'vitest';
import type { FleetNode } from '../../common/fleet-node.ts';
import { arrivalsOf, awaitedOf, fingerprintLines, portOf } from './arrivals.ts';

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

test('once the token has expired, nobody is waited for but those that have their certificate', () => {
  const all = arrivalsOf([node('a', 't', 1, {}), node('b', 't', 2, null)], 't');
  const token = { uses: 5, expiresMs: 1000 };
  expect(awaitedOf(all, token, 999)).toEqual({ arrived: 1, waiting: 4, expired: 0 });
  expect(awaitedOf(all, token, 1000)).toEqual({ arrived: 1, waiting: 1, expired: 3 });
  expect(awaitedOf(all, { uses: 2, expiresMs: 1000 }, 2000)).toEqual({ arrived: 1, waiting: 1, expired: 0 });
  expect(awaitedOf([], { uses: 1, expiresMs: 0 }, 2000)).toEqual({ arrived: 0, waiting: 1, expired: 0 });
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
