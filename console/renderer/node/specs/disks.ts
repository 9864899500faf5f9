// Disks and filesystems.
import { chart, eachOf, line, MIB, twoWays } from './chart-spec.ts';

export const DISK_IO = chart(
  'disk_io',
  'Disk read and write',
  'MiB/s',
  'disk_io',
  twoWays(['read', 'write'], ['read_bytes_per_second', 'write_bytes_per_second'], { over: 'sum' }),
  { scale: MIB, physical: true },
);

/** Feeds a tile. */
export const FULLEST = chart('disk', 'Fullest filesystem', '%', 'filesystem', [line('fullest', 'used_percent', 1, { over: 'max' })]);

const DEVICE = 'device';

export const DISK_CHARTS = [
  eachOf(
    'disk_bytes',
    'Read and written',
    'MiB/s',
    'disk_io',
    { tag: DEVICE, field: 'read_bytes_per_second', mirrored: 'write_bytes_per_second' },
    { scale: MIB },
  ),
  eachOf('disk_requests', 'Reads and writes', 'a second', 'disk_io', {
    tag: DEVICE,
    field: 'reads_per_second',
    mirrored: 'writes_per_second',
  }),
  eachOf('disk_latency', 'Latency of reads and writes', 'ms', 'disk_io', {
    tag: DEVICE,
    field: 'read_latency_ms',
    mirrored: 'write_latency_ms',
  }),
  eachOf('disk_utilization', 'Utilization', '%', 'disk_io', { tag: DEVICE, field: 'utilization_percent' }, { max: 100 }),
  eachOf('disk_queue', 'Queue', 'requests', 'disk_io', { tag: DEVICE, field: 'queue_length' }, { decimals: 2 }),
  eachOf('disk_flushes', 'Flushes', 'a second', 'disk_io', { tag: DEVICE, field: 'flushes_per_second' }),
  eachOf('filesystem_used', 'Filesystems', '% used', 'filesystem', { tag: 'mount', field: 'used_percent' }, { max: 100 }),
  eachOf('filesystem_inodes', 'Inodes', '% used', 'filesystem', { tag: 'mount', field: 'inodes_used_percent' }, { max: 100 }),
  chart(
    'pressure_io',
    'Waiting for disks',
    '% of time',
    'pressure',
    [line('some', 'some_avg10', 1), line('all', 'full_avg10', 2), line('some, now', 'some_percent', 3)],
    { tags: { resource: 'io' }, optional: true },
  ),
  eachOf('smart_temperature', 'Disk temperature', '°C', 'smart', { tag: DEVICE, field: 'temperature_celsius' }),
];
