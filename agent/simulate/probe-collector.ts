// The collector of a simulated probe: one row a run, a given number of times, and when each was.
import { type Place, PROBE_KIND, PROBE_TABLE, PROBE_TAGS, probeName, probeValues } from '../../core/common/probe-places.ts';
import type { Collector, RowSink, Tick } from '../host/collector.ts';

export class ProbeCollector implements Collector {
  readonly measurement = PROBE_TABLE;
  readonly tags: readonly string[] = PROBE_TAGS;
  readonly fields: readonly string[] = ['latency_ms', 'packet_loss', 'uptime_pct'];
  /** Of each sample, Unix µs. */
  readonly timesUs: number[] = [];
  readonly #place: Place;
  readonly #samples: number;
  readonly #done: () => void;

  constructor(place: Place, samples: number, done: () => void) {
    this.#place = place;
    this.#samples = samples;
    this.#done = done;
  }

  collect(rows: RowSink, tick: Tick): void {
    if (this.timesUs.length >= this.#samples) return;
    const { country, region } = this.#place;
    rows.add([probeName(this.#place), PROBE_KIND, country, region], Object.values(probeValues(this.#place, Math.random)));
    this.timesUs.push(tick.timeUs);
    if (this.timesUs.length === this.#samples) this.#done();
  }

  close(): void {
    // It holds nothing open.
  }
}
