// How the kernel keeps up with received packets, of all cores together, from /proc/net/softnet_stat (net/core/net-procfs.c).
import { join } from 'node:path';
import { type Collector, perSecond, type RowSink, type Tick } from '../host/collector.ts';
import { HostFile, type HostRoots } from '../host/host-file.ts';

export interface SoftnetCounters {
  processed: number;
  /** The backlog of a core was full. */
  dropped: number;
  /** Work was left over when the time for it had passed. */
  squeezed: number;
}

/** The hexadecimal counters of a line a core, added up. They wrap at 32 bits one by one. */
export function parseSoftnet(bytes: Buffer): SoftnetCounters {
  const counters = { processed: 0, dropped: 0, squeezed: 0 };
  for (let at = 0; at + 26 <= bytes.length; at = bytes.indexOf(10, at) + 1 || bytes.length) {
    counters.processed += hexadecimal(bytes, at);
    counters.dropped += hexadecimal(bytes, at + 9);
    counters.squeezed += hexadecimal(bytes, at + 18);
  }
  return counters;
}

function hexadecimal(bytes: Buffer, start: number): number {
  let value = 0;
  for (let at = start; at < start + 8; at++) {
    const byte = bytes[at]!;
    value = value * 16 + (byte <= 57 ? byte - 48 : (byte | 32) - 87);
  }
  return value;
}

export function createSoftnetCollector(roots: HostRoots): Collector {
  const file = new HostFile(join(roots.proc, 'net/softnet_stat'));
  let before: SoftnetCounters | undefined;
  let beforeMs = 0;
  return {
    measurement: 'softnet',
    tags: [],
    fields: ['processed_per_second', 'dropped_per_second', 'squeezed_per_second'],
    collect(rows: RowSink, tick: Tick): void {
      const now = parseSoftnet(file.read());
      const seconds = (tick.monotonicMs - beforeMs) / 1000;
      if (before !== undefined) {
        const { processed, dropped, squeezed } = before;
        rows.add(
          [],
          [
            perSecond(now.processed, processed, seconds),
            perSecond(now.dropped, dropped, seconds),
            perSecond(now.squeezed, squeezed, seconds),
          ],
        );
      }
      before = now;
      beforeMs = tick.monotonicMs;
    },
    close: () => file.close(),
  };
}
