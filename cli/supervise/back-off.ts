// How long a part that died waits for its next start.

/** Doubles from 1 s to 30 s; begins again after the part ran for a minute. */
export class BackOff {
  #nextMs = FIRST_MS;

  /** The wait before the next start of a part that ran for `ranMs`. */
  next(ranMs: number): number {
    if (ranMs >= STEADY_MS) this.#nextMs = FIRST_MS;
    const waitMs = this.#nextMs;
    this.#nextMs = Math.min(this.#nextMs * 2, LAST_MS);
    return waitMs;
  }
}

const FIRST_MS = 1000;
const LAST_MS = 30_000;
const STEADY_MS = 60_000;
