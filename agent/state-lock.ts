// Keeps a second agent off the same state folder. The lock is SQLite's on a file of its own: the kernel frees it when its holder dies,
// so that nothing stale is ever left; the process number beside it is only for the sentence.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { MusterError } from '../core/common/muster-error.ts';
import { makeStateFolder } from './state-folder.ts';

const SQLITE_BUSY = 5;

/** A database that nobody refers to is closed by the garbage collector, and the lock with it. */
const held = new Set<DatabaseSync>();

/** A lock that is held until `release` or the end of the process. */
export interface StateLock {
  release(): void;
}

/**
 * Locks the folder, which is made where it is missing. Throws `already_exists` with "locked by process N"; undefined where the folder
 * cannot be written, as nothing can be spoiled there either.
 */
export function lockStateFolder(stateDir: string): StateLock | undefined {
  const pidFile = join(stateDir, 'agent.pid');
  let database: DatabaseSync | undefined;
  try {
    makeStateFolder(stateDir);
    database = new DatabaseSync(join(stateDir, 'agent.lock'), { timeout: 0 });
    database.exec('PRAGMA journal_mode = OFF; BEGIN EXCLUSIVE');
    writeFileSync(pidFile, `${process.pid}\n`);
  } catch (error) {
    if (database?.isOpen) database.close();
    if (((error as { errcode?: number }).errcode ?? 0) % 256 !== SQLITE_BUSY) return undefined;
    throw new MusterError(
      'already_exists',
      `state folder ${stateDir} is locked by process ${readPid(pidFile)}: stop it, or choose another folder with --state-dir`,
      error,
    );
  }
  const locked = database;
  held.add(locked);
  return {
    release(): void {
      if (held.delete(locked)) locked.close();
    },
  };
}

function readPid(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim() || '(unknown)';
  } catch {
    return '(unknown)';
  }
}
