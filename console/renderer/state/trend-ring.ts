// A short history in even steps of time, in fixed memory: the mean of each step, NaN where nothing was measured.

export class TrendRing {
  readonly #stepMs: number;
  readonly #means: Float32Array;
  readonly #counts: Uint16Array;
  /** Number of the newest step since 1970; -1 while empty. */
  #newest = -1;
  #changes = 0;

  constructor(steps: number, stepMs: number) {
    this.#stepMs = stepMs;
    this.#means = new Float32Array(steps).fill(Number.NaN);
    this.#counts = new Uint16Array(steps);
  }

  /** Grows with each value that is taken. */
  get changes(): number {
    return this.#changes;
  }

  /** Adds a sample. One older than the ring's reach is left out. */
  add(timeMs: number, value: number): void {
    const step = Math.floor(timeMs / this.#stepMs);
    if (this.#newest < 0) this.#newest = step;
    if (step > this.#newest) this.#forget(step);
    if (step <= this.#newest - this.#means.length) return;
    const slot = step % this.#means.length;
    const count = this.#counts[slot]!;
    if (count >= 65_535) return;
    this.#means[slot] = count === 0 ? value : (this.#means[slot]! * count + value) / (count + 1);
    this.#counts[slot] = count + 1;
    this.#changes++;
  }

  /** Sets a step's mean where nothing was measured yet: history behind live values. */
  fill(timeMs: number, mean: number): void {
    const step = Math.floor(timeMs / this.#stepMs);
    const slot = step % this.#means.length;
    const known = step <= this.#newest && step > this.#newest - this.#means.length && this.#counts[slot]! > 0;
    if (!known) this.add(timeMs, mean);
  }

  /** The means up to the step of `nowMs`, oldest first, as many as the ring has steps. */
  read(nowMs: number): Float32Array {
    const steps = this.#means.length;
    const last = Math.floor(nowMs / this.#stepMs);
    const values = new Float32Array(steps).fill(Number.NaN);
    for (let i = 0; i < steps; i++) {
      const step = last - steps + 1 + i;
      if (step <= this.#newest && step > this.#newest - steps) values[i] = this.#means[step % steps]!;
    }
    return values;
  }

  /** Empties the slots between the newest step and `step`, which becomes the newest. */
  #forget(step: number): void {
    const steps = this.#means.length;
    for (let at = Math.max(this.#newest + 1, step - steps + 1); at <= step; at++) {
      this.#means[at % steps] = Number.NaN;
      this.#counts[at % steps] = 0;
    }
    this.#newest = step;
  }
}
