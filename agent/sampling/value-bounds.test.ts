import { expect, test } from 'vitest';
import { createCollectors } from '../collectors/catalog.ts';
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
  ['cpu_throttled_percent', [0, 380, 6400], [-5, 1e9]],
  ['memory_percent', [0, 100, 240], [-5, 1e9]],
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

/** What each share of a collector can be at most. A new one is added here: is it of one device, or a sum over several, or of a limit that may be lowered? */
const MOST: Readonly<Record<string, number>> = {
  'memory.used_percent': 110,
  'memory.pressure_some_avg10': 110,
  'memory.pressure_full_avg10': 110,
  'swap.used_percent': 110,
  'pressure.some_avg10': 110,
  'pressure.some_avg60': 110,
  'pressure.full_avg10': 110,
  'pressure.full_avg60': 110,
  'pressure.some_percent': 110,
  'pressure.full_percent': 110,
  'disk_io.utilization_percent': 110,
  'filesystem.used_percent': 110,
  'filesystem.inodes_used_percent': 110,
  'protocols.tcp_retransmit_percent': 1e5,
  'kernel.open_files_percent': 1e6,
  'kernel.tracked_connections_percent': 1e6,
  'process.cpu_percent': 1e6,
  'process.memory_percent': 1e6,
  'battery.charge_percent': 110,
  'battery.health_percent': 300,
  'systemd_unit.cpu_percent': 1e6,
  'containers.cpu_percent': 1e6,
  'containers.cpu_throttled_percent': 1e6,
  'containers.memory_percent': 1e6,
  'smart.wear_percent': 300,
  'smart.spare_percent': 110,
  'gpu.utilization_percent': 110,
  'gpu.memory_utilization_percent': 110,
  'gpu.memory_used_percent': 110,
  'gpu.fan_percent': 300,
  'agent.cpu_percent': 1e6,
};

test('each share of each collector has the bound that was thought of for it', () => {
  const every = ['linux', 'darwin', 'win32'].flatMap((platform) =>
    createCollectors(
      () => true,
      { proc: '/proc', sys: '/sys' },
      () => ({}) as never,
      platform,
    ),
  );
  const shares = every.flatMap(({ measurement, fields }) =>
    fields
      .filter((field) => /percent|_pct|_avg\d+$/.test(field))
      .map((field) => [`${measurement}.${field}`, boundsOf(measurement, field).most] as const),
  );
  for (const collector of every) collector.close();
  expect(Object.fromEntries(shares)).toEqual(MOST);
});
