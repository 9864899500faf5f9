// The tables of a node's sections.
import { MEGABIT, MIB } from '../specs/chart-spec.ts';
import { byName, descending, number, type TableColumn, type TableSpec, text } from './table-spec.ts';

const MINUTE = 60;
const rate = (name: string, title: string, unit: string, scale: number): TableColumn => ({
  name,
  title,
  unit,
  as: 'short',
  scale,
  width: 72,
});
const figure = (name: string, title: string, unit: string, decimals = 1, width = 72): TableColumn => ({
  name,
  title,
  unit,
  as: 'number',
  decimals,
  width,
});
const bytes = (name: string, title: string): TableColumn => ({ name, title, as: 'bytes', width: 78 });

export const FILESYSTEMS: TableSpec = {
  key: 'disk',
  title: 'Filesystems',
  note: 'fullest first',
  measurement: 'filesystem',
  keys: ['mount', 'device', 'fstype'],
  backSeconds: 5 * MINUTE,
  columns: [
    { name: 'mount', title: 'Mount' },
    { name: 'device', title: 'Device', wide: true },
    { name: 'fstype', title: 'Type', width: 56 },
    bytes('total', 'Size'),
    bytes('free', 'Free'),
    { ...figure('inodes_used_percent', 'Inodes', '%'), wide: true },
    { ...figure('used_percent', 'Used', '%', 1, 100), limit: 'disk', meter: true },
  ],
  order: descending('used_percent'),
};

export const DISKS: TableSpec = {
  key: 'disks',
  title: 'Disks',
  note: 'busiest first',
  measurement: 'disk_io',
  keys: ['device'],
  backSeconds: 2 * MINUTE,
  columns: [
    { name: 'device', title: 'Device' },
    { ...rate('read_bytes_per_second', 'Read', 'MiB/s', MIB), spark: true },
    { ...rate('write_bytes_per_second', 'Written', 'MiB/s', MIB), spark: true },
    figure('read_latency_ms', 'Read', 'ms', 2),
    figure('write_latency_ms', 'Write', 'ms', 2),
    { ...figure('queue_length', 'Queue', '', 2), wide: true },
    { ...figure('utilization_percent', 'In use', '%', 1, 100), meter: true },
  ],
  order: descending('utilization_percent'),
};

export const DISK_HEALTH: TableSpec = {
  key: 'smart',
  title: 'Disk health',
  note: 'by SMART, failing first',
  measurement: 'smart',
  keys: ['device', 'model', 'serial'],
  backSeconds: 40 * MINUTE,
  columns: [
    { name: 'device', title: 'Device' },
    { name: 'model', title: 'Model' },
    { name: 'passed', title: 'Passed', as: 'yes', width: 60 },
    figure('temperature_celsius', 'Heat', '°C', 0, 60),
    figure('wear_percent', 'Worn', '%', 0, 60),
    figure('power_on_hours', 'On', 'h', 0),
    figure('reallocated_sectors', 'Reallocated', '', 0, 84),
    figure('pending_sectors', 'Pending', '', 0),
  ],
  order: (a, b) => (number(a, 'passed') || 0) - (number(b, 'passed') || 0),
  mark: (row) => (number(row, 'passed') === 0 ? 'bad' : ''),
};

export const INTERFACES: TableSpec = {
  key: 'interfaces',
  title: 'Interfaces',
  note: 'busiest first',
  measurement: 'network',
  keys: ['interface'],
  backSeconds: 2 * MINUTE,
  columns: [
    { name: 'interface', title: 'Interface' },
    { ...rate('rx_bytes_per_second', 'In', 'Mbit/s', MEGABIT), spark: true },
    { ...rate('tx_bytes_per_second', 'Out', 'Mbit/s', MEGABIT), spark: true },
    figure('rx_packets_per_second', 'In', 'packets/s', 0, 84),
    figure('tx_packets_per_second', 'Out', 'packets/s', 0, 84),
    figure('rx_errors_per_second', 'Errors', '/s', 2),
    figure('rx_dropped_per_second', 'Dropped', '/s', 2),
  ],
  order: descending('rx_bytes_per_second'),
};

const sensors = (measurement: string, title: string, field: string, unit: string, decimals: number): TableSpec => ({
  key: `${measurement}_table`,
  title,
  note: 'highest first',
  measurement,
  keys: ['sensor'],
  backSeconds: 5 * MINUTE,
  columns: [
    { name: 'sensor', title: 'Sensor' },
    { ...figure(field, title, unit, decimals, 90), spark: true, ...(field === 'celsius' ? { limit: 'temperature' as const } : {}) },
  ],
  order: descending(field),
});

export const SENSOR_TABLES: readonly TableSpec[] = [
  sensors('temperature', 'Temperature', 'celsius', '°C', 1),
  sensors('fan', 'Fans', 'rpm', 'rpm', 0),
  sensors('power', 'Power', 'watts', 'W', 1),
  sensors('voltage', 'Voltage', 'volts', 'V', 3),
  {
    key: 'battery_table',
    title: 'Batteries',
    note: 'by name',
    measurement: 'battery',
    keys: ['battery'],
    backSeconds: 5 * MINUTE,
    columns: [
      { name: 'battery', title: 'Battery' },
      figure('charge_percent', 'Charge', '%'),
      figure('health_percent', 'Health', '%'),
      { name: 'charging', title: 'Charging', as: 'yes', width: 70 },
      figure('cycles', 'Cycles', '', 0),
      figure('volts', 'Voltage', 'V', 2),
    ],
    order: byName('battery'),
  },
  {
    key: 'gpu_table',
    title: 'GPUs',
    note: 'by number',
    measurement: 'gpu',
    keys: ['gpu', 'name'],
    backSeconds: 5 * MINUTE,
    columns: [
      { name: 'gpu', title: 'GPU', width: 60 },
      { name: 'name', title: 'Name' },
      figure('utilization_percent', 'In use', '%', 0),
      bytes('memory_used_bytes', 'Memory'),
      figure('temperature_celsius', 'Heat', '°C', 0),
      figure('power_watts', 'Power', 'W', 0),
      figure('clock_mhz', 'Clock', 'MHz', 0),
      figure('ecc_errors', 'ECC errors', '', 0, 84),
    ],
    order: byName('gpu'),
  },
];

export const CORES: TableSpec = {
  key: 'cores',
  title: 'Cores',
  note: 'busiest first',
  measurement: 'cpu',
  keys: ['cpu'],
  where: "cpu != 'total'",
  backSeconds: 2 * MINUTE,
  columns: [
    { name: 'cpu', title: 'Core' },
    figure('user', 'User', '%'),
    figure('system', 'System', '%', 1, 84),
    figure('iowait', 'I/O wait', '%', 1, 92),
    figure('steal', 'Steal', '%'),
    { ...figure('busy', 'Busy', '%', 1, 100), limit: 'cpu', meter: true, spark: true },
  ],
  order: byName('cpu'),
};

const ranked = (key: string, title: string, by: 'cpu' | 'memory'): TableSpec => ({
  key,
  title,
  note: `by ${by === 'cpu' ? 'CPU' : 'memory'}`,
  measurement: 'process',
  keys: ['ranked_by', 'rank'],
  where: `ranked_by = '${by}'`,
  more: ['rank'],
  backSeconds: 30,
  columns: [
    { name: 'name', title: 'Name' },
    { name: 'command', title: 'Command', wide: true },
    { name: 'pid', title: 'PID', as: 'number', width: 72 },
    { name: 'cpu_percent', title: 'CPU', unit: '%', as: 'number', decimals: 1, width: 72 },
    bytes('rss_bytes', 'Memory'),
    { name: 'threads', title: 'Threads', as: 'number', width: 76 },
  ],
  order: descending(by === 'cpu' ? 'cpu_percent' : 'rss_bytes'),
});

export const TOP_BY_CPU = ranked('top_cpu', 'Processes', 'cpu');
export const TOP_BY_MEMORY = ranked('top_memory', 'Largest processes', 'memory');

export const UNITS: TableSpec = {
  key: 'units_table',
  title: 'Units',
  note: 'failed first, then by CPU',
  measurement: 'systemd_unit',
  keys: ['unit'],
  backSeconds: 5 * MINUTE,
  more: ['failed'],
  columns: [
    { name: 'unit', title: 'Unit' },
    { name: 'state', title: 'State', width: 120 },
    { name: 'result', title: 'Result', width: 100, wide: true },
    { name: 'restarts', title: 'Restarts', as: 'number', width: 70 },
    { ...figure('cpu_percent', 'CPU', '%'), spark: true },
    bytes('memory_bytes', 'Memory'),
    { name: 'tasks', title: 'Tasks', as: 'number', width: 60 },
    { name: 'oom_kills', title: 'OOM kills', as: 'number', width: 76, wide: true },
  ],
  order: (a, b) => (number(b, 'failed') || 0) - (number(a, 'failed') || 0) || descending('cpu_percent')(a, b),
  mark: (row) => (number(row, 'failed') === 1 ? 'bad' : ''),
};

export const CONTAINERS: TableSpec = {
  key: 'containers_table',
  title: 'Containers',
  note: 'not running first, then by CPU',
  measurement: 'containers',
  keys: ['container', 'image'],
  backSeconds: 5 * MINUTE,
  more: ['running', 'healthy'],
  columns: [
    { name: 'container', title: 'Container' },
    { name: 'image', title: 'Image' },
    { name: 'state', title: 'State', width: 100 },
    { name: 'runtime', title: 'Runtime', width: 80, wide: true },
    { ...figure('cpu_percent', 'CPU', '%'), spark: true },
    bytes('memory_bytes', 'Memory'),
    { ...figure('memory_percent', 'of limit', '%'), limit: 'memory' },
    { name: 'pids', title: 'PIDs', as: 'number', width: 56 },
    { name: 'oom_kills', title: 'OOM kills', as: 'number', width: 76, wide: true },
  ],
  order: (a, b) => (number(a, 'running') || 0) - (number(b, 'running') || 0) || descending('cpu_percent')(a, b),
  mark: (row) => (number(row, 'healthy') === 0 ? 'bad' : text(row, 'state') !== '' && number(row, 'running') === 0 ? 'late' : ''),
};

export const PROBES: TableSpec = {
  key: 'probes_table',
  title: 'Probes',
  note: 'slowest first',
  measurement: 'probe',
  keys: ['kind', 'probe', 'target', 'target_country', 'target_region', 'target_node'],
  backSeconds: 15 * MINUTE,
  columns: [
    { name: 'probe', title: 'Probe' },
    { name: 'target', title: 'Target' },
    { name: 'kind', title: 'Kind', width: 90 },
    figure('latency_ms', 'Latency', 'ms', 1, 84),
    figure('packet_loss', 'Loss', '%'),
    figure('uptime_pct', 'Up', '%'),
    { name: 'status', title: 'Status', as: 'number', width: 60 },
    { name: 'error', title: 'Error', wide: true },
  ],
  order: descending('latency_ms'),
  mark: (row) => (number(row, 'packet_loss') >= 100 || text(row, 'error') !== '' ? 'bad' : ''),
};
