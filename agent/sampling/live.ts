// Live samples for whoever watches: at the rate of a lease, past the spool, until the lease ends by itself.
import { fault } from '../../core/node/faults.ts';
import { encodeLiveSamples } from '../../proto/batch-codec.ts';
import type { Lease } from '../../proto/gen/messages.ts';
import type { Collector } from '../host/collector.ts';
import { type ClockSource, HostClock, systemClock } from '../host/host-clock.ts';
import { CollectorSet, SILENT_REPORTS } from './collector-set.ts';
import { LIVE_TIMING } from './collector-timing.ts';

const MIN_INTERVAL_MS = 100;
const MAX_DURATION_MS = 60_000;

export interface LiveOptions {
  /** New collectors of these measurements (all where empty): rates need readings of their own. */
  createCollectors(measurements: readonly string[]): Collector[];
  /** False where the stream is not ready: the sample is left out, the next one is newer. */
  send(message: Buffer): boolean;
  clock?: ClockSource;
}

/** At most one lease at a time: a later one replaces it. */
export class LiveSampling {
  readonly #options: LiveOptions;
  readonly #source: ClockSource;
  #set: CollectorSet | undefined;
  #measurements = '';
  #intervalMs = 0;
  #untilMs = 0;
  #clock: HostClock;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: LiveOptions) {
    this.#options = options;
    this.#source = options.clock ?? systemClock;
    this.#clock = this.#newClock();
  }

  get active(): boolean {
    return this.#set !== undefined;
  }

  lease(lease: Lease): void {
    const { measurements, intervalMs, durationMs } = lease;
    if (durationMs === 0) {
      this.stop();
      return;
    }
    this.#untilMs = this.#source.monotonicMs() + Math.min(durationMs, MAX_DURATION_MS);
    const before = this.#intervalMs;
    this.#intervalMs = Math.max(MIN_INTERVAL_MS, intervalMs);
    const wanted = measurements.join(' ');
    if (this.#set !== undefined && wanted === this.#measurements) {
      // Somebody wants it quicker: not only after the slow wait that is under way.
      if (this.#intervalMs < before) this.#schedule(this.#intervalMs);
      return;
    }
    this.stop();
    this.#measurements = wanted;
    this.#clock = this.#newClock();
    this.#set = new CollectorSet(this.#options.createCollectors(measurements), SILENT_REPORTS, LIVE_TIMING, this.#source.wallMs());
    this.#tick();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#set?.close();
    this.#set = undefined;
  }

  #newClock(): HostClock {
    return new HostClock(this.#source, () => undefined);
  }

  #tick(): void {
    const set = this.#set;
    if (set === undefined) return;
    const tick = this.#clock.tick();
    if (tick.monotonicMs >= this.#untilMs) {
      this.stop();
      return;
    }
    set.run(tick)?.catch(fault);
    const frames = set.take();
    if (frames.length > 0) this.#options.send(encodeLiveSamples(this.#source.wallMs() * 1000, frames));
    const took = this.#source.monotonicMs() - tick.monotonicMs;
    this.#schedule(Math.max(10, this.#intervalMs - took));
  }

  #schedule(delayMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#tick(), delayMs);
  }
}
