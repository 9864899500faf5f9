// CPU time by state, of all cores together and of each, from /proc/stat (Documentation/filesystems/proc.rst, 1.7).
import { join } from 'node:path';
import { HostFile, type HostRoots } from '../host-file.ts';
import { Scanner } from '../scanner.ts';
import type { Collector, RowSink } from './collector.ts';

/** Clock ticks since boot in the file's order: user nice system idle iowait irq softirq steal. */
const STATES = 8;

export interface CpuTimes {
  /** `total` or the core's number. */
  cpu: string;
  ticks: Float64Array;
}

/** The lines of the cores; guest time is part of user time already. */
export function parseCpuTimes(bytes: Buffer): CpuTimes[] {
  const scanner = new Scanner(bytes);
  const times: CpuTimes[] = [];
  while (scanner.startsWith('cpu')) {
    scanner.pos += 3;
    const number = scanner.number();
    // The total line has two spaces where the others have their number, so its first state was taken for one.
    const isTotal = times.length === 0;
    const ticks = new Float64Array(STATES);
    if (isTotal) ticks[0] = number;
    for (let state = isTotal ? 1 : 0; state < STATES; state++) ticks[state] = scanner.number() || 0;
    times.push({ cpu: isTotal ? 'total' : String(number), ticks });
    if (!scanner.nextLine()) break;
  }
  return times;
}

export function createCpuCollector(roots: HostRoots): Collector {
  const file = new HostFile(join(roots.proc, 'stat'));
  const before = new Map<string, Float64Array>();
  const row = new Float64Array(9);
  return {
    measurement: 'cpu',
    tags: ['cpu'],
    fields: ['busy', 'user', 'system', 'nice', 'idle', 'iowait', 'irq', 'softirq', 'steal'],
    maxRows: 1025,
    collect(rows: RowSink): void {
      for (const { cpu, ticks } of parseCpuTimes(file.read())) {
        const earlier = before.get(cpu);
        before.set(cpu, ticks);
        if (earlier !== undefined && toShares(ticks, earlier, row)) rows.add([cpu], row);
      }
    },
    close: () => file.close(),
  };
}

/** Shares of the time between two readings in %, into `row`; false where time did not go on (a reset). */
function toShares(now: Float64Array, before: Float64Array, row: Float64Array): boolean {
  let total = 0;
  for (let i = 0; i < STATES; i++) total += delta(now, before, i);
  if (total <= 0) return false;
  const share = (state: number): number => (delta(now, before, state) / total) * 100;
  row[1] = share(0);
  row[2] = share(2);
  row[3] = share(1);
  for (let state = 3; state < STATES; state++) row[state + 1] = share(state);
  row[0] = 100 - share(3) - share(4);
  return true;
}

// The kernel lets idle and iowait go back by a tick at times (man 5 proc).
function delta(now: Float64Array, before: Float64Array, state: number): number {
  return Math.max(0, (now[state] as number) - (before[state] as number));
}
