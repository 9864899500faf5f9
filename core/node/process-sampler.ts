// What this process costs: CPU, memory, and how late its timers are. Read by whoever reports it.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { ProcessSample } from '../common/streams.ts';

/** The histogram counts from the timer's own resolution on: what is beyond it is lateness. */
const RESOLUTION_MS = 10;
const NANOS_PER_MS = 1e6;

export class ProcessSampler {
  readonly #delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  #cpu = process.cpuUsage();
  #atMs = performance.now();

  constructor() {
    this.#delay.enable();
  }

  /** Over the time since the last call. */
  take(timeUs = Date.now() * 1000): ProcessSample {
    const nowMs = performance.now();
    const { user, system } = process.cpuUsage(this.#cpu);
    const elapsedMs = Math.max(1, nowMs - this.#atMs);
    const { rss, heapUsed } = process.memoryUsage();
    const late = (nanos: number): number => Math.max(0, nanos / NANOS_PER_MS - RESOLUTION_MS);
    const sample = {
      timeUs,
      cpuPercent: (user + system) / 10 / elapsedMs,
      rssBytes: rss,
      heapUsedBytes: heapUsed,
      eventLoopP99Ms: this.#delay.count === 0 ? 0 : late(this.#delay.percentile(99)),
      eventLoopMaxMs: this.#delay.count === 0 ? 0 : late(this.#delay.max),
    };
    this.#cpu = process.cpuUsage();
    this.#atMs = nowMs;
    this.#delay.reset();
    return sample;
  }

  stop(): void {
    this.#delay.disable();
  }
}
