// Ticks at the wall clock's multiples of the interval and hands over what the collectors gave, once a flush interval.

import type { FrameColumns } from '../core/common/frame.ts';
import type { Component } from '../core/node/lifecycle.ts';
import type { CollectorSet } from './collector-set.ts';
import { type ClockSource, HostClock, systemClock, untilNextTick } from './host-clock.ts';

/** How long a flush waits for collectors that answer asynchronously. */
const WAIT_FOR_LATE_MS = 200;

export interface SamplerOptions {
  intervalMs: number;
  /** Frames of several ticks are joined until this much time has passed. */
  flushIntervalMs: number;
  /** Moves this node's ticks within the interval, so that a fleet does not speak at once. */
  offsetMs: number;
  collectors: CollectorSet;
  /** Takes the frames of a flush. */
  onFlush(frames: FrameColumns[], createdUs: number): void;
  onClockStep(ms: number): void;
  clock?: ClockSource;
}

export class Sampler implements Component {
  readonly name = 'sampler';
  readonly #options: SamplerOptions;
  readonly #source: ClockSource;
  readonly #clock: HostClock;
  #timer: NodeJS.Timeout | undefined;
  #running = false;
  #ticking: Promise<void> = Promise.resolve();
  #flushedMs = Number.NEGATIVE_INFINITY;
  #tickMs = 0;

  constructor(options: SamplerOptions) {
    this.#options = options;
    this.#source = options.clock ?? systemClock;
    this.#clock = new HostClock(this.#source, options.onClockStep);
  }

  /** Milliseconds the last tick took. */
  get tickMs(): number {
    return this.#tickMs;
  }

  async start(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    // The first reading is the base of rates.
    await this.tick();
    this.#schedule();
  }

  async stop(): Promise<void> {
    this.#running = false;
    clearTimeout(this.#timer);
    await this.#ticking;
    this.#flush();
    this.#options.collectors.close();
  }

  #schedule(): void {
    if (!this.#running) return;
    const delay = untilNextTick(this.#source.wallMs(), this.#options.intervalMs, this.#options.offsetMs);
    this.#timer = setTimeout(() => {
      this.#ticking = this.tick();
      this.#schedule();
    }, delay);
  }

  /** One tick now, and a flush when it is time. */
  async tick(): Promise<void> {
    const tick = this.#clock.tick();
    const late = this.#options.collectors.run(tick);
    if (late !== undefined) await withLimit(late, WAIT_FOR_LATE_MS);
    // Half an interval of slack: a timer that fires early must not move a flush by a whole tick.
    const due = tick.monotonicMs - this.#flushedMs >= this.#options.flushIntervalMs - this.#options.intervalMs / 2;
    if (due) {
      this.#flushedMs = tick.monotonicMs;
      this.#flush();
    }
    this.#tickMs = this.#source.monotonicMs() - tick.monotonicMs;
  }

  #flush(): void {
    const frames = this.#options.collectors.take();
    this.#options.onFlush(frames, Math.floor(this.#source.wallMs() * 1000));
  }
}

async function withLimit(promise: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([promise, limit]);
  clearTimeout(timer);
}
