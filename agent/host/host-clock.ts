// The two clocks of a host: the one people read, which may step, and one that only goes forward.
import type { Tick } from './collector.ts';

const STEP_MS = 1000;

/** Where the clocks come from; staged in tests. */
export interface ClockSource {
  /** Unix milliseconds. */
  wallMs(): number;
  /** Milliseconds from any origin, never stepping. */
  monotonicMs(): number;
}

export const systemClock: ClockSource = { wallMs: () => Date.now(), monotonicMs: () => performance.now() };

/**
 * Gives each tick a time that was not given before, even when the wall clock is set back over times already used: the microseconds within
 * the millisecond are the same through a run and change with every step back, so that no row ever gets the key of an earlier one.
 */
export class HostClock {
  readonly #source: ClockSource;
  readonly #stepped: (ms: number) => void;
  #generation: number;
  #last: { wallMs: number; monotonicMs: number } | undefined;

  /** `stepped` is told by how many milliseconds the wall clock moved against the other. */
  constructor(source: ClockSource, stepped: (ms: number) => void, generation = Math.floor(Math.random() * 1000)) {
    this.#source = source;
    this.#stepped = stepped;
    this.#generation = generation;
  }

  tick(): Tick {
    const monotonicMs = this.#source.monotonicMs();
    let wallMs = Math.floor(this.#source.wallMs());
    const last = this.#last;
    if (last !== undefined) {
      const step = wallMs - last.wallMs - (monotonicMs - last.monotonicMs);
      if (Math.abs(step) >= STEP_MS) this.#stepped(Math.round(step));
      if (wallMs < last.wallMs - STEP_MS) this.#generation = (this.#generation + 1) % 1000;
      // A clock that is slewed back a little: go on from where we are rather than twice through the same milliseconds.
      else if (wallMs <= last.wallMs) wallMs = last.wallMs + 1;
    }
    this.#last = { wallMs, monotonicMs };
    return { timeUs: wallMs * 1000 + this.#generation, monotonicMs };
  }
}

/** A timer may fire a little early: such a moment is of the tick it was meant for. */
function earlyMs(intervalMs: number): number {
  return Math.min(intervalMs * 0.1, 50);
}

/** Counts the ticks of the wall clock: multiples of the interval, moved by the node's own offset. */
export function tickNumber(wallMs: number, intervalMs: number, offsetMs: number): number {
  return Math.floor((wallMs - offsetMs + earlyMs(intervalMs)) / intervalMs);
}

/** Milliseconds until the next tick. */
export function untilNextTick(wallMs: number, intervalMs: number, offsetMs: number): number {
  return (tickNumber(wallMs, intervalMs, offsetMs) + 1) * intervalMs + offsetMs - wallMs;
}
