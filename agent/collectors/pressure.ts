// Pressure stall information from /proc/pressure (Documentation/accounting/psi.rst): shares of time in which work waited.
import { join } from 'node:path';
import { MusterError } from '../../core/common/muster-error.ts';
import { HostFile, type HostRoots } from '../host-file.ts';
import { Scanner } from '../scanner.ts';
import { type Collector, perSecond, type RowSink, type Tick } from './collector.ts';

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

export function createPressureCollector(roots: HostRoots): Collector {
  const sources = RESOURCES.map((resource) => ({
    tags: [resource],
    file: new HostFile(join(roots.proc, 'pressure', resource)),
    someTotal: Number.NaN,
    fullTotal: Number.NaN,
  }));
  let beforeMs = 0;
  return {
    measurement: 'pressure',
    tags: ['resource'],
    fields: ['some_avg10', 'some_avg60', 'full_avg10', 'full_avg60', 'some_percent', 'full_percent'],
    collect(rows: RowSink, tick: Tick): void {
      const seconds = (tick.monotonicMs - beforeMs) / 1000;
      for (const source of sources) {
        const { someAvg10, someAvg60, fullAvg10, fullAvg60, someTotal, fullTotal } = parsePressure(read(source.file));
        // Microseconds of waiting a second.
        const share = (now: number, before: number): number => Math.min(100, perSecond(now, before, seconds) / 10_000);
        const shares = [share(someTotal, source.someTotal), share(fullTotal, source.fullTotal)];
        rows.add(source.tags, [someAvg10, someAvg60, fullAvg10, fullAvg60, ...shares]);
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

function read(file: HostFile): Buffer {
  try {
    return file.read();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Not built into the kernel, or built in and switched off.
    if (code !== 'ENOENT' && code !== 'EOPNOTSUPP') throw error;
    throw new MusterError('not_found', `${file.path} is not there: boot with psi=1 on the kernel's command line`, error);
  }
}
