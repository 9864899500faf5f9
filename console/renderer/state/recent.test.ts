import { expect, test } from 'vitest';
import { nameOf, recentPlaces, rememberPlace } from './recent.ts';

test('places are remembered once, newest first, at most twenty', () => {
  for (let i = 0; i < 30; i++) rememberPlace({ page: 'node', nodeId: `n${i}` }, `node ${i}`, i);
  rememberPlace({ page: 'node', nodeId: 'n20' }, 'node 20', 99);
  rememberPlace({ page: 'fleet', filter: '' }, '', 100);
  const places = recentPlaces.get();
  expect(places).toHaveLength(20);
  expect(places[0]).toEqual({ address: '#/node/n20', name: 'node 20', atMs: 99 });
  expect(places.filter(({ address }) => address === '#/node/n20')).toHaveLength(1);
});

test('a place is named as a person would', () => {
  expect(nameOf({ page: 'fleet', filter: 'cpu>80', view: 'heatmap' }, '')).toBe('Fleet: as heatmap, cpu>80');
  expect(nameOf({ page: 'node', nodeId: 'x', section: 'disks' }, 'web-1')).toBe('web-1, disks');
  expect(nameOf({ page: 'pipeline' }, '')).toBe('');
});
