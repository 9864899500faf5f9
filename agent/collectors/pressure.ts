// Pressure stall information from /proc/pressure (Documentation/accounting/psi.rst): shares of time in which work waited.
import { join } from 'node:path';
import { HostFile, type HostRoots } from '../host-file.ts';
import { Scanner } from '../scanner.ts';
import type { Collector, RowSink } from './collector.ts';

const RESOURCES = ['cpu', 'memory', 'io'] as const;

/** %; `full` is NaN where the kernel does not tell (CPU before 5.13). */
export interface Pressure {
  someAvg10: number;
  someAvg60: number;
  fullAvg10: number;
  fullAvg60: number;
}

export function parsePressure(bytes: Buffer): Pressure {
  const scanner = new Scanner(bytes);
  const next = (key: string): number => (scanner.seekInLine(key) ? scanner.number() : Number.NaN);
  const someAvg10 = next('avg10=');
  const someAvg60 = next('avg60=');
  scanner.nextLine();
  return { someAvg10, someAvg60, fullAvg10: next('avg10='), fullAvg60: next('avg60=') };
}

export function createPressureCollector(roots: HostRoots): Collector {
  const files = RESOURCES.map((resource) => ({ tags: [resource], file: new HostFile(join(roots.proc, 'pressure', resource)) }));
  return {
    measurement: 'pressure',
    tags: ['resource'],
    fields: ['some_avg10', 'some_avg60', 'full_avg10', 'full_avg60'],
    collect(rows: RowSink): void {
      for (const { tags, file } of files) {
        const { someAvg10, someAvg60, fullAvg10, fullAvg60 } = parsePressure(file.read());
        rows.add(tags, [someAvg10, someAvg60, fullAvg10, fullAvg60]);
      }
    },
    close(): void {
      for (const { file } of files) file.close();
    },
  };
}
