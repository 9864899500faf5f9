// The files of one control group of version 2 (Documentation/admin-guide/cgroup-v2.rst), for services and for containers.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { MusterError } from '../../core/common/muster-error.ts';
import { HostFile } from '../host/host-file.ts';
import { numberAfter, Scanner } from '../host/scanner.ts';

/** What a group has used up to now. NaN where its controller is not on, or the kernel is older. */
export interface CgroupUsage {
  cpuMicroseconds: number;
  throttledMicroseconds: number;
  /** Bytes, without the page cache that can be given back at once, as `docker stats` shows it. */
  memoryBytes: number;
  /** Bytes; NaN without a limit. */
  memoryLimitBytes: number;
  pids: number;
  oomKills: number;
  readBytes: number;
  writtenBytes: number;
}

/** Throws `not_found` without control groups at all, `failed_precondition` where they are of version 1. */
export function assertCgroupV2(sys: string): string {
  const root = join(sys, 'fs/cgroup');
  if (exists(join(root, 'cgroup.controllers'))) return root;
  if (!exists(join(root, 'memory')) && !exists(join(root, 'unified'))) {
    throw new MusterError('not_found', `${root} holds no control groups`);
  }
  throw new MusterError(
    'failed_precondition',
    `${root} is of version 1: boot with systemd.unified_cgroup_hierarchy=1 on the kernel's command line, or on a newer system`,
  );
}

/** Reads a group; undefined where it is gone. Its limit and its I/O, two files more, are absent unless `whole`. */
export function readCgroup(folder: string, whole: boolean): CgroupUsage | undefined {
  const cpu = readOnce(join(folder, 'cpu.stat'));
  if (cpu === undefined) return undefined;
  const cpuMicroseconds = numberIn(cpu, 'usage_usec ');
  const throttledMicroseconds = numberIn(cpu, 'throttled_usec ');
  const current = numberIn(readOnce(join(folder, 'memory.current')), '');
  const inactiveFile = numberIn(readOnce(join(folder, 'memory.stat')), 'inactive_file ');
  const io = parseIoStat(whole ? readOnce(join(folder, 'io.stat')) : undefined);
  return {
    cpuMicroseconds,
    throttledMicroseconds,
    memoryBytes: Number.isNaN(inactiveFile) ? current : Math.max(0, current - inactiveFile),
    // The word `max` is no number.
    memoryLimitBytes: numberIn(whole ? readOnce(join(folder, 'memory.max')) : undefined, ''),
    pids: numberIn(readOnce(join(folder, 'pids.current')), ''),
    oomKills: numberIn(readOnce(join(folder, 'memory.events')), 'oom_kill '),
    ...io,
  };
}

/** The sum over all devices. A group that never did I/O has an empty file. */
export function parseIoStat(bytes: Buffer | undefined): { readBytes: number; writtenBytes: number } {
  if (bytes === undefined) return { readBytes: Number.NaN, writtenBytes: Number.NaN };
  const scanner = new Scanner(bytes);
  let readBytes = 0;
  let writtenBytes = 0;
  if (!scanner.done) {
    do {
      if (scanner.seekInLine(' rbytes=')) readBytes += scanner.number();
      if (scanner.seekInLine(' wbytes=')) writtenBytes += scanner.number();
    } while (scanner.nextLine());
  }
  return { readBytes, writtenBytes };
}

function numberIn(bytes: Buffer | undefined, key: string): number {
  return bytes === undefined ? Number.NaN : numberAfter(new Scanner(bytes), key);
}

// Not held open: a host may have thousands of these files, and they come and go. Valid until the next file is read.
function readOnce(path: string): Buffer | undefined {
  const file = new HostFile(path);
  try {
    return file.read();
  } catch {
    return undefined;
  } finally {
    file.close();
  }
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
