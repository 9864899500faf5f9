// Waiting by asking, with a deadline.
import { setTimeout as wait } from 'node:timers/promises';

/**
 * Asks until the answer is neither undefined nor false, and gives it. Rejects after `timeoutMs` with what was waited for and the last reason
 * why not.
 */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  timeoutMs = 60_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  let reason = '';
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
    } catch (error) {
      reason = `: ${error instanceof Error ? error.message : String(error)}`;
    }
    if (Date.now() > deadline) throw new Error(`${what}: not within ${timeoutMs / 1000} s${reason}`);
    await wait(50);
  }
}
