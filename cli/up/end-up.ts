// Ends a `muster up` from another process, and what a killed one left behind.
import { setTimeout as wait } from 'node:timers/promises';
import { MusterError } from '../../core/common/muster-error.ts';
import type { StateFolder } from '../state/state-folder.ts';
import { readUpRecord } from '../state/up-record.ts';
import { endLeftovers } from './leftovers.ts';
import { lockOwner, takeLock } from './up-lock.ts';

const ASK_EVERY_MS = 50;

export interface Ended {
  /** The supervisor that was asked to end; undefined where none ran. */
  pid: number | undefined;
  /** Names of the parts that ran and have ended. */
  parts: string[];
}

/**
 * Asks the supervisor of the state folder to end, as Ctrl-C does, and resolves when it and all its parts are gone. `onAsked` hears of the wait.
 * Throws `failed_precondition` where it still runs after `withinMs`, and `permission_denied` where it is another user's.
 */
export async function endUp(state: StateFolder, withinMs: number, onAsked: (pid: number) => void): Promise<Ended> {
  const pid = lockOwner(state.lockFile);
  const parts = new Set<string>();
  if (pid !== undefined) {
    for (const part of readUpRecord(state.upFile)?.parts ?? []) if (part.pid !== 0) parts.add(part.name);
    ask(pid);
    onAsked(pid);
    const deadline = Date.now() + withinMs;
    while (lockOwner(state.lockFile) === pid) {
      if (Date.now() > deadline) {
        throw new MusterError(
          'failed_precondition',
          `process ${pid} has been asked to end and still runs after ${withinMs / 1000} s: see ${state.home}/logs, or run muster down again with a longer --timeout`,
        );
      }
      await wait(ASK_EVERY_MS);
    }
  }
  // Whoever started it anew meanwhile keeps what is theirs: the lock tells.
  const release = takeLock(state.lockFile, state.home);
  try {
    for (const name of await endLeftovers(state.upFile)) parts.add(name);
  } finally {
    release();
  }
  return { pid, parts: [...parts] };
}

function ask(pid: number): void {
  try {
    process.kill(pid, 'SIGTERM');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EPERM')
      throw new MusterError('permission_denied', `process ${pid} belongs to another user: run muster down as that user`);
    // It has ended by itself since.
    if (code !== 'ESRCH') throw error;
  }
}
