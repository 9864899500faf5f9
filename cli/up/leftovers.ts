// Processes of an earlier `up` that was killed: found by the id and start time it wrote down, never by name.
import { setTimeout as wait } from 'node:timers/promises';
import { isProcess } from '../process/process-info.ts';
import { readUpRecord } from './up-record.ts';

/** Ends what is left, asked first, with SIGKILL after `graceMs`. Returns the names of the parts ended. Call it with the lock held. */
export async function endLeftovers(upFile: string, graceMs = 10_000): Promise<string[]> {
  const left = (readUpRecord(upFile)?.parts ?? []).filter(isThere);
  for (const { pid } of left) signalGroup(pid, 'SIGTERM');
  const deadline = Date.now() + graceMs;
  while (left.some(isThere) && Date.now() < deadline) await wait(50);
  for (const part of left.filter(isThere)) signalGroup(part.pid, 'SIGKILL');
  while (left.some(isThere)) await wait(20);
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
