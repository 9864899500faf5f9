// Traffic of whole disks from /proc/diskstats (Documentation/admin-guide/iostats.rst). Partitions, loop and RAM devices, and devices
// that never did anything are left out. Those that lie on others have `physical` 0.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Collector, perSecond, type RowSink, shareOfTime, type Tick } from '../host/collector.ts';
import { HostFile, type HostRoots } from '../host/host-file.ts';
import { isPhysicalDisk } from '../host/physical-devices.ts';
import { Scanner } from '../host/scanner.ts';

const SECTOR_BYTES = 512;
/** Older kernels count the time of a request when it ends, and give one up after that. */
const MOST_LATE_SECONDS = 60;

/** Counters since boot. */
export interface DiskCounters {
  device: string;
  reads: number;
  sectorsRead: number;
  msReading: number;
  writes: number;
  sectorsWritten: number;
  msWriting: number;
  msBusy: number;
  /** Requests under way now. */
  inFlight: number;
  /** Milliseconds of all requests together. */
  msWeighted: number;
  /** Since 4.18; NaN before. */
  sectorsDiscarded: number;
  /** Since 5.5; NaN before. */
  flushes: number;
}

export function parseDiskstats(bytes: Buffer): DiskCounters[] {
  const scanner = new Scanner(bytes);
  const disks: DiskCounters[] = [];
  if (scanner.done) return disks;
  do {
    scanner.skipWords(2);
    const device = scanner.word();
    if (device === '' || device.startsWith('loop') || device.startsWith('ram')) continue;
    const reads = scanner.number();
    scanner.skipWords(1);
    const sectorsRead = scanner.number();
    const msReading = scanner.number();
    const writes = scanner.number();
    scanner.skipWords(1);
    const sectorsWritten = scanner.number();
    const msWriting = scanner.number();
    const inFlight = scanner.number();
    const msBusy = scanner.number();
    if (reads + writes === 0) continue;
    const msWeighted = scanner.number();
    scanner.skipWords(2);
    const sectorsDiscarded = scanner.number();
    scanner.skipWords(1);
    const flushes = scanner.number();
    const requests = { reads, sectorsRead, msReading, writes, sectorsWritten, msWriting };
    disks.push({ device, ...requests, inFlight, msBusy, msWeighted, sectorsDiscarded, flushes });
  } while (scanner.nextLine());
  return disks;
}

/** One row between two readings `seconds` apart, in the order of the collector's fields but the last. */
export function toDiskRow(now: DiskCounters, before: DiskCounters, seconds: number): number[] {
  const reads = perSecond(now.reads, before.reads, seconds);
  const writes = perSecond(now.writes, before.writes, seconds);
  return [
    perSecond(now.sectorsRead, before.sectorsRead, seconds) * SECTOR_BYTES,
    perSecond(now.sectorsWritten, before.sectorsWritten, seconds) * SECTOR_BYTES,
    reads,
    writes,
    latency(perSecond(now.msReading, before.msReading, seconds), reads),
    latency(perSecond(now.msWriting, before.msWriting, seconds), writes),
    shareOfTime(perSecond(now.msBusy, before.msBusy, seconds) / 1000, seconds, MOST_LATE_SECONDS),
    now.inFlight,
    perSecond(now.msWeighted, before.msWeighted, seconds) / 1000,
    perSecond(now.sectorsDiscarded, before.sectorsDiscarded, seconds) * SECTOR_BYTES,
    perSecond(now.flushes, before.flushes, seconds),
  ];
}

/** Without a request there is none, whatever the times say: the kernel adds up both over its cores while they change. */
function latency(msPerSecond: number, requestsPerSecond: number): number {
  return requestsPerSecond > 0 ? msPerSecond / requestsPerSecond : Number.NaN;
}

export function createDiskIoCollector(roots: HostRoots): Collector {
  const file = new HostFile(join(roots.proc, 'diskstats'));
  /** Whole disks are 1 where they are physical, else 0; whatever is no whole disk is undefined. */
  const wholeDisks = new Map<string, number | undefined>();
  let before = new Map<string, DiskCounters>();
  let beforeMs = 0;

  const physical = (device: string): number | undefined => {
    if (!wholeDisks.has(device)) {
      // A slash in a device's name stands as an exclamation mark in /sys.
      const isWhole = existsSync(join(roots.sys, 'block', device.replaceAll('/', '!')));
      wholeDisks.set(device, isWhole ? Number(isPhysicalDisk(roots, device)) : undefined);
    }
    return wholeDisks.get(device);
  };

  return {
    measurement: 'disk_io',
    tags: ['device'],
    fields: [
      'read_bytes_per_second',
      'write_bytes_per_second',
      'reads_per_second',
      'writes_per_second',
      'read_latency_ms',
      'write_latency_ms',
      'utilization_percent',
      'in_flight',
      'queue_length',
      'discard_bytes_per_second',
      'flushes_per_second',
      'physical',
    ],
    collect(rows: RowSink, tick: Tick): void {
      const seconds = (tick.monotonicMs - beforeMs) / 1000;
      const now = new Map<string, DiskCounters>();
      for (const disk of parseDiskstats(file.read())) {
        const isPhysical = physical(disk.device);
        if (isPhysical === undefined) continue;
        now.set(disk.device, disk);
        const earlier = before.get(disk.device);
        if (earlier !== undefined) rows.add([disk.device], [...toDiskRow(disk, earlier, seconds), isPhysical]);
      }
      // What is gone is asked for anew when it comes back: another disk may have its name then.
      for (const device of before.keys()) if (!now.has(device)) wholeDisks.delete(device);
      before = now;
      beforeMs = tick.monotonicMs;
    },
    close: () => file.close(),
  };
}
