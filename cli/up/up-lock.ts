// One `muster up` for each state folder, held by a file that names the process.
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { MusterError } from '../../core/common/muster-error.ts';
import { startMark } from '../process/process-info.ts';

interface Owner {
  pid: number;
  startMark: string;
}

/** The process that holds the lock now; undefined where none does or it is gone. */
export function lockOwner(lockFile: string): number | undefined {
  const owner = readOwner(lockFile);
  return owner !== undefined && startMark(owner.pid) === owner.startMark ? owner.pid : undefined;
}

/** Takes the lock for this process. Throws `already_exists` naming the process that has it. Returns what gives it back. */
export function takeLock(lockFile: string, home: string): () => void {
  const own = `${lockFile}.${process.pid}`;
  writeFileSync(own, JSON.stringify({ pid: process.pid, startMark: startMark(process.pid) ?? '' } satisfies Owner), { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < 3; attempt++) {
      if (tryLink(own, lockFile)) return () => rmSync(lockFile, { force: true });
      const owner = lockOwner(lockFile);
      if (owner !== undefined) {
        throw new MusterError(
          'already_exists',
          `state folder ${home} is in use by process ${owner}: end that one or choose another with --home`,
        );
      }
      // Its owner is gone. Moved away rather than removed: of two who find it, one moves it, and both then race for the link.
      tryRename(lockFile, `${own}.stale`);
    }
  } finally {
    rmSync(own, { force: true });
    rmSync(`${own}.stale`, { force: true });
  }
  throw new MusterError('already_exists', `state folder ${home} is being taken by another process: try again`);
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function tryRename(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

function readOwner(lockFile: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(lockFile, 'utf8')) as Owner;
  } catch {
    return undefined;
  }
}
