// Space and inodes of the mounted filesystems. Those that may not answer are asked by another process, so that none holds the agent.
import { hash } from 'node:crypto';
import { statfsSync } from 'node:fs';
import { join } from 'node:path';
import type { Collector, RowSink, Tick } from '../host/collector.ts';
import { HostFile, type HostRoots } from '../host/host-file.ts';
import type { StatfsPool } from '../host/statfs/statfs-pool.ts';
import { sharedStatfsPool } from '../host/statfs/statfs-pool.ts';
import type { FilesystemStats } from '../host/statfs/statfs-process.ts';
import { type Mount, type MountWish, parseMountInfo, parseMounts } from './mounts.ts';

export { parseMounts } from './mounts.ts';

const LOOK_AGAIN_EVERY_MS = 10_000;
/** The start of the asking process and some rounds of file systems that do not answer. */
const LIMIT_MS = 25_000;
/** Unmounted since the list was read, or not ours to see. */
const NOT_OURS = new Set(['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM']);

/** One row in the order of the collector's fields. Blocks are of `frsize` bytes (statvfs(3)). As `df`, the share leaves out what is kept for root. */
export function toFilesystemRow({ bsize, frsize, blocks, bfree, bavail, files, ffree }: FilesystemStats): number[] {
  const blockBytes = frsize || bsize;
  const used = (blocks - bfree) * blockBytes;
  const free = bavail * blockBytes;
  const inodesUsed = files - ffree;
  return [blocks * blockBytes, used, free, (used / (used + free)) * 100, files, inodesUsed, (inodesUsed / files) * 100];
}

/** `pool` asks for those that may not answer. */
export function createFilesystemCollector(
  roots: HostRoots,
  wish: () => MountWish = () => ({}),
  pool: () => Pick<StatfsPool, 'ask'> = sharedStatfsPool,
): Collector {
  const list = new MountList(roots, wish);
  return {
    measurement: 'filesystem',
    tags: ['mount', 'device', 'fstype'],
    fields: ['total', 'used', 'free', 'used_percent', 'inodes_total', 'inodes_used', 'inodes_used_percent'],
    // Disks do not run full within a moment, and each mount is a question to the kernel.
    intervalMs: LOOK_AGAIN_EVERY_MS,
    liveIntervalMs: 1000,
    limitMs: LIMIT_MS,
    collect(rows: RowSink, tick: Tick): void | Promise<void> {
      const failures = new Map<string, Mount[]>();
      const fail = (entry: Mount, error: unknown): void => {
        const words = wordsOf(error as NodeJS.ErrnoException);
        if (words !== '') failures.set(words, [...(failures.get(words) ?? []), entry]);
      };
      const remote: Promise<void>[] = [];
      for (const entry of list.read(tick)) {
        if (entry.remote) {
          const answer = pool().ask(entry.key, entry.path);
          remote.push(answer.then((stats) => addRow(rows, entry, stats)).catch((error) => fail(entry, error)));
          continue;
        }
        try {
          addRow(rows, entry, statfsSync(Buffer.from(entry.path, 'latin1')));
        } catch (error) {
          fail(entry, error);
        }
      }
      if (remote.length === 0) return tell(rows, failures);
      return Promise.all(remote).then(() => tell(rows, failures));
    },
    close: () => list.close(),
  };
}

function addRow(rows: RowSink, { mount, device, fstype, readOnly }: Mount, stats: FilesystemStats): void {
  // Those that hold nothing have no blocks; those that are full and cannot be written to are images.
  const isImage = readOnly && stats.bfree === 0;
  if (stats.blocks > 0 && !isImage) rows.add([mount, device, fstype], toFilesystemRow(stats));
}

/** Empty where there is nothing to tell. */
function wordsOf({ code = '', message }: NodeJS.ErrnoException): string {
  if (code === 'deadline_exceeded') return 'does not answer';
  if (code === 'unavailable') return `is not measured: ${message}`;
  return NOT_OURS.has(code) ? '' : `cannot be measured: ${message.slice(0, 100)}`;
}

function tell(rows: RowSink, failures: ReadonlyMap<string, readonly Mount[]>): void {
  for (const [words, entries] of failures) {
    for (const { mount, fstype, device } of entries) rows.problem(`${mount} (${fstype} from ${device}) ${words}`);
  }
}

/** The mounts as they were at most ten seconds ago. */
class MountList {
  readonly #info: HostFile;
  readonly #mounts: HostFile;
  readonly #wish: () => MountWish;
  #readMs = Number.NEGATIVE_INFINITY;
  #list: Mount[] = [];
  #digest = '';

  constructor(roots: HostRoots, wish: () => MountWish) {
    this.#info = new HostFile(join(roots.proc, 'self/mountinfo'));
    this.#mounts = new HostFile(join(roots.proc, 'mounts'));
    this.#wish = wish;
  }

  read({ monotonicMs }: Tick): readonly Mount[] {
    if (monotonicMs - this.#readMs < LOOK_AGAIN_EVERY_MS) return this.#list;
    this.#list = this.#parse();
    this.#readMs = monotonicMs;
    return this.#list;
  }

  #parse(): Mount[] {
    const wish = this.#wish();
    let bytes: Buffer;
    let parse = parseMountInfo;
    try {
      bytes = this.#info.read();
    } catch {
      bytes = this.#mounts.read();
      parse = parseMounts;
    }
    // A host of containers has thousands of lines, mostly the same as before.
    const digest = `${hash('sha256', bytes)} ${wish.transient === true}`;
    if (digest === this.#digest) return this.#list;
    const list = parse(bytes, wish);
    this.#digest = digest;
    return list;
  }

  close(): void {
    this.#info.close();
    this.#mounts.close();
  }
}
