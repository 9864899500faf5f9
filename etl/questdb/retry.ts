// Waiting between attempts: a growing, jittered pause that ends at once when the part stops.
import { setTimeout as sleep } from 'node:timers/promises';
import { MusterError } from '../../core/common/muster-error.ts';

const FIRST_MS = 100;
const LONGEST_MS = 5000;

/** Waits before attempt `attempt` (from 1). Throws `cancelled` when `signal` ends it. */
export async function pauseBefore(attempt: number, signal: AbortSignal): Promise<void> {
  const ms = Math.min(LONGEST_MS, FIRST_MS * 2 ** (attempt - 1)) * (0.5 + Math.random() / 2);
  await sleep(ms, undefined, { signal }).catch((error: unknown) => {
    throw new MusterError('cancelled', 'the part is stopping', error);
  });
}

/** Calls `attempt` until it succeeds or `signal` ends it; tells each failure. */
export async function untilDone<T>(
  attempt: () => Promise<T>,
  failed: (error: Error, count: number) => void,
  signal: AbortSignal,
): Promise<T> {
  for (let count = 1; ; count++) {
    try {
      return await attempt();
    } catch (error) {
      if (signal.aborted) throw new MusterError('cancelled', 'the part is stopping', error);
      failed(error instanceof Error ? error : new Error(String(error)), count);
    }
    await pauseBefore(count, signal);
  }
}
