// Pressure stall information from /proc/pressure (Documentation/accounting/psi.rst): shares of time in which work waited.
import { MusterError } from '../../core/common/muster-error.ts';
import { type Collector, perSecond, type RowSink, shareOfTime, type Tick } from '../host/collector.ts';
import type { HostRoots } from '../host/host-file.ts';
import { Scanner } from '../host/scanner.ts';
import { type TickFile, TickFiles } from '../host/tick-files.ts';

const RESOURCES = ['cpu', 'memory', 'io'] as const;

/** %; `full` is NaN where the kernel does not tell (CPU before 5.13). */
export interface Pressure {
  someAvg10: number;
  someAvg60: number;
  fullAvg10: number;
  fullAvg60: number;
  /** Microseconds since boot. */
  someTotal: number;
  fullTotal: number;
}

export function parsePressure(bytes: Buffer): Pressure {
  const scanner = new Scanner(bytes);
  const next = (key: string): number => (scanner.seekInLine(key) ? scanner.number() : Number.NaN);
  const someAvg10 = next('avg10=');
  const someAvg60 = next('avg60=');
  const someTotal = next('total=');
  scanner.nextLine();
  return { someAvg10, someAvg60, someTotal, fullAvg10: next('avg10='), fullAvg60: next('avg60='), fullTotal: next('total=') };
}

/** The kernel adds up the times of its cores every two seconds (kernel/sched/psi.c). */
const MOST_LATE_SECONDS = 5;

export function createPressureCollector(roots: HostRoots, files = new TickFiles(roots)): Collector {
  const sources = RESOURCES.map((resource) => ({
    tags: [resource],
    path: `${roots.proc}/pressure/${resource}`,
    file: files.file(`pressure/${resource}`),
    someTotal: Number.NaN,
    fullTotal: Number.NaN,
  }));
  const row = new Float64Array(6);
  let beforeMs = 0;
  return {
    measurement: 'pressure',
    tags: ['resource'],
    fields: ['some_avg10', 'some_avg60', 'full_avg10', 'full_avg60', 'some_percent', 'full_percent'],
    collect(rows: RowSink, tick: Tick): void {
      const seconds = (tick.monotonicMs - beforeMs) / 1000;
      for (const source of sources) {
        const { someAvg10, someAvg60, fullAvg10, fullAvg60, someTotal, fullTotal } = parsePressure(read(source, tick));
        row[0] = someAvg10;
        row[1] = someAvg60;
        row[2] = fullAvg10;
        row[3] = fullAvg60;
        // Microseconds of waiting a second.
        row[4] = shareOfTime(perSecond(someTotal, source.someTotal, seconds) / 1e6, seconds, MOST_LATE_SECONDS);
        row[5] = shareOfTime(perSecond(fullTotal, source.fullTotal, seconds) / 1e6, seconds, MOST_LATE_SECONDS);
        rows.add(source.tags, row);
        source.someTotal = someTotal;
        source.fullTotal = fullTotal;
      }
      beforeMs = tick.monotonicMs;
    },
    close(): void {
      for (const { file } of sources) file.close();
    },
  };
}

function read({ file, path }: { file: TickFile; path: string }, tick: Tick): Buffer {
  try {
    return file.read(tick);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Not built into the kernel, or built in and switched off.
    if (code !== 'ENOENT' && code !== 'EOPNOTSUPP') throw error;
    throw new MusterError('not_found', `${path} is not there: boot with psi=1 on the kernel's command line`, error);
  }
}
