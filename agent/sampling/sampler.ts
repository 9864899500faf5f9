// Ticks whenever a collector is due, by the wall clock, and hands over what the collectors gave, once a flush interval.

import type { FrameColumns } from '../../core/common/frame.ts';
import type { Component } from '../../core/node/lifecycle.ts';
import { type ClockSource, HostClock, systemClock } from '../host/host-clock.ts';
import type { CollectorSet } from './collector-set.ts';

/** With no collector at all, the uplink's notices still go out. */
const MAX_PAUSE_MS = 60_000;

/** How long a flush waits for collectors that answer asynchronously. */
const WAIT_FOR_LATE_MS = 200;
const FLUSH_SLACK_MS = 50;

export interface SamplerOptions {
  /** Frames of several ticks are joined until this much time has passed. */
  flushIntervalMs: number;
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
  #flushIntervalMs: number;

  constructor(options: SamplerOptions) {
    this.#options = options;
    this.#flushIntervalMs = options.flushIntervalMs;
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

  /** From the next flush on. */
  setFlushInterval(ms: number): void {
    this.#flushIntervalMs = ms;
  }

  /** Takes up new intervals now rather than after the next tick. */
  reschedule(): void {
    clearTimeout(this.#timer);
    this.#schedule();
  }

  #schedule(): void {
    if (!this.#running) return;
    const delay = Math.min(MAX_PAUSE_MS, this.#options.collectors.untilNextMs(this.#source.wallMs()));
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
    // Slack: a timer that fires early must not move a flush by a whole tick.
    const due = tick.monotonicMs - this.#flushedMs >= this.#flushIntervalMs - FLUSH_SLACK_MS;
    if (due) {
      this.#flushedMs = tick.monotonicMs;
      this.#flush();
    }
    this.#tickMs = this.#source.monotonicMs() - tick.monotonicMs;
  }

  /** Hands over now what would have waited for its time. */
  flushNow(): void {
    this.#flushedMs = this.#source.monotonicMs();
    this.#flush();
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
