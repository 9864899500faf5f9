// Keeps a second agent off the same state folder.
import { join } from 'node:path';
import { MusterError } from '../../core/common/muster-error.ts';
import { makeFolderDurably } from '../../core/node/durable-file.ts';
import { type ProcessLock, takeProcessLock } from '../../core/node/process-lock.ts';

/** A lock that is held until `release` or the end of the process. */
export type StateLock = ProcessLock;

/**
 * Locks the folder, which is made where it is missing. Throws `already_exists` with "locked by process N"; undefined where the folder
 * cannot be written, as nothing can be spoiled there either.
 */
export function lockStateFolder(stateDir: string): StateLock | undefined {
  let taken: ReturnType<typeof takeProcessLock>;
  try {
    makeFolderDurably(stateDir);
    taken = takeProcessLock(join(stateDir, 'agent'));
  } catch {
    return undefined;
  }
  if ('release' in taken) return taken;
  throw new MusterError(
    'already_exists',
    `state folder ${stateDir} is locked by process ${taken.heldBy}: stop it, or choose another folder with --state-dir`,
  );
}
