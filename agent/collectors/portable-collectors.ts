// The measurements that macOS and Windows have too, under the names that Linux gives them.
import { MusterError } from '../../core/common/muster-error.ts';
import { type Collector, perSecond, type RowSink, type Tick } from '../host/collector.ts';
import {
  type PortableRow,
  toBatteryRows,
  toCpuRows,
  toDiskCounters,
  toFilesystemRows,
  toMemoryRow,
  toNetworkCounters,
  toProcessesRow,
  toSwapRow,
  toTemperatureRows,
} from './portable-rows.ts';
import type { CpuTimes, PortableSource } from './portable-source.ts';

/** Most questions start a program: of macOS a small one, of Windows PowerShell, which takes half a second of a core. */
const ASK_EVERY_MS = 10_000;
const ASK_WINDOWS_EVERY_MS = 60_000;
const RARELY_EVERY_MS = 60_000;
const LIMIT_MS = 15_000;

type Shape = Pick<Collector, 'measurement' | 'tags' | 'fields' | 'maxRows' | 'intervalMs'>;

function createPortable(shape: Shape, read: (tick: Tick) => PortableRow[] | Promise<PortableRow[]>): Collector {
  const add = (rows: RowSink, found: readonly PortableRow[]): void => {
    for (const { tags, values } of found)
      rows.add(
        tags,
        shape.fields.map((field) => values[field] ?? Number.NaN),
      );
  };
  return {
    ...shape,
    limitMs: LIMIT_MS,
    collect(rows, tick) {
      const found = read(tick);
      return found instanceof Promise ? found.then((late) => add(rows, late)) : add(rows, found);
    },
    close: () => undefined,
  };
}

/** Rates of counters that are told by name. */
function createRates(): (key: string, counters: Readonly<Record<string, number>>, tick: Tick) => Record<string, number> {
  const before = new Map<string, { counters: Readonly<Record<string, number>>; monotonicMs: number }>();
  return (key, counters, { monotonicMs }) => {
    const earlier = before.get(key);
    before.set(key, { counters, monotonicMs });
    const seconds = (monotonicMs - (earlier?.monotonicMs ?? monotonicMs)) / 1000;
    return Object.fromEntries(
      Object.entries(counters).map(([field, count]) => [field, perSecond(count, earlier?.counters[field] ?? Number.NaN, seconds)]),
    );
  };
}

function told<T>(answer: T | null, what: string, platform: string): T {
  if (answer === null) throw new MusterError('not_found', `${what} cannot be read on ${platform}`);
  return answer;
}

function atLeastOne(rows: PortableRow[], what: string): PortableRow[] {
  if (rows.length === 0) throw new MusterError('not_found', `there is no ${what} that can be read`);
  return rows;
}

/** By measurement. */
export const PORTABLE_COLLECTORS: Readonly<Record<string, (source: PortableSource) => Collector>> = {
  cpu(source) {
    let before: CpuTimes[] | undefined;
    const shape = { measurement: 'cpu', tags: ['cpu'], fields: ['busy', 'user', 'system', 'nice', 'idle', 'irq'], maxRows: 1025 };
    return createPortable(shape, () => {
      const now = source.cpuTimes();
      const rows = before === undefined ? [] : toCpuRows(now, before);
      before = now;
      return rows;
    });
  },
  memory(source) {
    const fields = ['total', 'used', 'available', 'free', 'buffers', 'cached', 'used_percent'];
    return createPortable({ measurement: 'memory', tags: [], fields, intervalMs: often(source) }, async () => [
      toMemoryRow(await source.memory()),
    ]);
  },
  swap(source) {
    const fields = ['total', 'free', 'used', 'used_percent'];
    return createPortable({ measurement: 'swap', tags: [], fields, intervalMs: often(source) }, async () => [
      toSwapRow(await source.memory()),
    ]);
  },
  load(source) {
    return createPortable({ measurement: 'load', tags: [], fields: ['load1', 'load5', 'load15'] }, () => {
      // Node answers with zeros there.
      if (source.platform === 'win32') throw new MusterError('not_found', 'Windows has no load averages');
      const [load1 = Number.NaN, load5 = Number.NaN, load15 = Number.NaN] = source.loadAverages();
      return [{ tags: [], values: { load1, load5, load15 } }];
    });
  },
  disk_io(source) {
    const rates = createRates();
    const fields = ['read_bytes_per_second', 'write_bytes_per_second', 'reads_per_second', 'writes_per_second'];
    return createPortable({ measurement: 'disk_io', tags: ['device'], fields, intervalMs: often(source) }, async (tick) => {
      const [bytes, requests] = await Promise.all([source.diskBytes(), source.diskRequests()]);
      if (bytes === null && requests === null) told(null, 'disk I/O', source.platform);
      return [{ tags: ['all'], values: rates('all', toDiskCounters(bytes, requests), tick) }];
    });
  },
  filesystem(source) {
    const fields = ['total', 'used', 'free', 'used_percent'];
    const shape = { measurement: 'filesystem', tags: ['mount', 'device', 'fstype'], fields, intervalMs: RARELY_EVERY_MS };
    return createPortable(shape, async () => toFilesystemRows(told(await source.filesystems(), 'filesystems', source.platform)));
  },
  network(source) {
    const rates = createRates();
    const fields = ['bytes', 'errors', 'dropped'].flatMap((what) => [`rx_${what}_per_second`, `tx_${what}_per_second`]);
    return createPortable({ measurement: 'network', tags: ['interface'], fields, intervalMs: often(source) }, async (tick) =>
      toNetworkCounters(told(await source.networks(), 'network interfaces', source.platform)).map(({ name, counters }) => ({
        tags: [name],
        values: rates(name, counters, tick),
      })),
    );
  },
  uptime(source) {
    let bootSeconds = Number.NaN;
    return createPortable({ measurement: 'uptime', tags: [], fields: ['uptime_seconds', 'boot_time_seconds'] }, (tick) => {
      const seconds = source.uptimeSeconds();
      const boot = tick.timeUs / 1e6 - seconds;
      // Both clocks are read to the second or so: only a clock that was set moves the boot.
      if (!(Math.abs(boot - bootSeconds) <= 2)) bootSeconds = Math.round(boot);
      return [{ tags: [], values: { uptime_seconds: seconds, boot_time_seconds: bootSeconds } }];
    });
  },
  processes(source) {
    const fields = ['total', 'running', 'blocked', 'sleeping'];
    return createPortable({ measurement: 'processes', tags: [], fields, intervalMs: RARELY_EVERY_MS }, async () => [
      toProcessesRow(told(await source.processes(), 'the list of processes', source.platform)),
    ]);
  },
  temperature(source) {
    return createPortable({ measurement: 'temperature', tags: ['sensor'], fields: ['celsius'], intervalMs: RARELY_EVERY_MS }, async () =>
      atLeastOne(toTemperatureRows(told(await source.temperature(), 'temperatures', source.platform)), 'temperature sensor'),
    );
  },
  battery(source) {
    const fields = ['charge_percent', 'health_percent', 'volts', 'cycles', 'charging'];
    return createPortable({ measurement: 'battery', tags: ['battery'], fields, intervalMs: RARELY_EVERY_MS }, async () =>
      atLeastOne(toBatteryRows(told(await source.battery(), 'batteries', source.platform)), 'battery'),
    );
  },
};

function often({ platform }: PortableSource): number {
  return platform === 'win32' ? ASK_WINDOWS_EVERY_MS : ASK_EVERY_MS;
}
