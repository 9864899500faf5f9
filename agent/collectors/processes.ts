// Counts of processes and threads from /proc/stat and /proc/loadavg; how many there are of each state from the table of processes, every
// ten seconds only, as that grows with their number.

import { type Collector, perSecond, type RowSink, type Tick } from '../host/collector.ts';
import type { HostRoots } from '../host/host-file.ts';
import { KeyedNumbers } from '../host/keyed-numbers.ts';
import { TickFiles } from '../host/tick-files.ts';
import { parseLoadavg } from './load.ts';
import { LOOK_LIMIT_MS, type ProcessEntry, type ProcessList, type ProcessTable } from './process-table.ts';

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

const lines = new KeyedNumbers(['intr ', 'ctxt ', 'processes ', 'procs_running ', 'procs_blocked ']);
const numbers = new Float64Array(5);

export function parseProcessCounters(stat: Buffer): ProcessCounters {
  lines.read(stat, numbers);
  const [interrupts, contextSwitches, forks, running, blocked] = numbers as unknown as [number, number, number, number, number];
  return { interrupts, contextSwitches, forks, running, blocked };
}

/** The letters of the states that are counted, in the order of the fields (man 5 proc_pid_stat). */
const STATES = ['S', 'I', 'D', 'T', 'Z'] as const;

/** How many are in each of `STATES`. */
export function countStates(entries: readonly Pick<ProcessEntry, 'state'>[]): number[] {
  const counts = STATES.map(() => 0);
  for (const { state } of entries) {
    const index = STATES.indexOf((state === 't' ? 'T' : state) as (typeof STATES)[number]);
    if (index >= 0) counts[index] = counts[index]! + 1;
  }
  return counts;
}

export function createProcessesCollector(roots: HostRoots, table: ProcessTable, files = new TickFiles(roots)): Collector {
  const stat = files.file('stat');
  const loadavg = files.file('loadavg');
  let before: ProcessCounters | undefined;
  let beforeMs = 0;
  let total = Number.NaN;
  let partial: string | undefined;
  let states: number[] = STATES.map(() => Number.NaN);
  let countedMs = Number.NEGATIVE_INFINITY;

  const count = (tick: Tick): void | Promise<void> => {
    countedMs = tick.monotonicMs;
    const take = (list: ProcessList): void => {
      total = list.total;
      partial = list.partial;
      // The states of a part are nobody's.
      states = partial === undefined ? countStates(list.entries) : STATES.map(() => Number.NaN);
    };
    // The collector `process` has it read as often: what it read last will do.
    const list = table.latest(tick, COUNT_EVERY_MS);
    return list instanceof Promise ? list.then(take) : take(list);
  };

  const addRow = (rows: RowSink, tick: Tick): void => {
    if (partial !== undefined) rows.problem(`processes by state are not known: ${partial}`);
    const { threads } = parseLoadavg(loadavg.read(tick));
    const now = parseProcessCounters(stat.read(tick));
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
        ...states,
      ],
    );
    before = now;
    beforeMs = tick.monotonicMs;
  };

  return {
    measurement: 'processes',
    tags: [],
    fields: [
      'total',
      'running',
      'blocked',
      'threads',
      'forks_per_second',
      'context_switches_per_second',
      'interrupts_per_second',
      'sleeping',
      'idle',
      'uninterruptible',
      'stopped',
      'zombies',
    ],
    limitMs: LOOK_LIMIT_MS,
    collect(rows: RowSink, tick: Tick): void | Promise<void> {
      const counting = tick.monotonicMs - countedMs >= COUNT_EVERY_MS ? count(tick) : undefined;
      return counting === undefined ? addRow(rows, tick) : counting.then(() => addRow(rows, tick));
    },
    close(): void {
      stat.close();
      loadavg.close();
    },
  };
}
