// Asks now, and again and again while somebody looks: the next time comes so long after the last answer, so that a slow store is never asked twice at once.
import { toMusterError } from '../../../core/common/muster-error.ts';

export interface Asking {
  /** Asks and shows; the signal aborts when nobody wants the answer any more. */
  load(signal: AbortSignal): Promise<void>;
  /** Told why it failed, unless nobody wants it any more. */
  onProblem(problem: string): void;
  /** Left out: once. */
  everyMs?: number | undefined;
}

/** Whether anybody can see the window, and word of when it shows again. */
export interface Sight {
  isHidden(): boolean;
  /** Returns the end of it. */
  onShown(act: () => void): () => void;
}

const WINDOW: Sight = {
  isHidden: () => document.hidden,
  onShown: (act) => {
    const look = (): void => void (document.hidden || act());
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  },
};

/** Starts at once; the function it gives ends it. In a hidden window nothing is asked; once it shows again, at once where the answer is due. */
export function askAgain({ load, onProblem, everyMs }: Asking, sight: Sight = WINDOW): () => void {
  const controller = new AbortController();
  const { signal } = controller;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asking = false;
  /** When the next answer is wanted; infinite where the one that came is for good. */
  let dueMs = 0;
  const ask = async (): Promise<void> => {
    clearTimeout(timer);
    if (asking || signal.aborted || sight.isHidden()) return;
    asking = true;
    try {
      await load(signal);
    } catch (error) {
      if (!signal.aborted) onProblem(toMusterError(error).message);
    }
    asking = false;
    dueMs = everyMs === undefined ? Number.POSITIVE_INFINITY : Date.now() + everyMs;
    if (everyMs !== undefined && !signal.aborted) timer = setTimeout(ask, everyMs);
  };
  const stopLooking = sight.onShown(() => {
    if (Date.now() >= dueMs) void ask();
  });
  void ask();
  return () => {
    controller.abort();
    clearTimeout(timer);
    stopLooking();
  };
}
