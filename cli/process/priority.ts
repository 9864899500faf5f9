// Lets a part give way to the others on a machine that has no CPU left.
import { writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';

const AGAIN_MS = 250;
const ATTEMPTS = 4;

/**
 * Sets the nice value (0 to 19) of a process that was just started, before it makes threads, and of its session: where Linux groups tasks by
 * session, only that one counts against other sessions, and each part has its own. A part that cannot be made to give way runs all the same.
 */
export function giveWay(pid: number, nice: number): void {
  try {
    setPriority(pid, nice);
  } catch {
    // It has ended already, and whoever waits for it hears that.
    return;
  }
  if (process.platform === 'linux') niceSession(pid, nice, 1);
}

function niceSession(pid: number, nice: number, attempt: number): void {
  try {
    writeFileSync(`/proc/${pid}/autogroup`, String(nice));
  } catch (error) {
    // The kernel takes ten such changes a second from those who are not root; any other error says that it has no such groups.
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN' || attempt === ATTEMPTS) return;
    setTimeout(() => niceSession(pid, nice, attempt + 1), AGAIN_MS).unref();
  }
}
