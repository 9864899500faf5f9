import { expect, test } from 'vitest';
import { assertAsShown, listRemoved } from './removal-calls.ts';

const node = (nodeId: string, name = '') => ({ nodeId, info: { name } });

test('the nodes that were shown may be removed, in any order; without any shown none is compared', () => {
  expect(() => assertAsShown([node('a'), node('b')], ['b', 'a'])).not.toThrow();
  expect(() => assertAsShown([node('a')], [])).not.toThrow();
});

test('as many nodes, but others, are not what was shown', () => {
  const other = [node('a'), node('c', 'web-3')];
  expect(() => assertAsShown(other, ['a', 'b'])).toThrow('1 node matches now that was not shown (web-3): look again, nothing was removed');
  const many = Array.from({ length: 8 }, (_, i) => node(`n-${i}`));
  expect(() => assertAsShown(many, ['n-0'])).toThrow(
    '7 nodes match now that were not shown (n-1, n-2, n-3, n-4, n-5 and 2 more): look again, nothing was removed',
  );
});

test('fewer than were shown are not what was shown either', () => {
  expect(() => assertAsShown([node('a')], ['a', 'b'])).toThrow(
    '1 of the nodes that were shown matches no more (b): look again, nothing was removed',
  );
});

test('tells of asked nodes which are removed, however long ago', async () => {
  const registry = { removed: async () => [], isRemoved: (nodeId: string) => nodeId === 'old' };
  expect(await listRemoved(registry, { nodeIds: ['old', 'here'] })).toEqual({ nodes: [], removedIds: ['old'] });
  await expect(listRemoved(registry, { nodeIds: new Array(10_001).fill('x') })).rejects.toThrow('at most 10000 are answered at once');
});
