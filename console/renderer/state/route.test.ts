import { expect, test } from 'vitest';
import { formatRoute, parseRoute, type Route } from './route.ts';

const ROUTES: Route[] = [
  { page: 'fleet', filter: '' },
  { page: 'fleet', filter: 'region:gh cpu>80 "a&b"' },
  { page: 'node', nodeId: '<img src=x>/../#' },
  { page: 'explore', sql: 'select * from cpu where x = 1 & 2' },
  { page: 'explore', sql: '' },
  { page: 'fleet', filter: 'state:late', view: 'heatmap', group: 'region', metric: 'cpu' },
  { page: 'node', nodeId: 'a/b', section: 'processes' },
  { page: 'probes' },
  { page: 'probes', path: 'accra → lagos/icmp' },
  { page: 'settings' },
  { page: 'pipeline' },
];

test.each(ROUTES)('%j can be copied and opened again', (route) => {
  expect(parseRoute(formatRoute(route))).toEqual(route);
});

test.each(['', '#', '#/nowhere', '#/node/', '#//'])('%j is the fleet', (fragment) => {
  expect(parseRoute(fragment)).toEqual({ page: 'fleet', filter: '' });
});

test('a stray percent sign is text', () => {
  expect(parseRoute('#/node/%E0%A4%A')).toEqual({ page: 'node', nodeId: '%E0%A4%A' });
});
