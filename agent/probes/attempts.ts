// Samples that are under way: each has its deadline, and all can be given up at once.
import { failedWith } from './probe-error.ts';
import type { ProbeOutcome } from './probe-spec.ts';

/** A sample that was begun. */
export interface Begun {
  /** Gives back sockets; called once, whatever the end is. */
  close(): void;
  /** What is known when the time is over; default that nothing came back. */
  late?(): ProbeOutcome;
}

/** Begins a sample and tells its end by `finish`, once; more are passed over. */
export type Begin = (finish: (outcome: ProbeOutcome) => void) => Begun;

export class Attempts {
  readonly #open = new Set<() => void>();

  get size(): number {
    return this.#open.size;
  }

  /** Undefined where it was given up by `cancelAll`. */
  run(timeoutMs: number, begin: Begin): Promise<ProbeOutcome | undefined> {
    return new Promise((resolve) => {
      let begun: Begun | undefined;
      let ended = false;
      const end = (outcome: ProbeOutcome | undefined): void => {
        if (ended) return;
        ended = true;
        clearTimeout(timer);
        this.#open.delete(cancel);
        begun?.close();
        resolve(outcome);
      };
      const cancel = (): void => end(undefined);
      const timer = setTimeout(() => end(begun?.late?.() ?? failedWith('timed_out')), timeoutMs);
      this.#open.add(cancel);
      begun = begin(end);
      // An end that was told before `begin` returned.
      if (ended) begun.close();
    });
  }

  cancelAll(): void {
    for (const cancel of [...this.#open]) cancel();
  }
}
