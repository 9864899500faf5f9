// The flat snapshot that small agents post: its values become the rows of our own measurements, so that the fleet view and queries need not
// know where they came from.
import { MusterError } from '../../core/common/muster-error.ts';
import type { TimeWindow } from '../../core/common/row-time.ts';
import type { Summary } from '../../proto/gen/messages.ts';
import { type PushSample, parseSamples } from './push-sample.ts';

/** Key of the snapshot → measurement, field. */
const COLUMNS: Readonly<Record<string, readonly [measurement: string, field: string]>> = {
  cpu_percent: ['cpu', 'busy'],
  memory_percent: ['memory', 'used_percent'],
  memory_used: ['memory', 'used'],
  memory_total: ['memory', 'total'],
  disk_percent: ['filesystem', 'used_percent'],
  disk_used: ['filesystem', 'used'],
  disk_total: ['filesystem', 'total'],
  network_rx_bytes_per_second: ['network', 'rx_bytes_per_second'],
  network_tx_bytes_per_second: ['network', 'tx_bytes_per_second'],
  network_rx_bytes: ['network', 'rx_bytes'],
  network_tx_bytes: ['network', 'tx_bytes'],
  uptime_seconds: ['uptime', 'uptime_seconds'],
  process_count: ['processes', 'total'],
  active_connections: ['sockets', 'active_connections'],
  load_avg_1: ['load', 'load1'],
  load_avg_5: ['load', 'load5'],
  load_avg_15: ['load', 'load15'],
};

/** The tags that our own agent gives to these measurements: the whole machine in one series. */
const TAGS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  cpu: { cpu: 'total' },
  filesystem: { mount: '/', device: '', fstype: '' },
  network: { interface: 'all' },
};

const OTHER_KEYS = new Set(['node_id', 'name', 'hostname', 'time', 'timestamp', 'country', 'region', 'city', 'latitude', 'longitude']);

/** Throws `invalid_argument` with the words for what is not a snapshot; unknown keys are refused by name, as a typing error loses data. */
export function parseSnapshot(body: unknown, nowUs: number, window: TimeWindow): { samples: PushSample[]; summary: Summary } {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new MusterError('invalid_argument', 'a snapshot is one object');
  const snapshot = body as Readonly<Record<string, unknown>>;
  const { hostname, timestamp, ...rest } = snapshot;
  const common = { ...pick(rest), name: rest['name'] ?? hostname, time: rest['time'] ?? timestamp ?? nowUs };
  const unknown = Object.keys(snapshot).find((key) => !Object.hasOwn(COLUMNS, key) && !OTHER_KEYS.has(key));
  if (unknown !== undefined)
    throw new MusterError(
      'invalid_argument',
      `a snapshot has no ${unknown.slice(0, 80)}: see /api/openapi.json; other values go to /api/push`,
    );
  const rows = new Map<string, Record<string, unknown>>();
  for (const [key, [measurement, field]] of Object.entries(COLUMNS)) {
    if (snapshot[key] === undefined || snapshot[key] === null) continue;
    const row = rows.get(measurement) ?? { ...common, measurement, ...(TAGS[measurement] ? { tags: visible(TAGS[measurement]) } : {}) };
    row[field] = snapshot[key];
    rows.set(measurement, row);
  }
  if (rows.size === 0) throw new MusterError('invalid_argument', `a snapshot has at least one of ${Object.keys(COLUMNS).join(', ')}`);
  const { samples, refused } = parseSamples([...rows.values()], nowUs, window);
  if (refused[0] !== undefined) throw new MusterError('invalid_argument', refused[0].detail);
  return { samples, summary: toSummary(snapshot, samples[0]?.timeUs ?? nowUs) };
}

function pick(from: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(from).filter(([key]) => OTHER_KEYS.has(key)));
}

function visible(tags: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).filter(([, value]) => value !== ''));
}

function toSummary(snapshot: Readonly<Record<string, unknown>>, timeUs: number): Summary {
  const number = (key: string): number | undefined => (typeof snapshot[key] === 'number' ? snapshot[key] : undefined);
  const values = {
    cpuPercent: number('cpu_percent'),
    memoryPercent: number('memory_percent'),
    diskPercent: number('disk_percent'),
    load1: number('load_avg_1'),
    networkRxBytesPerSecond: number('network_rx_bytes_per_second'),
    networkTxBytesPerSecond: number('network_tx_bytes_per_second'),
    processCount: number('process_count'),
    uptimeSeconds: number('uptime_seconds'),
  };
  const present = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
  return { timeUs, diskMount: snapshot['disk_percent'] === undefined ? '' : '/', ...present };
}
