// Processes, units, containers.
import { chart, eachOf, line, MIB } from './chart-spec.ts';

const BY_CPU = { ranked_by: 'cpu' };
const BY_MEMORY = { ranked_by: 'memory' };

export const PROCESS_CHARTS = [
  eachOf('process_cpu', 'CPU of the busiest', '% of a core', 'process', { tag: 'name', field: 'cpu_percent' }, { tags: BY_CPU }),
  eachOf(
    'process_memory',
    'Memory of the largest',
    'MiB',
    'process',
    { tag: 'name', field: 'rss_bytes' },
    { tags: BY_MEMORY, scale: MIB, decimals: 0 },
  ),
  chart(
    'processes',
    'Processes',
    '',
    'processes',
    [line('all', 'total', 1), line('running', 'running', 3), line('blocked', 'blocked', 8), line('zombies', 'zombies', 4)],
    { decimals: 0, optional: true },
  ),
  chart('forks', 'Processes begun', 'a second', 'processes', [line('begun', 'forks_per_second', 1)], { optional: true }),
  chart('threads', 'Threads', '', 'processes', [line('threads', 'threads', 1)], { decimals: 0, optional: true }),
  chart(
    'users',
    'Logged in',
    '',
    'users',
    [line('sessions', 'sessions', 1), line('users', 'users', 2), line('from afar', 'remote_sessions', 3)],
    { decimals: 0, optional: true },
  ),
];

export const UNIT_CHARTS = [
  chart(
    'units',
    'Units that failed, and jobs that wait',
    '',
    'systemd',
    [line('failed', 'failed_units', 8), line('waiting jobs', 'waiting_jobs', 1)],
    { decimals: 0, optional: true },
  ),
  eachOf('unit_cpu', 'CPU by unit', '% of a core', 'systemd_unit', { tag: 'unit', field: 'cpu_percent' }),
  eachOf('unit_memory', 'Memory by unit', 'MiB', 'systemd_unit', { tag: 'unit', field: 'memory_bytes' }, { scale: MIB, decimals: 0 }),
];

export const CONTAINER_CHARTS = [
  eachOf('container_cpu', 'CPU by container', '% of a core', 'containers', { tag: 'container', field: 'cpu_percent' }),
  eachOf(
    'container_memory',
    'Memory by container',
    'MiB',
    'containers',
    { tag: 'container', field: 'memory_bytes' },
    { scale: MIB, decimals: 0 },
  ),
  eachOf(
    'container_io',
    'Read and written by container',
    'MiB/s',
    'containers',
    { tag: 'container', field: 'read_bytes_per_second', mirrored: 'write_bytes_per_second' },
    { scale: MIB },
  ),
  eachOf('container_throttled', 'CPU throttled', '%', 'containers', { tag: 'container', field: 'cpu_throttled_percent' }),
];

export const PROBE_CHARTS = [
  eachOf('probe_latency', 'Latency', 'ms', 'probe', { tag: 'target', field: 'latency_ms' }),
  eachOf('probe_own_latency', 'Latency by probe', 'ms', 'probe', { tag: 'probe', field: 'latency_ms' }),
  eachOf('probe_loss', 'Packet loss', '%', 'probe', { tag: 'target', field: 'packet_loss' }),
  eachOf('probe_jitter', 'Jitter', 'ms', 'probe', { tag: 'target', field: 'jitter_ms' }),
];

export const SYSTEM_CHARTS = [
  chart('uptime', 'Uptime', 'days', 'uptime', [line('up', 'uptime_seconds', 1)], { scale: 1 / 86_400, decimals: 2, optional: true }),
  chart('clock', 'Clock against the gateway', 'ms', 'clock', [line('skew', 'skew_ms', 1)], { decimals: 2, optional: true }),
  chart('open_files', 'Open files', '', 'kernel', [line('open', 'open_files', 1)], { decimals: 0, optional: true }),
  chart('entropy', 'Entropy', 'bits', 'kernel', [line('entropy', 'entropy_bits', 1)], { decimals: 0, optional: true }),
  chart('agent_cost', 'The agent itself: CPU', '% of a core', 'agent', [line('CPU', 'cpu_percent', 1)], { decimals: 2, optional: true }),
  chart('agent_memory', 'The agent itself: memory', 'MiB', 'agent', [line('resident', 'rss_bytes', 1)], { scale: MIB, optional: true }),
  chart(
    'agent_ticks',
    'The agent itself: time of a tick',
    'ms',
    'agent',
    [line('tick', 'tick_ms', 1), line('collectors failed', 'collectors_failed', 8)],
    { optional: true },
  ),
  chart('agent_spool', 'The agent itself: batches that wait', '', 'agent', [line('batches', 'spool_batches', 1)], {
    decimals: 0,
    optional: true,
  }),
];

export const PRESSURE = chart(
  'pressure',
  'Pressure, some',
  '% of 10 s',
  'pressure',
  [
    line('cpu', 'some_avg10', 1, { tags: { resource: 'cpu' } }),
    line('memory', 'some_avg10', 2, { tags: { resource: 'memory' } }),
    line('io', 'some_avg10', 3, { tags: { resource: 'io' } }),
  ],
  { optional: true },
);
