// Load averages from /proc/loadavg (man 5 proc).

import type { Collector, RowSink, Tick } from '../host/collector.ts';
import type { HostRoots } from '../host/host-file.ts';
import { Scanner } from '../host/scanner.ts';
import { TickFiles } from '../host/tick-files.ts';

export interface LoadAverages {
  load1: number;
  load5: number;
  load15: number;
  /** Threads of the machine. */
  threads: number;
}

export function parseLoadavg(bytes: Buffer): LoadAverages {
  const scanner = new Scanner(bytes);
  const load1 = scanner.number();
  const load5 = scanner.number();
  const load15 = scanner.number();
  const threads = scanner.seekInLine('/') ? scanner.number() : Number.NaN;
  return { load1, load5, load15, threads };
}

export function createLoadCollector(roots: HostRoots, files = new TickFiles(roots)): Collector {
  const file = files.file('loadavg');
  return {
    measurement: 'load',
    tags: [],
    fields: ['load1', 'load5', 'load15'],
    collect(rows: RowSink, tick: Tick): void {
      const { load1, load5, load15 } = parseLoadavg(file.read(tick));
      rows.add([], [load1, load5, load15]);
    },
    close: () => file.close(),
  };
}
