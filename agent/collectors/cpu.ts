// CPU time by state, of all cores together and of each, from /proc/stat (Documentation/filesystems/proc.rst, 1.7).

import type { Collector, RowSink, Tick } from '../host/collector.ts';
import type { HostRoots } from '../host/host-file.ts';
import { Scanner } from '../host/scanner.ts';
import { TickFiles } from '../host/tick-files.ts';

/** Clock ticks since boot in the file's order: user nice system idle iowait irq softirq steal. */
const STATES = 8;
/** Where each goes among the collector's fields. */
const FIELD_OF = [1, 3, 2, 4, 5, 6, 7, 8];
const IDLE = 4;
const IOWAIT = 5;
/** Steal goes back where a guest moves to another host. */
const STEAL = 7;
/** USER_HZ, on every architecture that is left (man 7 time). */
const TICKS_PER_SECOND = 100;
const JITTER_TICKS = 50;
/** A core that slept deeply tells of it some time after. */
const MOST_LATE_TICKS = 500;

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
  let before = new Map<string, Float64Array>();
  let beforeMs = Number.NaN;
  const row = new Float64Array(9);
  return {
    measurement: 'cpu',
    tags: ['cpu'],
    fields: ['busy', 'user', 'system', 'nice', 'idle', 'iowait', 'irq', 'softirq', 'steal'],
    maxRows: 1025,
    collect(rows: RowSink, tick: Tick): void {
      const times = parseCpuTimes(file.read(tick));
      const now = new Map(times.map(({ cpu, ticks }) => [cpu, ticks]));
      const elapsed = ((tick.monotonicMs - beforeMs) / 1000) * TICKS_PER_SECOND;
      // The sum of cores of which one began anew is of no use either.
      const sumIsGood = times.every(({ cpu, ticks }) => cpu === 'total' || !wentBack(ticks, before.get(cpu)));
      for (const { cpu, ticks } of times) {
        const earlier = before.get(cpu);
        if (earlier === undefined || (cpu === 'total' && !sumIsGood)) continue;
        const cores = cpu === 'total' ? Math.max(1, times.length - 1) : 1;
        if (toShares(ticks, earlier, elapsed * cores, row)) rows.add([cpu], row);
      }
      // A core that is offline for a while starts with what it has then.
      before = now;
      beforeMs = tick.monotonicMs;
    },
    close: () => file.close(),
  };
}

const deltas = new Float64Array(STATES);

/** Did a core begin to count anew? The kernel lets idle, iowait and steal go back by some ticks at times (man 5 proc_stat). */
function wentBack(now: Float64Array, before: Float64Array | undefined): boolean {
  if (before === undefined) return false;
  for (let state = 0; state < STATES; state++) {
    if (state === IOWAIT || state === STEAL) continue;
    if (before[state]! - now[state]! > JITTER_TICKS) return true;
  }
  return false;
}

/** Shares of the time between two readings in %, into `row`; false where time did not go on, went back, or went on further than it can have. */
function toShares(now: Float64Array, before: Float64Array, elapsedTicks: number, row: Float64Array): boolean {
  if (wentBack(now, before)) return false;
  let total = 0;
  for (let state = 0; state < STATES; state++) {
    deltas[state] = Math.max(0, now[state]! - before[state]!);
    total += deltas[state]!;
  }
  // Ticks that are told late come with the next reading, so twice the time is none that cannot be.
  if (total <= 0 || total > elapsedTicks * 2 + MOST_LATE_TICKS) return false;
  for (let state = 0; state < STATES; state++) row[FIELD_OF[state]!] = (deltas[state]! / total) * 100;
  row[0] = Math.max(0, 100 - row[IDLE]! - row[IOWAIT]!);
  return true;
}
