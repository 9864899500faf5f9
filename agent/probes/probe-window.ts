// What the samples of one window say together. Knows nothing of sockets or clocks.
import type { ProbeOutcome } from './probe-spec.ts';

/** Names of the values of a row, in their order. */
export const PROBE_FIELDS = [
  'latency_ms',
  'latency_min_ms',
  'latency_max_ms',
  'latency_mean_ms',
  'jitter_ms',
  'packet_loss',
  'uptime_pct',
  'samples',
  'status',
  'ttfb_ms',
  'tls_ms',
  'tls_days_left',
] as const;

/** Takes the samples of a window as they end; holds sums alone. */
export class ProbeWindow {
  #samples = 0;
  #answered = 0;
  #up = 0;
  #measured = 0;
  #sum = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;
  #last = Number.NaN;
  #steps = 0;
  #stepSum = 0;
  #status = Number.NaN;
  #ttfbMs = Number.NaN;
  #tlsMs = Number.NaN;
  #tlsDaysLeft = Number.NaN;
  #error = '';

  get samples(): number {
    return this.#samples;
  }

  /** Of the newest sample that was not good; empty where all were. */
  get error(): string {
    return this.#error;
  }

  add(outcome: ProbeOutcome): void {
    this.#samples++;
    if (outcome.answered) this.#answered++;
    if (outcome.up) this.#up++;
    if (outcome.error !== '') this.#error = outcome.error;
    if (!Number.isNaN(outcome.latencyMs)) this.#measure(outcome.latencyMs);
    this.#status = outcome.status ?? this.#status;
    this.#ttfbMs = outcome.ttfbMs ?? this.#ttfbMs;
    this.#tlsMs = outcome.tlsMs ?? this.#tlsMs;
    this.#tlsDaysLeft = outcome.tlsDaysLeft ?? this.#tlsDaysLeft;
  }

  #measure(latencyMs: number): void {
    if (!Number.isNaN(this.#last)) {
      this.#steps++;
      this.#stepSum += Math.abs(latencyMs - this.#last);
    }
    this.#last = latencyMs;
    this.#measured++;
    this.#sum += latencyMs;
    this.#min = Math.min(this.#min, latencyMs);
    this.#max = Math.max(this.#max, latencyMs);
  }

  /** In the order of `PROBE_FIELDS`. Jitter is the mean distance of one latency to the one before. */
  values(): number[] {
    const any = this.#measured > 0;
    return [
      this.#last,
      any ? this.#min : Number.NaN,
      any ? this.#max : Number.NaN,
      any ? this.#sum / this.#measured : Number.NaN,
      this.#steps > 0 ? this.#stepSum / this.#steps : Number.NaN,
      percent(this.#samples - this.#answered, this.#samples),
      percent(this.#up, this.#samples),
      this.#samples,
      this.#status,
      this.#ttfbMs,
      this.#tlsMs,
      this.#tlsDaysLeft,
    ];
  }
}

function percent(part: number, whole: number): number {
  return whole === 0 ? Number.NaN : (part / whole) * 100;
}
