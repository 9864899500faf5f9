// How long to wait before the next attempt: longer each time, and at random within that, so that a fleet does not come back at once.

const FIRST_MS = 1000;
const MAX_MS = 30_000;

/** Full jitter (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/). */
export class Backoff {
  readonly #random: () => number;
  #ceilingMs = FIRST_MS;

  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  /** Milliseconds to wait now. */
  next(): number {
    const delay = this.#random() * this.#ceilingMs;
    this.#ceilingMs = Math.min(MAX_MS, this.#ceilingMs * 2);
    return delay;
  }

  /** The next failure is not one that waiting a second can heal. */
  raise(): void {
    this.#ceilingMs = MAX_MS;
  }

  /** It worked. */
  reset(): void {
    this.#ceilingMs = FIRST_MS;
  }
}
