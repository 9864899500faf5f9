// Memory from /proc/meminfo (Documentation/filesystems/proc.rst), with its pressure where the kernel tells it. Used is what is not
// available, as `free` says since procps 4.
import type { HostRoots } from '../host-file.ts';
import { numberAfter, Scanner } from '../scanner.ts';
import { TickFiles } from '../tick-files.ts';
import type { Collector, RowSink, Tick } from './collector.ts';
import { parsePressure } from './pressure.ts';

/** Bytes. */
export interface Memory {
  total: number;
  available: number;
  free: number;
  buffers: number;
  /** Page cache with what slabs can give back. */
  cached: number;
  /** What `DETAILS` names, in its order. */
  details: Float64Array;
}

/** Field → line, in the file's order, so that each is looked for from where the one before stood. */
const DETAILS = {
  active: 'Active:',
  inactive: 'Inactive:',
  dirty: 'Dirty:',
  writeback: 'Writeback:',
  anonymous: 'AnonPages:',
  mapped: 'Mapped:',
  shared: 'Shmem:',
  slab: 'Slab:',
  kernel_stack: 'KernelStack:',
  page_tables: 'PageTables:',
  commit_limit: 'CommitLimit:',
  committed: 'Committed_AS:',
} as const;
const DETAIL_LINES = Object.values(DETAILS);

export function parseMemory(bytes: Buffer): Memory {
  const scanner = new Scanner(bytes);
  const kib = (key: string): number => numberAfter(scanner, key) * 1024;
  const total = kib('MemTotal:');
  const free = kib('MemFree:');
  const available = kib('MemAvailable:');
  const buffers = kib('Buffers:');
  const pageCache = kib('Cached:');
  const details = Float64Array.from(DETAIL_LINES, kib);
  const reclaimable = numberAfter(new Scanner(bytes), 'SReclaimable:') * 1024;
  const cached = pageCache + (Number.isNaN(reclaimable) ? 0 : reclaimable);
  // Kernels before 3.14 do not say what is available.
  return { total, free, buffers, cached, details, available: Number.isNaN(available) ? free + buffers + cached : available };
}

export function createMemoryCollector(roots: HostRoots, files = new TickFiles(roots)): Collector {
  const file = files.file('meminfo');
  const pressureFile = files.file('pressure/memory');
  let hasPressure = true;

  const readPressure = (tick: Tick): { someAvg10: number; fullAvg10: number } => {
    try {
      if (hasPressure) return parsePressure(pressureFile.read(tick));
    } catch {
      // Not built in, or switched off: the collector `pressure` says so.
      hasPressure = false;
    }
    return { someAvg10: Number.NaN, fullAvg10: Number.NaN };
  };

  return {
    measurement: 'memory',
    tags: [],
    fields: [
      'total',
      'used',
      'available',
      'free',
      'buffers',
      'cached',
      'used_percent',
      ...Object.keys(DETAILS),
      'pressure_some_avg10',
      'pressure_full_avg10',
    ],
    collect(rows: RowSink, tick: Tick): void {
      const { total, available, free, buffers, cached, details } = parseMemory(file.read(tick));
      const used = total - available;
      const { someAvg10, fullAvg10 } = readPressure(tick);
      rows.add([], [total, used, available, free, buffers, cached, (used / total) * 100, ...details, someAvg10, fullAvg10]);
    },
    close(): void {
      file.close();
      pressureFile.close();
      hasPressure = true;
    },
  };
}
