// Swap space from /proc/meminfo and traffic from /proc/vmstat, which is read only where there is swap: the kernel sums it over all cores.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HostFile, type HostRoots } from '../host-file.ts';
import { numberAfter, Scanner } from '../scanner.ts';
import { type Collector, perSecond, type RowSink, type Tick } from './collector.ts';

/** Bytes. */
export function parseSwapSpace(bytes: Buffer): { total: number; free: number } {
  const scanner = new Scanner(bytes);
  return { total: numberAfter(scanner, 'SwapTotal:') * 1024, free: numberAfter(scanner, 'SwapFree:') * 1024 };
}

/** Pages since boot. */
export function parseSwapTraffic(bytes: Buffer): { pagesIn: number; pagesOut: number } {
  const scanner = new Scanner(bytes);
  return { pagesIn: numberAfter(scanner, 'pswpin '), pagesOut: numberAfter(scanner, 'pswpout ') };
}

/** The page size in the auxiliary vector of a 64-bit process (getauxval(3), AT_PAGESZ = 6); 4096 where it is not told. */
export function parsePageSize(auxv: Buffer): number {
  for (let at = 0; at + 16 <= auxv.length; at += 16) {
    if (auxv.readUInt32LE(at) === 6) return auxv.readUInt32LE(at + 8);
  }
  return 4096;
}

export function createSwapCollector(roots: HostRoots): Collector {
  const meminfo = new HostFile(join(roots.proc, 'meminfo'));
  const vmstat = new HostFile(join(roots.proc, 'vmstat'));
  let pageSize: number | undefined;
  let before: { pagesIn: number; pagesOut: number; monotonicMs: number } | undefined;
  return {
    measurement: 'swap',
    tags: [],
    fields: ['total', 'free', 'used', 'used_percent', 'in_bytes_per_second', 'out_bytes_per_second'],
    collect(rows: RowSink, tick: Tick): void {
      const { total, free } = parseSwapSpace(meminfo.read());
      if (total === 0) {
        before = undefined;
        rows.add([], [0, 0, 0, 0, 0, 0]);
        return;
      }
      pageSize ??= parsePageSize(readFileSync('/proc/self/auxv'));
      const now = { ...parseSwapTraffic(vmstat.read()), monotonicMs: tick.monotonicMs };
      const seconds = before === undefined ? 0 : (now.monotonicMs - before.monotonicMs) / 1000;
      const pagesIn = perSecond(now.pagesIn, before?.pagesIn ?? Number.NaN, seconds);
      const pagesOut = perSecond(now.pagesOut, before?.pagesOut ?? Number.NaN, seconds);
      before = now;
      rows.add([], [total, free, total - free, ((total - free) / total) * 100, pagesIn * pageSize, pagesOut * pageSize]);
    },
    close(): void {
      meminfo.close();
      vmstat.close();
    },
  };
}
