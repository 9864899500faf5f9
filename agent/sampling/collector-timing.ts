// When each collector runs: at the wall clock's multiples of its interval, moved by the node's own offset.
import type { Collector } from '../host/collector.ts';
import { tickNumber, untilNextTick } from '../host/host-clock.ts';

/** What decides how often a collector runs. */
export interface CollectorTiming {
  /** Of those that `intervals` does not name. 0: whenever the set is run. */
  intervalMs: number;
  /** By measurement. */
  intervals: Readonly<Record<string, number | undefined>>;
  /** Moves this node's ticks within an interval, so that a fleet does not speak at once. */
  offsetMs: number;
  /** Measurements that are not wanted now. */
  disabled: readonly string[];
  /** While somebody watches: a collector's own least interval is the one for that. */
  live: boolean;
}

export const EVERY_TICK: CollectorTiming = { intervalMs: 0, intervals: {}, offsetMs: 0, disabled: [], live: false };
export const LIVE_TIMING: CollectorTiming = { ...EVERY_TICK, live: true };

/** As the configuration says. `phase` is this node's place within an interval, 0 to 1. */
export function timingAtRest(
  config: { interval: number; collectorIntervals: CollectorTiming['intervals']; collectorsDisabled: readonly string[] },
  phase: number,
): CollectorTiming {
  const { interval: intervalMs, collectorIntervals: intervals, collectorsDisabled: disabled } = config;
  return { intervalMs, intervals, offsetMs: phase * intervalMs, disabled, live: false };
}

/** A slower one is not run just because a watcher came: its newest row is not older than it would be otherwise. */
const AT_ONCE_WHEN_WATCHED_MS = 10_000;

/** The schedule of one collector. */
export class Schedule {
  readonly intervalMs: number;
  readonly #offsetMs: number;
  #tick: number | undefined;

  constructor(collector: Pick<Collector, 'measurement' | 'intervalMs' | 'liveIntervalMs'>, timing: CollectorTiming, wallMs?: number) {
    const { measurement, intervalMs = 0, liveIntervalMs = intervalMs } = collector;
    const least = timing.live ? liveIntervalMs : intervalMs;
    this.intervalMs = Math.max(least, timing.intervals[measurement] ?? timing.intervalMs);
    this.#offsetMs = timing.offsetMs;
    const waits = wallMs !== undefined && timing.live && least > AT_ONCE_WHEN_WATCHED_MS;
    if (waits) this.#tick = tickNumber(wallMs, this.intervalMs, this.#offsetMs);
  }

  /** Is it time? True once a tick; the first time at once. */
  due(wallMs: number): boolean {
    if (this.intervalMs === 0) return true;
    const tick = tickNumber(wallMs, this.intervalMs, this.#offsetMs);
    if (tick === this.#tick) return false;
    this.#tick = tick;
    return true;
  }

  untilNextMs(wallMs: number): number {
    return untilNextTick(wallMs, this.intervalMs, this.#offsetMs);
  }
}
