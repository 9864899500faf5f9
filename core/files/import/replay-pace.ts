// When the rows of a replay are due: as far from the first as they were, so many times as quick.
import { setTimeout as sleep } from 'node:timers/promises';

/** A timer of more than 2^31 ms fires at once. */
const LONGEST_TIMER_MS = 2 ** 30;

/** A replay reads a few rows at a time, so that they go out when their time has come. */
const MOST_PIECE_BYTES = 4096;
const LEAST_PIECE_BYTES = 64;
/** Of a short recording: each goes out at most so much of the whole too late. */
const PIECES = 200;

/** The same for the same file, as batches are cut between pieces and have to be the same after a resume. */
export function replayPieceBytes(fileBytes: number): number {
  return Math.min(MOST_PIECE_BYTES, Math.max(LEAST_PIECE_BYTES, Math.ceil(fileBytes / PIECES)));
}

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

  /** The recording begins now with a row of this time; what is said later changes nothing. */
  begin(timeUs: number): void {
    if (Number.isFinite(timeUs)) this.#first ??= { timeUs, atMs: this.#clock.now() };
  }

  /** Resolves when a row of this time is due; one of before the recording began is due at once. */
  async until(timeUs: number): Promise<void> {
    if (this.#speed === 0 || !Number.isFinite(timeUs)) return;
    this.begin(timeUs);
    if (this.#first === undefined) return;
    const dueMs = this.#first.atMs + (timeUs - this.#first.timeUs) / 1000 / this.#speed;
    for (let leftMs = dueMs - this.#clock.now(); leftMs > 0; leftMs = dueMs - this.#clock.now())
      await this.#clock.wait(Math.min(leftMs, LONGEST_TIMER_MS));
  }
}
