// How long a caller waits for one answer at most, whatever the answer waits for.
import { MusterError } from '../../core/common/muster-error.ts';

/** Of a call that says no other. */
export const ANSWER_WITHIN_MS = 60_000;

/** What `work` answers. Rejects with `deadline_exceeded` where it has none in time; what was begun then ends by itself. */
export async function answerWithin<T>(withinMs: number, method: string, work: () => Promise<T> | T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const words = `${method} has no answer within ${withinMs / 1000} s: what it was to change may be done or not, so look before calling again`;
    timer = setTimeout(() => reject(new MusterError('deadline_exceeded', words)), withinMs);
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}
