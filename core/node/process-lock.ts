// Keeps a second process off what one works on alone. The lock is SQLite's on a file of its own: the kernel frees it when its holder dies,
// so that nothing stale is ever left; the process number beside it is only for the sentence.
import { readFileSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

const SQLITE_BUSY = 5;

/** A database that nobody refers to is closed by the garbage collector, and the lock with it. */
const held = new Set<DatabaseSync>();

/** A lock that is held until `release` or the end of the process. */
export interface ProcessLock {
  release(): void;
}

/** Takes the lock `BASE.lock`, with the process number in `BASE.pid`. Gives the number of the process that has it otherwise. Throws what the file system says. */
export function takeProcessLock(base: string): ProcessLock | { readonly heldBy: string } {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(`${base}.lock`, { timeout: 0 });
    database.exec('PRAGMA journal_mode = OFF; BEGIN EXCLUSIVE');
    writeFileSync(`${base}.pid`, `${process.pid}\n`);
  } catch (error) {
    if (database?.isOpen) database.close();
    if (((error as { errcode?: number }).errcode ?? 0) % 256 !== SQLITE_BUSY) throw error;
    return { heldBy: readPid(`${base}.pid`) };
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
