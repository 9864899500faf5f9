import { expect, test } from 'vitest';
import { maintenanceEndMs, stateUnderMaintenance } from './maintenance.ts';
import { matchesFilter, parseFilter } from './node-filter.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');

test('the label is true, or the moment at which it ends', () => {
  const ends = ['true', ' TRUE ', '2026-03-01T14:00:00Z', 'node 2', 'false', '', '2026-99-99'].map((maintenance) =>
    maintenanceEndMs({ maintenance }),
  );
  expect(ends).toEqual([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, NOW + 7_200_000, undefined, undefined, undefined, undefined]);
  expect(maintenanceEndMs(undefined)).toBeUndefined();
});

test('late and silent give way, what else is known stays', () => {
  const until = { maintenance: '2026-03-01T14:00:00Z' };
  const shown = ['live', 'late', 'silent', 'quarantined', 'never_seen'].map((state) => stateUnderMaintenance(state, until, NOW));
  expect(shown).toEqual(['live', 'maintenance', 'maintenance', 'quarantined', 'never_seen']);
  expect(stateUnderMaintenance('silent', until, NOW + 7_200_000)).toBe('silent');
  expect(stateUnderMaintenance('silent', {}, NOW)).toBe('silent');
});

test('the filter knows the state', () => {
  const node = { nodeId: 'a', state: 'NODE_STATE_SILENT', info: { labels: { maintenance: 'true' } }, skewUs: 0, gateway: '', problem: '' };
  const holds = (filter: string): boolean => matchesFilter(parseFilter(filter), node as never);
  expect(['state:maintenance', 'state:silent'].map(holds)).toEqual([true, false]);
});
