// Turns the lines of a running `ping` into outcomes, one an echo. Echoes leave at a fixed interval, longer than the timeout, so that an
// earlier echo is decided before the next one leaves.
import { failedWith } from './probe-error.ts';
import type { ProbeOutcome } from './probe-spec.ts';

/** What one line says of one echo. */
export interface PingLine {
  seq: number;
  /** NaN where a router said that the target cannot be reached. */
  latencyMs: number;
}

/** Lines of iputils (`icmp_seq=`) and BusyBox (`seq=`, from 0); undefined for every other line. */
export function parsePingLine(line: string): PingLine | undefined {
  if (line.includes('DUP!')) return undefined;
  const found = /\b(icmp_)?seq=(\d+)\b(?:.*\btime[=<]([\d.]+) ?ms)?/.exec(line);
  if (found === null) return undefined;
  const seq = Number(found[2]) + (found[1] === undefined ? 1 : 0);
  if (found[3] !== undefined) return { seq, latencyMs: Number(found[3]) };
  return /unreachable|prohibited|unknown host/i.test(line) ? { seq, latencyMs: Number.NaN } : undefined;
}

export interface PingTrackerOptions {
  intervalMs: number;
  timeoutMs: number;
  onOutcome(outcome: ProbeOutcome): void;
}

export class PingTracker {
  readonly #options: PingTrackerOptions;
  /** When the echo of this number left, as far as known. */
  #anchor = { seq: 1, ms: 0 };
  /** All echoes up to this one are decided. */
  #decided = 0;

  constructor(options: PingTrackerOptions) {
    this.#options = options;
  }

  /** A program was started, which counts from 1. */
  started(nowMs: number): void {
    this.#anchor = { seq: 1, ms: nowMs };
    this.#decided = 0;
  }

  line(line: PingLine, nowMs: number): void {
    if (line.seq <= this.#decided) return;
    this.#lose(line.seq - 1);
    this.#decided = line.seq;
    if (Number.isNaN(line.latencyMs)) {
      this.#options.onOutcome(failedWith('unreachable'));
      return;
    }
    this.#anchor = { seq: line.seq, ms: nowMs - line.latencyMs };
    const late = line.latencyMs > this.#options.timeoutMs;
    this.#options.onOutcome(late ? failedWith('timed_out') : { latencyMs: line.latencyMs, answered: true, up: true, error: '' });
  }

  /** Decides what should have been answered by now. Half an interval of patience more: a program may start slowly. */
  tick(nowMs: number): void {
    const { intervalMs, timeoutMs } = this.#options;
    const since = nowMs - this.#anchor.ms - timeoutMs - intervalMs / 2;
    if (since >= 0) this.#lose(this.#anchor.seq + Math.floor(since / intervalMs));
  }

  #lose(upTo: number): void {
    for (; this.#decided < upTo; this.#decided++) this.#options.onOutcome(failedWith('timed_out'));
  }
}
