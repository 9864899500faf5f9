import { expect, test } from 'vitest';
import { boundsOf } from './value-bounds.ts';

const can = (field: string, value: number, measurement = 'some'): boolean => {
  const { least, most } = boundsOf(measurement, field);
  return value >= least && value <= most;
};

test.each([
  ['used_percent', [0, 100, 100.5], [-5, 250, Number.POSITIVE_INFINITY]],
  ['pressure_some_avg10', [0, 99.9], [400, -5]],
  ['tracked_connections_percent', [150], [-1]],
  ['load1', [0, 4000], [1e9]],
  ['cpu_percent', [0, 6400], [-5]],
  ['health_percent', [105], [Number.POSITIVE_INFINITY]],
  ['celsius', [-40, 0, 110], [-128, 3_892_313.987]],
  ['temperature_celsius', [45], [6_553_500]],
  ['total', [0, 2 ** 53], [-1, 2 ** 63, 2 ** 64]],
  ['memory_bytes', [0], [-4096, 2 ** 64]],
  ['rx_bytes_per_second', [0, 1.25e10], [-1, 2 ** 43]],
  ['read_latency_ms', [0, 30_000], [Number.POSITIVE_INFINITY]],
  ['skew_ms', [-86_400_000, 12], [Number.NEGATIVE_INFINITY]],
  ['watts', [-35, 300], [Number.POSITIVE_INFINITY]],
  ['volts', [-12, 11.8], [1e9]],
] as const)('%s', (field, good, bad) => {
  expect(good.filter((value) => !can(field, value))).toEqual([]);
  expect(bad.filter((value) => can(field, value))).toEqual([]);
});

test('the fields of cpu are shares by another name', () => {
  expect([can('busy', 100, 'cpu'), can('busy', 150, 'cpu')]).toEqual([true, false]);
});
