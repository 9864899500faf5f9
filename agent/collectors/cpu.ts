// CPU time by state, of all cores together and of each, from /proc/stat (Documentation/filesystems/proc.rst, 1.7).
import type { HostRoots } from '../host-file.ts';
import { Scanner } from '../scanner.ts';
import { TickFiles } from '../tick-files.ts';
import type { Collector, RowSink, Tick } from './collector.ts';

/** Clock ticks since boot in the file's order: user nice system idle iowait irq softirq steal. */
const STATES = 8;
/** Where each goes among the collector's fields. */
const FIELD_OF = [1, 3, 2, 4, 5, 6, 7, 8];
const IDLE = 4;
const IOWAIT = 5;

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

export function createCpuCollector(roots: HostRoots, files = new TickFiles(roots)): Collector {
  const file = files.file('stat');
  const before = new Map<string, Float64Array>();
  const row = new Float64Array(9);
  return {
    measurement: 'cpu',
    tags: ['cpu'],
    fields: ['busy', 'user', 'system', 'nice', 'idle', 'iowait', 'irq', 'softirq', 'steal'],
    maxRows: 1025,
    collect(rows: RowSink, tick: Tick): void {
      for (const { cpu, ticks } of parseCpuTimes(file.read(tick))) {
        const earlier = before.get(cpu);
        before.set(cpu, ticks);
        if (earlier !== undefined && toShares(ticks, earlier, row)) rows.add([cpu], row);
      }
    },
    close: () => file.close(),
  };
}

const deltas = new Float64Array(STATES);

/** Shares of the time between two readings in %, into `row`; false where time did not go on (a reset). */
function toShares(now: Float64Array, before: Float64Array, row: Float64Array): boolean {
  let total = 0;
  for (let state = 0; state < STATES; state++) {
    const delta = (now[state] as number) - (before[state] as number);
    // The kernel lets idle and iowait go back by a tick at times (man 5 proc).
    deltas[state] = Math.max(0, delta);
    total += deltas[state] as number;
  }
  if (total <= 0) return false;
  for (let state = 0; state < STATES; state++) row[FIELD_OF[state] as number] = ((deltas[state] as number) / total) * 100;
  row[0] = 100 - (row[IDLE] as number) - (row[IOWAIT] as number);
  return true;
}
