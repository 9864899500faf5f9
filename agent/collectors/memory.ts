// Memory from /proc/meminfo (Documentation/filesystems/proc.rst). Used is what is not available, as `free` says since procps 4.
import { join } from 'node:path';
import { HostFile, type HostRoots } from '../host-file.ts';
import { numberAfter, Scanner } from '../scanner.ts';
import type { Collector, RowSink } from './collector.ts';

/** Bytes. */
export interface Memory {
  total: number;
  available: number;
  free: number;
  buffers: number;
  /** Page cache with what slabs can give back. */
  cached: number;
}

export function parseMemory(bytes: Buffer): Memory {
  const scanner = new Scanner(bytes);
  const kib = (key: string): number => numberAfter(scanner, key) * 1024;
  const total = kib('MemTotal:');
  const free = kib('MemFree:');
  const available = kib('MemAvailable:');
  const buffers = kib('Buffers:');
  const pageCache = kib('Cached:');
  const reclaimable = kib('SReclaimable:');
  const cached = pageCache + (Number.isNaN(reclaimable) ? 0 : reclaimable);
  // Kernels before 3.14 do not say what is available.
  return { total, free, buffers, cached, available: Number.isNaN(available) ? free + buffers + cached : available };
}

export function createMemoryCollector(roots: HostRoots): Collector {
  const file = new HostFile(join(roots.proc, 'meminfo'));
  return {
    measurement: 'memory',
    tags: [],
    fields: ['total', 'used', 'available', 'free', 'buffers', 'cached', 'used_percent'],
    collect(rows: RowSink): void {
      const { total, available, free, buffers, cached } = parseMemory(file.read());
      const used = total - available;
      rows.add([], [total, used, available, free, buffers, cached, (used / total) * 100]);
    },
    close: () => file.close(),
  };
}
