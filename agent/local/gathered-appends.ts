// Gathers what scripts hand over within a moment into one append to the spool: each is a sync of the disk, for which the agent's sampling waits.
import type { PushSample } from '../../core/common/push-sample.ts';

/** From one append to the next, unless so much waits. */
const EVERY_MS = 100;
const MAX_ROWS = 4096;
const MAX_BYTES = 480 * 1024;

interface Waiting {
  samples: readonly PushSample[];
  done(): void;
  failed(error: unknown): void;
}

export class GatheredAppends {
  readonly #append: (samples: readonly PushSample[]) => void;
  #waiting: Waiting[] = [];
  #rows = 0;
  #bytes = 0;
  /** Runs for a moment after each append. */
  #pause: NodeJS.Timeout | undefined;

  constructor(append: (samples: readonly PushSample[]) => void) {
    this.#append = append;
  }

  /** Resolves when they are appended, and rejects with the error of that: at once where nothing was just before. `bytes` is about what they take. */
  add(samples: readonly PushSample[], bytes: number): Promise<void> {
    if (this.#rows + samples.length > MAX_ROWS || this.#bytes + bytes > MAX_BYTES) this.#flush();
    return new Promise((done, failed) => {
      this.#waiting.push({ samples, done, failed });
      this.#rows += samples.length;
      this.#bytes += bytes;
      if (this.#pause === undefined || this.#rows >= MAX_ROWS || this.#bytes >= MAX_BYTES) this.#flush();
    });
  }

  #flush(): void {
    const waiting = this.#waiting;
    if (waiting.length === 0) return;
    this.#waiting = [];
    this.#rows = 0;
    this.#bytes = 0;
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => {
      this.#pause = undefined;
      this.#flush();
    }, EVERY_MS);
    try {
      this.#append(waiting.flatMap(({ samples }) => samples));
      for (const { done } of waiting) done();
    } catch (error) {
      for (const { failed } of waiting) failed(error);
    }
  }
}
