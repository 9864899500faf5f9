// One `muster up` for each state folder, held by a file that names the process.
import { MusterError } from '../../core/common/muster-error.ts';
import { lockHolder, tryLock } from '../../deploy/setup/file-lock.mjs';

/** The process that holds the lock now; undefined where none does or it is gone. */
export function lockOwner(lockFile: string): number | undefined {
  return lockHolder(lockFile);
}

/** Takes the lock for this process. Throws `already_exists` naming the process that has it. Returns what gives it back. */
export function takeLock(lockFile: string, home: string): () => void {
  const taken = tryLock(lockFile);
  if ('release' in taken) return taken.release;
  throw new MusterError(
    'already_exists',
    `state folder ${home} is in use by process ${taken.heldBy}: end that one or choose another with --home`,
  );
}
