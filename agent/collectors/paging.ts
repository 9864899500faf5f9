// Paging, faults and the killer of processes from /proc/vmstat (Documentation/admin-guide/mm).

import { type Collector, perSecond, type RowSink, type Tick } from '../host/collector.ts';
import type { HostRoots } from '../host/host-file.ts';
import { KeyedNumbers } from '../host/keyed-numbers.ts';
import { TickFiles } from '../host/tick-files.ts';

/** In the file's order. */
const COUNTERS = ['pgpgin ', 'pgpgout ', 'pgfault ', 'pgmajfault ', 'pgscan_kswapd ', 'pgscan_direct ', 'oom_kill '] as const;
const KIB_COUNTERS = 2;
const lines = new KeyedNumbers(COUNTERS);

/** Since boot, in the order of `COUNTERS`; the first two in KiB. NaN for what the kernel does not tell. */
export function parsePaging(bytes: Buffer, values: Float64Array): void {
  lines.read(bytes, values);
}

export function createPagingCollector(roots: HostRoots, files = new TickFiles(roots)): Collector {
  const file = files.file('vmstat');
  const row = new Float64Array(COUNTERS.length + 1);
  let now = new Float64Array(COUNTERS.length);
  let before = new Float64Array(COUNTERS.length).fill(Number.NaN);
  let beforeMs = 0;
  return {
    measurement: 'paging',
    tags: [],
    fields: [
      'in_bytes_per_second',
      'out_bytes_per_second',
      'faults_per_second',
      'major_faults_per_second',
      'background_scans_per_second',
      'direct_scans_per_second',
      'oom_kills_per_second',
      'oom_kills',
    ],
    collect(rows: RowSink, tick: Tick): void {
      parsePaging(file.read(tick), now);
      const seconds = (tick.monotonicMs - beforeMs) / 1000;
      for (let i = 0; i < COUNTERS.length; i++) {
        row[i] = perSecond(now[i]!, before[i]!, seconds) * (i < KIB_COUNTERS ? 1024 : 1);
      }
      row[COUNTERS.length] = now[COUNTERS.length - 1]!;
      rows.add([], row);
      [now, before] = [before, now];
      beforeMs = tick.monotonicMs;
    },
    close: () => file.close(),
  };
}
