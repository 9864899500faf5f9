// The flat snapshot that small agents give: one number a name, of the machine as a whole.
import type { FrameColumns } from '../../core/common/frame.ts';
import type { InterfaceCounters } from '../collectors/network.ts';
import { isPhysicalInterfaceName } from '../host/physical-devices.ts';

/** Measurements a snapshot is made from. */
export const SNAPSHOT_MEASUREMENTS = ['cpu', 'memory', 'swap', 'load', 'filesystem', 'network', 'sockets', 'uptime', 'processes'] as const;

/** Sizes in bytes, shares in %; null where this machine does not tell. */
export interface Snapshot {
  /** When it was taken, ISO 8601. */
  time: string;
  name: string;
  /** Empty before enrolment. */
  node_id: string;
  cpu_percent: number | null;
  memory_percent: number | null;
  memory_used: number | null;
  memory_total: number | null;
  swap_percent: number | null;
  /** The file system at `/`; where it is not among those told, the fullest. */
  disk_percent: number | null;
  disk_used: number | null;
  disk_total: number | null;
  /** Since the interfaces came up, loopback aside. */
  network_rx_bytes: number | null;
  network_tx_bytes: number | null;
  network_rx_bytes_per_second: number | null;
  network_tx_bytes_per_second: number | null;
  uptime_seconds: number | null;
  process_count: number | null;
  /** Established TCP connections; where they are not told apart, the TCP sockets in use. */
  active_connections: number | null;
  load_avg_1: number | null;
  load_avg_5: number | null;
  load_avg_15: number | null;
}

export type SnapshotValues = Omit<Snapshot, 'time' | 'name' | 'node_id'>;

/** While somebody looks, each collector is due every ten seconds at least: what is older than some turns is not of now. */
const KEPT_MS = 30_000;

/** The values of a tick, and when each was read, on the caller's clock. */
export interface AgedValues {
  values: SnapshotValues;
  readMs: Readonly<Record<string, number>>;
}

/** What a tick did not read stays as it was in `before`, for half a minute: a collector that gives no more has no value. */
export function withEarlier(now: SnapshotValues, nowMs: number, before?: AgedValues): AgedValues {
  const values: Record<string, number | null> = {};
  const readMs: Record<string, number> = {};
  for (const [key, value] of Object.entries(now)) {
    const earlier = before?.values[key as keyof SnapshotValues] ?? null;
    const atMs = value !== null ? nowMs : (before?.readMs[key] ?? Number.NEGATIVE_INFINITY);
    const isKept = nowMs - atMs <= KEPT_MS;
    values[key] = value ?? (isKept ? earlier : null);
    if (isKept) readMs[key] = atMs;
  }
  return { values: values as unknown as SnapshotValues, readMs };
}

/** The values of the newest rows; null for what these frames do not have. */
export function toSnapshotValues(frames: readonly FrameColumns[], interfaces: readonly InterfaceCounters[]): SnapshotValues {
  const rows = new Map(frames.map((frame) => [frame.measurement, newestRows(frame)]));
  const one = (measurement: string, field: string): number | null => toNumber(rows.get(measurement)?.[0]?.values[field]);
  const total = rows.get('cpu')?.find(({ tag }) => tag === 'total');
  const disk = mainDisk(rows.get('filesystem') ?? []);
  const isPhysical = new Map(rows.get('network')?.map(({ tag, values }) => [tag, values['physical']]));
  const isCounted = (name: string): boolean => (isPhysical.get(name) ?? Number(isPhysicalInterfaceName(name))) === 1;
  const traffic = (rows.get('network') ?? []).filter(({ tag }) => isCounted(tag));
  const counted = interfaces.filter(({ name }) => isCounted(name));
  return {
    cpu_percent: toNumber(total?.values['busy']),
    memory_percent: one('memory', 'used_percent'),
    memory_used: one('memory', 'used'),
    memory_total: one('memory', 'total'),
    swap_percent: one('swap', 'used_percent'),
    disk_percent: toNumber(disk?.values['used_percent']),
    disk_used: toNumber(disk?.values['used']),
    disk_total: toNumber(disk?.values['total']),
    network_rx_bytes: sum(counted.map(({ received }) => received[0])),
    network_tx_bytes: sum(counted.map(({ sent }) => sent[0])),
    network_rx_bytes_per_second: sum(traffic.map(({ values }) => values['rx_bytes_per_second'])),
    network_tx_bytes_per_second: sum(traffic.map(({ values }) => values['tx_bytes_per_second'])),
    uptime_seconds: one('uptime', 'uptime_seconds'),
    process_count: one('processes', 'total'),
    active_connections: one('sockets', 'active_connections') ?? one('sockets', 'tcp_in_use'),
    load_avg_1: one('load', 'load1'),
    load_avg_5: one('load', 'load5'),
    load_avg_15: one('load', 'load15'),
  };
}

/** One row: its first tag and its values by field. */
interface Row {
  tag: string;
  values: Record<string, number>;
}

/** The rows of the newest tick, in the order in which they were added. */
export function newestRows(frame: FrameColumns): Row[] {
  const count = frame.timeUs.length;
  const newestUs = frame.timeUs[count - 1];
  const rows: Row[] = [];
  for (let row = 0; row < count; row++) {
    if (frame.timeUs[row] !== newestUs) continue;
    const values: Record<string, number> = {};
    for (const [i, field] of frame.fields.entries()) values[field] = frame.values[i * count + row]!;
    rows.push({ tag: frame.series[frame.seriesIndex[row]!]?.[0] ?? '', values });
  }
  return rows;
}

function mainDisk(disks: readonly Row[]): Row | undefined {
  const fullest = (a: Row, b: Row): Row => ((b.values['used_percent'] ?? 0) > (a.values['used_percent'] ?? 0) ? b : a);
  return disks.find(({ tag }) => tag === '/') ?? (disks.length === 0 ? undefined : disks.reduce(fullest));
}

function sum(values: readonly (number | undefined)[]): number | null {
  const present = values.filter((value) => value !== undefined && !Number.isNaN(value)) as number[];
  return present.length === 0 ? null : present.reduce((a, b) => a + b, 0);
}

function toNumber(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : value;
}
