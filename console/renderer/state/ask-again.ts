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

/** A hidden window looks again so much later. */
const HIDDEN_MS = 10_000;

/** Starts at once; the function it gives ends it. In a hidden window nothing is asked. */
export function askAgain({ load, onProblem, everyMs }: Asking, isHidden = (): boolean => document.hidden): () => void {
  const controller = new AbortController();
  const { signal } = controller;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const ask = async (): Promise<void> => {
    if (isHidden()) {
      timer = setTimeout(ask, everyMs ?? HIDDEN_MS);
      return;
    }
    try {
      await load(signal);
    } catch (error) {
      if (!signal.aborted) onProblem(toMusterError(error).message);
    }
    if (everyMs !== undefined && !signal.aborted) timer = setTimeout(ask, everyMs);
  };
  void ask();
  return () => {
    controller.abort();
    clearTimeout(timer);
  };
}
