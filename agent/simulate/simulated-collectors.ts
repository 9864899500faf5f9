// Collectors of a simulated host: the measurements, tags and fields of the real ones, with fewer series.
import type { Collector, RowSink, Tick } from '../host/collector.ts';
import type { HostState, SimulatedHost } from './simulated-host.ts';

interface Shape {
  measurement: string;
  tags: readonly string[];
  fields: readonly string[];
  rows(state: HostState, rows: RowSink, noise: () => number, tick: Tick): void;
}

const NONE: readonly string[] = [];

const SHAPES: readonly Shape[] = [
  {
    measurement: 'cpu',
    tags: ['cpu'],
    fields: ['busy', 'user', 'system', 'nice', 'idle', 'iowait', 'irq', 'softirq', 'steal'],
    rows({ busy }, rows, noise) {
      for (const cpu of ['total', '0', '1']) {
        const share = Math.min(100, Math.max(0, busy * 100 + (cpu === 'total' ? 0 : 8 * noise())));
        const rest = 100 - share;
        rows.add([cpu], [share, share * 0.7, share * 0.25, 0, rest * 0.98, rest * 0.02, 0, share * 0.04, share * 0.01]);
      }
    },
  },
  {
    measurement: 'memory',
    tags: NONE,
    fields: ['total', 'used', 'available', 'free', 'buffers', 'cached', 'used_percent'],
    rows({ memoryTotal: total, memoryUsed: used }, rows) {
      const available = total - used;
      rows.add(NONE, [total, used, available, available * 0.4, available * 0.1, available * 0.5, (used / total) * 100]);
    },
  },
  {
    measurement: 'swap',
    tags: NONE,
    fields: ['total', 'free', 'used', 'used_percent', 'in_bytes_per_second', 'out_bytes_per_second'],
    rows: ({ memoryTotal }, rows) => rows.add(NONE, [memoryTotal / 4, memoryTotal / 4, 0, 0, 0, 0]),
  },
  {
    measurement: 'load',
    tags: NONE,
    fields: ['load1', 'load5', 'load15'],
    rows: ({ load1, load5, load15 }, rows) => rows.add(NONE, [load1, load5, load15]),
  },
  {
    measurement: 'pressure',
    tags: ['resource'],
    fields: ['some_avg10', 'some_avg60', 'full_avg10', 'full_avg60'],
    rows({ busy }, rows) {
      const waiting = Math.max(0, busy - 0.6) * 60;
      rows.add(['cpu'], [waiting, waiting * 0.8, 0, 0]);
      rows.add(['memory'], [0, 0, 0, 0]);
      rows.add(['io'], [waiting * 0.3, waiting * 0.2, waiting * 0.2, waiting * 0.1]);
    },
  },
  {
    measurement: 'disk_io',
    tags: ['device'],
    fields: [
      'read_bytes_per_second',
      'write_bytes_per_second',
      'reads_per_second',
      'writes_per_second',
      'read_latency_ms',
      'write_latency_ms',
      'utilization_percent',
    ],
    rows({ readBytesPerSecond: read, writeBytesPerSecond: write, busy }, rows) {
      rows.add(['nvme0n1'], [read, write, read / 16_384, write / 16_384, 0.2 + busy, 0.5 + 2 * busy, Math.min(100, (read + write) / 4e6)]);
    },
  },
  {
    measurement: 'filesystem',
    tags: ['mount', 'device', 'fstype'],
    fields: ['total', 'used', 'free', 'used_percent', 'inodes_total', 'inodes_used', 'inodes_used_percent'],
    rows({ diskTotal: total, diskUsed: used }, rows) {
      const inodes = total / 16_384;
      const share = used / total;
      rows.add(['/', '/dev/nvme0n1p1', 'ext4'], [total, used, total - used, share * 100, inodes, inodes * share * 0.3, share * 30]);
    },
  },
  {
    measurement: 'network',
    tags: ['interface'],
    fields: [
      'rx_bytes_per_second',
      'tx_bytes_per_second',
      'rx_packets_per_second',
      'tx_packets_per_second',
      'rx_errors_per_second',
      'tx_errors_per_second',
      'rx_dropped_per_second',
      'tx_dropped_per_second',
    ],
    rows: ({ rxBytesPerSecond: rx, txBytesPerSecond: tx }, rows) => rows.add(['eth0'], [rx, tx, rx / 900, tx / 1100, 0, 0, 0, 0]),
  },
  {
    measurement: 'sockets',
    tags: NONE,
    fields: ['used', 'tcp_in_use', 'tcp_orphan', 'tcp_time_wait', 'tcp_allocated', 'udp_in_use'],
    rows({ sockets }, rows) {
      rows.add(NONE, [sockets, Math.round(sockets * 0.6), 0, Math.round(sockets * 0.1), Math.round(sockets * 0.65), 6]);
    },
  },
  {
    measurement: 'uptime',
    tags: NONE,
    fields: ['uptime_seconds', 'boot_time_seconds'],
    rows: ({ bootSeconds }, rows, _, tick) => rows.add(NONE, [tick.timeUs / 1e6 - bootSeconds, bootSeconds]),
  },
  {
    measurement: 'processes',
    tags: NONE,
    fields: ['total', 'running', 'blocked', 'threads', 'forks_per_second', 'context_switches_per_second', 'interrupts_per_second'],
    rows({ processes, busy, cores }, rows) {
      const work = busy * cores;
      rows.add(NONE, [processes, Math.ceil(work), 0, processes * 3, work * 2, 1500 + work * 4000, 900 + work * 2500]);
    },
  },
  { measurement: 'temperature', tags: ['sensor'], fields: ['celsius'], rows: ({ celsius }, rows) => rows.add(['cpu'], [celsius]) },
];

export const SIMULATED_MEASUREMENTS: readonly Pick<Collector, 'measurement' | 'tags' | 'fields'>[] = SHAPES;

/** Collectors of the measurements wanted; all where none is named. */
export function createSimulatedCollectors(host: SimulatedHost, measurements: readonly string[] = []): Collector[] {
  const noise = (): number => host.noise();
  return SHAPES.filter(({ measurement }) => measurements.length === 0 || measurements.includes(measurement)).map((shape) => ({
    measurement: shape.measurement,
    tags: shape.tags,
    fields: shape.fields,
    collect(rows: RowSink, tick: Tick): void {
      host.advance(tick.timeUs);
      shape.rows(host.state, rows, noise, tick);
    },
    close: () => undefined,
  }));
}
