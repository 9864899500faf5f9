// When the rows of a replay are due: as far from the first as they were, so many times as quick.
import { setTimeout as sleep } from 'node:timers/promises';

/** A timer of more than 2^31 ms fires at once. */
const LONGEST_TIMER_MS = 2 ** 30;

export interface PaceClock {
  /** Monotonic, ms. */
  now(): number;
  wait(ms: number): Promise<unknown>;
}

const CLOCK: PaceClock = { now: () => performance.now(), wait: (ms) => sleep(ms) };

export class ReplayPace {
  readonly #speed: number;
  readonly #clock: PaceClock;
  #first: { timeUs: number; atMs: number } | undefined;

  /** `speed` 0 waits for nothing. */
  constructor(speed: number, clock: PaceClock = CLOCK) {
    this.#speed = speed;
    this.#clock = clock;
  }

  /** Resolves when a row of this time is due. */
  async until(timeUs: number): Promise<void> {
    if (this.#speed === 0 || !Number.isFinite(timeUs)) return;
    this.#first ??= { timeUs, atMs: this.#clock.now() };
    const dueMs = this.#first.atMs + (timeUs - this.#first.timeUs) / 1000 / this.#speed;
    for (let leftMs = dueMs - this.#clock.now(); leftMs > 0; leftMs = dueMs - this.#clock.now())
      await this.#clock.wait(Math.min(leftMs, LONGEST_TIMER_MS));
  }
}
