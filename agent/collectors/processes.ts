// Counts of processes and threads from /proc/stat and /proc/loadavg; the number of processes by counting the folders of /proc, every
// ten seconds only, as that grows with their number.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { HostFile, type HostRoots } from '../host-file.ts';
import { numberAfter, Scanner } from '../scanner.ts';
import { type Collector, perSecond, type RowSink, type Tick } from './collector.ts';
import { parseLoadavg } from './load.ts';

const COUNT_EVERY_MS = 10_000;

export interface ProcessCounters {
  /** Since boot. */
  interrupts: number;
  contextSwitches: number;
  forks: number;
  /** Now. */
  running: number;
  blocked: number;
}

export function parseProcessCounters(stat: Buffer): ProcessCounters {
  const scanner = new Scanner(stat);
  // In the file's order, so that each is looked for from where the one before stood.
  const interrupts = numberAfter(scanner, 'intr ');
  const contextSwitches = numberAfter(scanner, 'ctxt ');
  const forks = numberAfter(scanner, 'processes ');
  const running = numberAfter(scanner, 'procs_running ');
  const blocked = numberAfter(scanner, 'procs_blocked ');
  return { interrupts, contextSwitches, forks, running, blocked };
}

export function createProcessesCollector(roots: HostRoots): Collector {
  const stat = new HostFile(join(roots.proc, 'stat'));
  const loadavg = new HostFile(join(roots.proc, 'loadavg'));
  let before: ProcessCounters | undefined;
  let beforeMs = 0;
  let total = Number.NaN;
  let countedMs = Number.NEGATIVE_INFINITY;
  return {
    measurement: 'processes',
    tags: [],
    fields: ['total', 'running', 'blocked', 'threads', 'forks_per_second', 'context_switches_per_second', 'interrupts_per_second'],
    collect(rows: RowSink, tick: Tick): void {
      if (tick.monotonicMs - countedMs >= COUNT_EVERY_MS) {
        total = readdirSync(roots.proc).filter((name) => name.charCodeAt(0) >= 48 && name.charCodeAt(0) <= 57).length;
        countedMs = tick.monotonicMs;
      }
      const { threads } = parseLoadavg(loadavg.read());
      const now = parseProcessCounters(stat.read());
      const seconds = (tick.monotonicMs - beforeMs) / 1000;
      rows.add(
        [],
        [
          total,
          now.running,
          now.blocked,
          threads,
          perSecond(now.forks, before?.forks ?? Number.NaN, seconds),
          perSecond(now.contextSwitches, before?.contextSwitches ?? Number.NaN, seconds),
          perSecond(now.interrupts, before?.interrupts ?? Number.NaN, seconds),
        ],
      );
      before = now;
      beforeMs = tick.monotonicMs;
    },
    close(): void {
      stat.close();
      loadavg.close();
    },
  };
}
