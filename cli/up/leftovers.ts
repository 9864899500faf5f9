// Processes of an earlier `up` that was killed: found by the id and start time it wrote down, never by name.
import { setTimeout as wait } from 'node:timers/promises';
import { MusterError } from '../../core/common/muster-error.ts';
import { isProcess } from '../process/process-info.ts';
import { readUpRecord } from '../state/up-record.ts';

/**
 * Ends what is left, asked first, with SIGKILL after `graceMs`. Returns the names of the parts ended. Call it with the lock held. Throws
 * `unavailable` with the processes that are still there `killMs` after that: one that waits for a disk which does not answer cannot be ended.
 */
export async function endLeftovers(upFile: string, graceMs = 10_000, killMs = 10_000): Promise<string[]> {
  const left = (readUpRecord(upFile)?.parts ?? []).filter(isThere);
  for (const { pid } of left) signalGroup(pid, 'SIGTERM');
  const deadline = Date.now() + graceMs;
  while (left.some(isThere) && Date.now() < deadline) await wait(50);
  for (const part of left.filter(isThere)) signalGroup(part.pid, 'SIGKILL');
  const lastMs = Date.now() + killMs;
  while (left.some(isThere) && Date.now() < lastMs) await wait(20);
  const stuck = left.filter(isThere).map(({ name, pid }) => `${name} (process ${pid})`);
  if (stuck.length > 0) {
    throw new MusterError(
      'unavailable',
      `of an earlier muster up there is still ${stuck.join(', ')}, also after SIGKILL: try again when it has ended, or restart the machine`,
    );
  }
  return left.map(({ name }) => name);
}

function isThere(part: { pid: number; startMark: string }): boolean {
  return isProcess(part.pid, part.startMark);
}

/** Each part leads a process group of its own. */
function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
