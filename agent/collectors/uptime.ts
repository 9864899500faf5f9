// Time since boot from /proc/uptime and the moment of boot from /proc/stat.
import { uptime } from 'node:os';
import { join } from 'node:path';
import type { Collector, RowSink, Tick } from '../host/collector.ts';
import { HostFile, type HostRoots } from '../host/host-file.ts';
import { numberAfter, Scanner } from '../host/scanner.ts';
import { TickFiles } from '../host/tick-files.ts';
import type { SelfState } from './agent.ts';

/** Seconds. */
export function parseUptime(bytes: Buffer): number {
  return new Scanner(bytes).number();
}

/** Unix seconds. */
export function parseBootTime(stat: Buffer): number {
  return numberAfter(new Scanner(stat), 'btime ');
}

export function createUptimeCollector(roots: HostRoots, self: () => SelfState, files = new TickFiles(roots)): Collector {
  const file = new HostFile(join(roots.proc, 'uptime'));
  const stat = files.file('stat');
  return {
    measurement: 'uptime',
    tags: [],
    fields: ['uptime_seconds', 'boot_time_seconds', 'boots'],
    collect(rows: RowSink, tick: Tick): void {
      // It moves with the clock: one that was wrong at boot is set later.
      rows.add([], [parseUptime(file.read()), parseBootTime(stat.read(tick)), self().boots ?? Number.NaN]);
    },
    close(): void {
      file.close();
      stat.close();
    },
  };
}

/** Unix seconds. Throws what the file system says. */
export function readBootTime(roots: HostRoots): number {
  // Other systems have no /proc.
  if (process.platform !== 'linux') return Math.round(Date.now() / 1000 - uptime());
  const stat = new HostFile(join(roots.proc, 'stat'));
  try {
    return parseBootTime(stat.read());
  } finally {
    stat.close();
  }
}
