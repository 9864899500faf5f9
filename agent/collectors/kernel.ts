// Tables of the kernel that can run full: open files, threads, tracked connections; and its entropy.
import { join } from 'node:path';
import type { Collector, RowSink } from '../host/collector.ts';
import { HostFile, type HostRoots } from '../host/host-file.ts';
import { Scanner } from '../host/scanner.ts';

/** /proc/sys/fs/file-nr: in use and the most there may be (Documentation/admin-guide/sysctl/fs.rst). */
export function parseFileNr(bytes: Buffer): { open: number; limit: number } {
  const scanner = new Scanner(bytes);
  const open = scanner.number();
  scanner.skipWords(1);
  const limit = scanner.number();
  // By default it is the greatest number the kernel has: no limit.
  return { open, limit: limit > Number.MAX_SAFE_INTEGER ? Number.NaN : limit };
}

/** A file with one number that is not on every machine, or not yet: a module of the kernel may be loaded later. NaN while it is not there. */
class OptionalNumber {
  readonly #file: HostFile;

  constructor(path: string) {
    this.#file = new HostFile(path);
  }

  read(): number {
    try {
      return new Scanner(this.#file.read()).number();
    } catch {
      return Number.NaN;
    }
  }

  close(): void {
    this.#file.close();
  }
}

export function createKernelCollector(roots: HostRoots): Collector {
  const fileNr = new HostFile(join(roots.proc, 'sys/fs/file-nr'));
  const optional = (path: string) => new OptionalNumber(join(roots.proc, 'sys', path));
  const entropy = optional('kernel/random/entropy_avail');
  const threadsLimit = optional('kernel/threads-max');
  const conntrack = optional('net/netfilter/nf_conntrack_count');
  const conntrackLimit = optional('net/netfilter/nf_conntrack_max');
  return {
    measurement: 'kernel',
    tags: [],
    fields: [
      'open_files',
      'open_files_limit',
      'open_files_percent',
      'entropy_bits',
      'threads_limit',
      'tracked_connections',
      'tracked_connections_limit',
      'tracked_connections_percent',
    ],
    // None of these runs full within a moment.
    intervalMs: 10_000,
    liveIntervalMs: 1000,
    collect(rows: RowSink): void {
      const { open, limit } = parseFileNr(fileNr.read());
      const tracked = conntrack.read();
      const trackedLimit = conntrackLimit.read();
      const shares = { files: (open / limit) * 100, tracked: (tracked / trackedLimit) * 100 };
      rows.add([], [open, limit, shares.files, entropy.read(), threadsLimit.read(), tracked, trackedLimit, shares.tracked]);
    },
    close(): void {
      for (const file of [fileNr, entropy, threadsLimit, conntrack, conntrackLimit]) file.close();
    },
  };
}
