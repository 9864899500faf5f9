// The cache of ZFS, which gives memory back down to its least size (openzfs: module/zfs/arc.c), from /proc/spl/kstat/zfs/arcstats.
import { join } from 'node:path';
import type { Tick } from '../host/collector.ts';
import { HostFile, type HostRoots } from '../host/host-file.ts';
import { Scanner } from '../host/scanner.ts';

/** Most machines have none, and a container does not come to use another file. */
const LOOK_AGAIN_EVERY_MS = 60_000;

/** Bytes; a line is name, type, value. */
export function parseReclaimableArc(bytes: Buffer): number {
  const value = (name: string): number => {
    const scanner = new Scanner(bytes);
    const at = bytes.indexOf(`\n${name} `, 0, 'latin1');
    if (at < 0) return Number.NaN;
    scanner.pos = at + 1;
    scanner.skipWords(2);
    return scanner.number();
  };
  const reclaimable = value('size') - value('c_min');
  return Math.max(0, reclaimable || 0);
}

export class ArcCache {
  readonly #stats: HostFile;
  readonly #mounts: HostFile;
  #lookedMs = Number.NEGATIVE_INFINITY;
  #counts = false;

  constructor(roots: HostRoots) {
    this.#stats = new HostFile(join(roots.proc, 'spl/kstat/zfs/arcstats'));
    this.#mounts = new HostFile(join(roots.proc, 'mounts'));
  }

  /** 0 where there is none, or where lxcfs tells a container's memory: the cache is the host's then. */
  reclaimableBytes({ monotonicMs }: Tick): number {
    const isTime = monotonicMs - this.#lookedMs >= LOOK_AGAIN_EVERY_MS;
    if (!isTime && !this.#counts) return 0;
    try {
      const bytes = parseReclaimableArc(this.#stats.read());
      if (isTime) this.#counts = !this.#isMeminfoMounted();
      return this.#counts ? bytes : 0;
    } catch {
      this.#counts = false;
      return 0;
    } finally {
      if (isTime) this.#lookedMs = monotonicMs;
    }
  }

  #isMeminfoMounted(): boolean {
    try {
      return this.#mounts.read().includes(' /proc/meminfo ');
    } catch {
      return false;
    }
  }

  close(): void {
    this.#stats.close();
    this.#mounts.close();
    this.#lookedMs = Number.NEGATIVE_INFINITY;
  }
}
