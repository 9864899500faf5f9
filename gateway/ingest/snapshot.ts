// The flat snapshot that small agents post: its values become the rows of our own measurements, so that the fleet view and queries need not
// know where they came from.
import { MusterError } from '../../core/common/muster-error.ts';
import { type PushSample, parseSamples } from '../../core/common/push-sample.ts';
import type { TimeWindow } from '../../core/common/row-time.ts';
import type { Summary } from '../../proto/gen/messages.ts';
import { SNAPSHOT_KEYS, SNAPSHOT_NAMES, unknownKeys } from './snapshot-names.ts';

/** The tags that our own agent gives to these measurements: the whole machine in one series. */
const TAGS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  cpu: { cpu: 'total' },
  filesystem: { mount: '/', device: '', fstype: '' },
  network: { interface: 'all' },
};

/** Throws `invalid_argument` with the words for what is not a snapshot; unknown keys are refused by name, as a typing error loses data. */
export function parseSnapshot(body: unknown, nowUs: number, window: TimeWindow): { samples: PushSample[]; summary: Summary } {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new MusterError('invalid_argument', 'a snapshot is one object');
  const snapshot = body as Readonly<Record<string, unknown>>;
  const unknown = unknownKeys(Object.keys(snapshot));
  if (unknown !== undefined) throw new MusterError('invalid_argument', unknown);
  const { hostname, ...rest } = snapshot;
  const said = Object.fromEntries(Object.entries(rest).filter(([key]) => SNAPSHOT_KEYS.has(key)));
  const common = {
    ...said,
    name: rest['name'] ?? hostname,
    ...((rest['time'] ?? rest['timestamp'] ?? undefined) === undefined ? { time: nowUs } : {}),
  };
  const rows = new Map<string, Record<string, unknown>>();
  const filled = new Map<string, string>();
  for (const [key, { measurement, field, factor }] of Object.entries(SNAPSHOT_NAMES)) {
    const value = snapshot[key];
    if (value === undefined || value === null) continue;
    const column = `${measurement}.${field}`;
    const other = filled.get(column);
    if (other !== undefined) throw new MusterError('invalid_argument', `${other} and ${key} are the same value: send one of them`);
    filled.set(column, key);
    if (typeof value !== 'number')
      throw new MusterError('invalid_argument', `${key} is ${JSON.stringify(value).slice(0, 80)}: a number up to 2^53 is needed`);
    const row = rows.get(measurement) ?? { ...common, measurement, ...(TAGS[measurement] ? { tags: visible(TAGS[measurement]) } : {}) };
    row[field] = value * factor;
    rows.set(measurement, row);
  }
  if (rows.size === 0)
    throw new MusterError('invalid_argument', `a snapshot has at least one of ${Object.keys(SNAPSHOT_NAMES).join(', ')}`);
  const { samples, refused } = parseSamples([...rows.values()], nowUs, window);
  if (refused[0] !== undefined) throw new MusterError('invalid_argument', refused[0].detail);
  return { samples, summary: toSummary(rows, samples[0]?.timeUs ?? nowUs) };
}

function visible(tags: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).filter(([, value]) => value !== ''));
}

function toSummary(rows: ReadonlyMap<string, Readonly<Record<string, unknown>>>, timeUs: number): Summary {
  const number = (measurement: string, field: string): number | undefined => rows.get(measurement)?.[field] as number | undefined;
  const diskPercent = number('filesystem', 'used_percent');
  const values = {
    cpuPercent: number('cpu', 'busy'),
    memoryPercent: number('memory', 'used_percent'),
    diskPercent,
    load1: number('load', 'load1'),
    networkRxBytesPerSecond: number('network', 'rx_bytes_per_second'),
    networkTxBytesPerSecond: number('network', 'tx_bytes_per_second'),
    processCount: number('processes', 'total'),
    uptimeSeconds: number('uptime', 'uptime_seconds'),
  };
  const present = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
  return { timeUs, diskMount: diskPercent === undefined ? '' : '/', ...present };
}
