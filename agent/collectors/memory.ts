// Memory from /proc/meminfo (Documentation/filesystems/proc.rst), with its pressure where the kernel tells it. Used is what is not
// available, as `free` says since procps 4, without the cache of ZFS.

import { type Collector, orZero, type RowSink, type Tick } from '../host/collector.ts';
import type { HostRoots } from '../host/host-file.ts';
import { KeyedNumbers } from '../host/keyed-numbers.ts';
import { TickFiles } from '../host/tick-files.ts';
import { ArcCache } from './arc-cache.ts';
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

/** Field → line, in the file's order. */
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
/** The fields in front of the details. */
const SUM_FIELDS = 7;
const DETAIL_LINES = Object.values(DETAILS);
const SUMS = ['MemTotal:', 'MemFree:', 'MemAvailable:', 'Buffers:', 'Cached:', 'SReclaimable:'];
const lines = new KeyedNumbers([...SUMS, ...DETAIL_LINES]);
const kib = new Float64Array(SUMS.length + DETAIL_LINES.length);

export function parseMemory(bytes: Buffer): Memory {
  lines.read(bytes, kib);
  const inBytes = (index: number): number => orZero(kib[index]! * 1024);
  const free = inBytes(1);
  const available = inBytes(2);
  const buffers = inBytes(3);
  const reclaimable = inBytes(5);
  const cached = inBytes(4) + (Number.isNaN(reclaimable) ? 0 : reclaimable);
  const details = new Float64Array(DETAIL_LINES.length);
  for (let i = 0; i < details.length; i++) details[i] = inBytes(SUMS.length + i);
  // Kernels before 3.14 do not say what is available.
  return { total: inBytes(0), free, buffers, cached, details, available: Number.isNaN(available) ? free + buffers + cached : available };
}

export function createMemoryCollector(roots: HostRoots, files = new TickFiles(roots)): Collector {
  const file = files.file('meminfo');
  const pressureFile = files.file('pressure/memory');
  const arc = new ArcCache(roots);
  const row = new Float64Array(SUM_FIELDS + DETAIL_LINES.length + 2);
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
      const { total, available: toldAvailable, free, buffers, cached, details } = parseMemory(file.read(tick));
      // The kernel counts the cache of ZFS as used, though it is given back like any other.
      const available = Math.min(total, toldAvailable + arc.reclaimableBytes(tick));
      const used = total - available;
      const { someAvg10, fullAvg10 } = readPressure(tick);
      row[0] = total;
      row[1] = used;
      row[2] = available;
      row[3] = free;
      row[4] = buffers;
      row[5] = cached;
      row[6] = (used / total) * 100;
      row.set(details, SUM_FIELDS);
      row[row.length - 2] = someAvg10;
      row[row.length - 1] = fullAvg10;
      rows.add([], row);
    },
    close(): void {
      file.close();
      pressureFile.close();
      arc.close();
      hasPressure = true;
    },
  };
}
