// Swap space from /proc/meminfo and traffic from /proc/vmstat, which is read only where there is swap: the kernel sums it over all cores.

import { type Collector, orZero, perSecond, type RowSink, type Tick } from '../host/collector.ts';
import type { HostRoots } from '../host/host-file.ts';
import { numberAfter, Scanner } from '../host/scanner.ts';
import { TickFiles } from '../host/tick-files.ts';
import { pageBytes } from './page-size.ts';

/** Bytes. */
export function parseSwapSpace(bytes: Buffer): { total: number; free: number } {
  const scanner = new Scanner(bytes);
  const total = orZero(numberAfter(scanner, 'SwapTotal:') * 1024);
  // A container may be told more free than there is.
  return { total, free: Math.min(total, orZero(numberAfter(scanner, 'SwapFree:') * 1024)) };
}

/** Pages since boot. */
export function parseSwapTraffic(bytes: Buffer): { pagesIn: number; pagesOut: number } {
  const scanner = new Scanner(bytes);
  return { pagesIn: numberAfter(scanner, 'pswpin '), pagesOut: numberAfter(scanner, 'pswpout ') };
}

export function createSwapCollector(roots: HostRoots, files = new TickFiles(roots)): Collector {
  const meminfo = files.file('meminfo');
  const vmstat = files.file('vmstat');
  let before: { pagesIn: number; pagesOut: number; monotonicMs: number } | undefined;
  return {
    measurement: 'swap',
    tags: [],
    fields: ['total', 'free', 'used', 'used_percent', 'in_bytes_per_second', 'out_bytes_per_second'],
    collect(rows: RowSink, tick: Tick): void {
      const { total, free } = parseSwapSpace(meminfo.read(tick));
      if (total === 0) {
        before = undefined;
        rows.add([], [0, 0, 0, 0, 0, 0]);
        return;
      }
      const now = { ...parseSwapTraffic(vmstat.read(tick)), monotonicMs: tick.monotonicMs };
      const seconds = before === undefined ? 0 : (now.monotonicMs - before.monotonicMs) / 1000;
      const pagesIn = perSecond(now.pagesIn, before?.pagesIn ?? Number.NaN, seconds);
      const pagesOut = perSecond(now.pagesOut, before?.pagesOut ?? Number.NaN, seconds);
      before = now;
      rows.add(
        [],
        [total, free, total - free, ((total - free) / total) * 100, pagesIn * pageBytes(roots.proc), pagesOut * pageBytes(roots.proc)],
      );
    },
    close(): void {
      meminfo.close();
      vmstat.close();
    },
  };
}
