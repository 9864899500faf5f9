// Space and inodes of the mounted filesystems. Mounts whose server may be away are asked aside with a limit, so that none holds the loop.
import { type StatsFs, statfsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { HostFile, type HostRoots } from '../host-file.ts';
import { Scanner } from '../scanner.ts';
import type { Collector, RowSink, Tick } from './collector.ts';

const LOOK_AGAIN_EVERY_MS = 10_000;
/** Below the two seconds after which the whole collector would count as hanging. */
const REMOTE_LIMIT_MS = 1500;

/** Kernels answer these without asking anybody. */
const LOCAL = new Set(
  'ext2 ext3 ext4 xfs btrfs zfs f2fs tmpfs vfat exfat ntfs3 hfsplus jfs reiserfs nilfs2 bcachefs overlay ubifs'.split(' '),
);
const REMOTE = /^(nfs|nfs4|cifs|smb3|smbfs|ceph|glusterfs|lustre|beegfs|gpfs|afs|9p|virtiofs|fuse|fuseblk|fuse\..+)$/;

export interface Mount {
  device: string;
  mount: string;
  fstype: string;
  remote: boolean;
}

/** The mounts that hold data: no pseudo filesystems, none twice, none hidden under a later mount, no runtime tmpfs of the system. */
export function parseMounts(bytes: Buffer): Mount[] {
  const byPath = new Map<string, Mount>();
  const scanner = new Scanner(bytes);
  if (scanner.done) return [];
  do {
    const device = unescapeMount(scanner.word());
    const mount = unescapeMount(scanner.word());
    const fstype = scanner.word();
    const remote = REMOTE.test(fstype);
    // A later mount hides an earlier one at the same place, a pseudo filesystem too.
    byPath.delete(mount);
    if ((LOCAL.has(fstype) || remote) && !isSystemTmpfs(fstype, mount)) byPath.set(mount, { device, mount, fstype, remote });
  } while (scanner.nextLine());
  const seen = new Set<string>();
  return [...byPath.values()].filter((entry) => {
    // A bind mount shows the same filesystem again.
    const key = entry.device.startsWith('/') ? entry.device : `${entry.device}\0${entry.mount}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function isSystemTmpfs(fstype: string, mount: string): boolean {
  return fstype === 'tmpfs' && /^\/(run|dev|sys|proc)(\/|$)/.test(mount);
}

/** Spaces and the like stand in octal in /proc/mounts (getmntent(3)). */
function unescapeMount(text: string): string {
  return text.includes('\\') ? text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))) : text;
}

/** One row in the order of the collector's fields. As `df`, the share leaves out what is kept for root. */
export function toFilesystemRow(stats: Pick<StatsFs, 'bsize' | 'blocks' | 'bfree' | 'bavail' | 'files' | 'ffree'>): number[] {
  const total = stats.blocks * stats.bsize;
  const used = (stats.blocks - stats.bfree) * stats.bsize;
  const free = stats.bavail * stats.bsize;
  const inodesUsed = stats.files - stats.ffree;
  return [total, used, free, (used / (used + free)) * 100, stats.files, inodesUsed, (inodesUsed / stats.files) * 100];
}

export function createFilesystemCollector(roots: HostRoots, ask: typeof statfs = statfs): Collector {
  const file = new HostFile(join(roots.proc, 'mounts'));
  /** Remote mounts with a question under way: none is asked twice, or the thread pool would fill. */
  const pending = new Set<string>();
  let mounts: Mount[] = [];
  let lookedMs = Number.NEGATIVE_INFINITY;

  const addRemote = async (rows: RowSink, entry: Mount): Promise<void> => {
    if (pending.has(entry.mount)) {
      rows.problem(noAnswer(entry));
      return;
    }
    pending.add(entry.mount);
    const stats = await within(
      ask(entry.mount).finally(() => pending.delete(entry.mount)),
      REMOTE_LIMIT_MS,
    ).catch(() => undefined);
    if (stats === undefined) rows.problem(noAnswer(entry));
    else if (stats.blocks > 0) rows.add([entry.mount, entry.device, entry.fstype], toFilesystemRow(stats));
  };

  return {
    measurement: 'filesystem',
    tags: ['mount', 'device', 'fstype'],
    fields: ['total', 'used', 'free', 'used_percent', 'inodes_total', 'inodes_used', 'inodes_used_percent'],
    // Disks do not run full within a moment, and each mount is a question to the kernel.
    intervalMs: LOOK_AGAIN_EVERY_MS,
    liveIntervalMs: 1000,
    collect(rows: RowSink, tick: Tick): void | Promise<void> {
      if (tick.monotonicMs - lookedMs >= LOOK_AGAIN_EVERY_MS) {
        mounts = parseMounts(file.read());
        lookedMs = tick.monotonicMs;
      }
      const remote: Promise<void>[] = [];
      for (const entry of mounts) {
        if (entry.remote) {
          remote.push(addRemote(rows, entry));
          continue;
        }
        const stats = readLocal(entry.mount);
        if (stats !== undefined && stats.blocks > 0) rows.add([entry.mount, entry.device, entry.fstype], toFilesystemRow(stats));
      }
      if (remote.length > 0) return Promise.all(remote).then(() => undefined);
    },
    close: () => file.close(),
  };
}

// Unmounted since the list was read, or not ours to see.
function readLocal(mount: string): StatsFs | undefined {
  try {
    return statfsSync(mount);
  } catch {
    return undefined;
  }
}

function noAnswer(entry: Mount): string {
  return `${entry.mount} (${entry.fstype} from ${entry.device}) does not answer`;
}

/** The answer, or undefined when it failed or took longer. */
async function within<T>(answer: Promise<T>, limitMs: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, limitMs, undefined);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
