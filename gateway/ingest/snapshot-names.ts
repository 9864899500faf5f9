// The names of the flat snapshot, with the columns that they fill and the units that they are in.
import { nearest } from '../../core/common/nearest.ts';

/** Where a value goes, and what it is multiplied by on its way: columns are in bytes, bytes a second, seconds and %. */
export interface SnapshotColumn {
  measurement: string;
  field: string;
  factor: number;
}

/** Tools that count in these divide by powers of 1024. */
const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
/** Of a megabit. */
const MEGABIT_BYTES = 1_000_000 / 8;

const at = (measurement: string, field: string, factor = 1): SnapshotColumn => ({ measurement, field, factor });

/** Each column's own name first; the other names that small agents give it follow. */
export const SNAPSHOT_NAMES: Readonly<Record<string, SnapshotColumn>> = {
  cpu_percent: at('cpu', 'busy'),
  memory_percent: at('memory', 'used_percent'),
  memory_used: at('memory', 'used'),
  memory_used_mb: at('memory', 'used', MIB),
  memory_total: at('memory', 'total'),
  memory_total_mb: at('memory', 'total', MIB),
  disk_percent: at('filesystem', 'used_percent'),
  disk_used: at('filesystem', 'used'),
  disk_used_gb: at('filesystem', 'used', GIB),
  disk_total: at('filesystem', 'total'),
  disk_total_gb: at('filesystem', 'total', GIB),
  network_rx_bytes_per_second: at('network', 'rx_bytes_per_second'),
  network_rx_rate_mbps: at('network', 'rx_bytes_per_second', MEGABIT_BYTES),
  network_tx_bytes_per_second: at('network', 'tx_bytes_per_second'),
  network_tx_rate_mbps: at('network', 'tx_bytes_per_second', MEGABIT_BYTES),
  network_rx_bytes: at('network', 'rx_bytes'),
  network_tx_bytes: at('network', 'tx_bytes'),
  uptime_seconds: at('uptime', 'uptime_seconds'),
  process_count: at('processes', 'total'),
  active_connections: at('sockets', 'active_connections'),
  load_avg_1: at('load', 'load1'),
  load_avg_1m: at('load', 'load1'),
  load_avg_5: at('load', 'load5'),
  load_avg_5m: at('load', 'load5'),
  load_avg_15: at('load', 'load15'),
  load_avg_15m: at('load', 'load15'),
};

/** What names the node, the time and the place. */
export const SNAPSHOT_KEYS: ReadonlySet<string> = new Set(
  'node_id name hostname time timestamp country region city latitude longitude'.split(' '),
);

/** Words of other agents' names → ours. */
const WORDS: Readonly<Record<string, string>> = {
  ...{ pct: 'percent', perc: 'percent', usage: 'percent', mem: 'memory', ram: 'memory', net: 'network', load1: 'load_1', load5: 'load_5' },
  ...{ load15: 'load_15', loadavg: 'load_avg', rate: 'per_second', bps: 'bytes_per_second', recv: 'rx', received: 'rx', sent: 'tx' },
  ...{ processes: 'process_count', procs: 'process_count', connections: 'active_connections', conns: 'active_connections' },
  ...{ uptime: 'uptime_seconds', host: 'hostname', node: 'node_id', ts: 'timestamp', lat: 'latitude', lon: 'longitude', lng: 'longitude' },
};

/** What a value is, in words for a document. */
export function unitOf(name: string, { measurement, field, factor }: SnapshotColumn): string {
  const unit = UNITS.find(([pattern]) => pattern.test(name))?.[1] ?? 'A number';
  return `${unit}; column \`${field}\` of \`${measurement}\`${factor === 1 ? '' : `, multiplied by ${factor}`}`;
}

const UNITS: readonly (readonly [RegExp, string])[] = [
  [/_percent$/, '%'],
  [/_mb$/, 'MiB'],
  [/_gb$/, 'GiB'],
  [/_mbps$/, 'Megabits per second'],
  [/_per_second$/, 'Bytes per second'],
  [/^network_/, 'Bytes since boot'],
  [/^(memory|disk)_/, 'Bytes'],
  [/_seconds$/, 'Seconds'],
  [/^load_/, 'Load'],
  [/^process_/, 'Processes'],
  [/connections$/, 'Established TCP connections'],
];

/** Every key that a snapshot does not have, each with the one that is meant where that can be told; undefined where there is none. */
export function unknownKeys(keys: readonly string[]): string | undefined {
  const unknown = keys.filter((key) => !Object.hasOwn(SNAPSHOT_NAMES, key) && !SNAPSHOT_KEYS.has(key));
  if (unknown.length === 0) return undefined;
  const named = unknown.slice(0, 10).map((key) => {
    const meant = counterpartOf(key);
    return `${key.slice(0, 80)}${meant === undefined ? '' : ` (send ${meant})`}`;
  });
  const more = unknown.length > 10 ? ` and ${unknown.length - 10} more` : '';
  return `a snapshot has no ${named.join(', ')}${more}: see /api/openapi.json; other values go to /api/push`;
}

/** The key with most of the words of this one, at least half of both; else the nearest in spelling. */
function counterpartOf(key: string): string | undefined {
  const all = [...Object.keys(SNAPSHOT_NAMES), ...SNAPSHOT_KEYS];
  const words = wordsOf(key.slice(0, 80));
  let [best, most] = [undefined as string | undefined, 0.5];
  for (const candidate of all) {
    const own = wordsOf(candidate);
    const shared = [...words].filter((word) => own.has(word)).length;
    const share = shared / (words.size + own.size - shared);
    if (share > most || (share === most && best === undefined)) [best, most] = [candidate, share];
  }
  return best ?? nearest(key, all);
}

function wordsOf(key: string): Set<string> {
  return new Set(
    key
      .toLowerCase()
      .split(/[_\W]+/)
      .flatMap((word) => (Object.hasOwn(WORDS, word) ? WORDS[word]! : word).split('_')),
  );
}
