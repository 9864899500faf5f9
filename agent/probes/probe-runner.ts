// Runs the probes of an agent: each at its interval from a random start, few at a time, and makes a row of each window.
import { platform } from 'node:os';
import type { FrameColumns } from '../../core/common/frame.ts';
import { fault } from '../../core/node/faults.ts';
import { type ClockSource, HostClock, systemClock } from '../host/host-clock.ts';
import { Attempts, type Begin } from './attempts.ts';
import { NameCache } from './name-cache.ts';
import { PingProgram } from './ping-program.ts';
import { failedWith, toProbeError } from './probe-error.ts';
import { type ProbeOrigin, type ProbeRow, toProbeFrame, toRow } from './probe-frame.ts';
import { PROBE_LIMITS, type ProbeOutcome, type ProbeSpec } from './probe-spec.ts';
import { ProbeWindow } from './probe-window.ts';
import { createProber } from './probers.ts';

/** Between two starts: what was held up, by sleep or by a busy machine, does not go out at once. */
const START_GAP_MS = 1000 / PROBE_LIMITS.samplesPerSecond;
/** Rows that wait for a flush. */
const MAX_ROWS = 20_000;

export interface ProbeReports {
  /** `ping` cannot be used: TCP stands in for it. */
  pingUnusable(reason: string): void;
  /** So many rows were more than are kept between two flushes. */
  rowsLeftOut(rows: number, limit: number): void;
}

export interface ProbeRunnerOptions {
  reports: ProbeReports;
  clock?: ClockSource;
  /** From 0 to 1. */
  random?: () => number;
  /** Default `ping`, from PATH. */
  pingCommand?: string;
}

interface Active {
  readonly spec: ProbeSpec;
  window: ProbeWindow;
  windowEndMs: number;
  /** Of the next sample; Infinity while one is under way or where samples come by themselves. */
  dueMs: number;
  /** By what samples are made. */
  method: string;
  ping: PingProgram | undefined;
  begin: Promise<Begin> | undefined;
  removed: boolean;
}

export class ProbeRunner {
  readonly #options: ProbeRunnerOptions;
  readonly #source: ClockSource;
  readonly #clock: HostClock;
  readonly #names: NameCache;
  readonly #attempts = new Attempts();
  readonly #active = new Map<string, Active>();
  #origin: ProbeOrigin = { country: '', region: '' };
  #rows: ProbeRow[] = [];
  #leftOut = 0;
  #pingUnusable: boolean;
  #startedMs = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ProbeRunnerOptions) {
    this.#options = options;
    this.#source = options.clock ?? systemClock;
    // Elsewhere the program has other options.
    this.#pingUnusable = platform() !== 'linux' && options.pingCommand === undefined;
    // The sampler tells of a clock that steps; here it only keeps times from being given twice.
    this.#clock = new HostClock(this.#source, () => undefined);
    this.#names = new NameCache(() => this.#source.monotonicMs());
  }

  /** From now on these. One that stays as it was goes on with its window; the window of one that goes is closed. */
  apply(specs: readonly ProbeSpec[], origin: ProbeOrigin): void {
    const wanted = new Map(specs.map((spec) => [JSON.stringify(spec), spec]));
    for (const [key, active] of this.#active) if (!wanted.has(key)) this.#remove(key, active);
    this.#origin = origin;
    for (const [key, spec] of wanted) if (!this.#active.has(key)) this.#add(key, spec);
    this.#arm();
  }

  /** The rows of the windows that ended since the last call. */
  take(): FrameColumns | undefined {
    const rows = this.#rows;
    this.#rows = [];
    if (this.#leftOut > 0) this.#options.reports.rowsLeftOut(this.#leftOut, MAX_ROWS);
    this.#leftOut = 0;
    return toProbeFrame(rows);
  }

  /** Ends all samples and closes all windows; `take` gives them. */
  stop(): void {
    for (const [key, active] of this.#active) this.#remove(key, active);
    clearTimeout(this.#timer);
    this.#attempts.cancelAll();
  }

  #add(key: string, spec: ProbeSpec): void {
    const delayMs = (this.#options.random ?? Math.random)() * spec.interval;
    const startMs = this.#source.monotonicMs() + delayMs;
    const active: Active = {
      spec,
      window: new ProbeWindow(),
      windowEndMs: startMs + spec.window,
      dueMs: startMs,
      method: spec.kind,
      ping: undefined,
      begin: undefined,
      removed: false,
    };
    this.#active.set(key, active);
    if (spec.kind !== 'icmp') return;
    if (this.#pingUnusable) active.method = 'tcp';
    else this.#startPing(active, delayMs);
  }

  #startPing(active: Active, delayMs: number): void {
    const { spec } = active;
    const { pingCommand } = this.#options;
    active.dueMs = Number.POSITIVE_INFINITY;
    active.ping = new PingProgram({
      host: spec.target,
      intervalMs: spec.interval,
      timeoutMs: spec.timeout,
      resolve: (name) => this.#names.resolveAll(name),
      onOutcome: (outcome) => this.#record(active, outcome),
      onUnusable: (reason) => this.#usePingNoMore(reason),
      ...(pingCommand === undefined ? {} : { command: pingCommand }),
    });
    active.ping.start(delayMs);
  }

  #usePingNoMore(reason: string): void {
    if (this.#pingUnusable) return;
    this.#pingUnusable = true;
    this.#options.reports.pingUnusable(reason);
    const now = this.#source.monotonicMs();
    for (const active of this.#active.values()) {
      if (active.ping === undefined) continue;
      active.ping.stop();
      active.ping = undefined;
      active.method = 'tcp';
      active.dueMs = now + (this.#options.random ?? Math.random)() * active.spec.interval;
    }
    this.#arm();
  }

  #remove(key: string, active: Active): void {
    this.#active.delete(key);
    active.ping?.stop();
    this.#close(active, this.#clock.tick().timeUs);
    active.removed = true;
  }

  #record(active: Active, outcome: ProbeOutcome): void {
    if (!active.removed) active.window.add(outcome);
  }

  #close(active: Active, timeUs: number): void {
    const { window, spec, method } = active;
    active.window = new ProbeWindow();
    // A window without any sample, as after a sleep, is a gap.
    if (window.samples === 0) return;
    if (this.#rows.length >= MAX_ROWS) this.#leftOut++;
    else this.#rows.push(toRow(spec, this.#origin, window, method, timeUs));
  }

  /** Sets the one timer to what comes next. */
  #arm(): void {
    clearTimeout(this.#timer);
    if (this.#active.size === 0) return;
    const full = this.#attempts.size >= PROBE_LIMITS.concurrent;
    let nextMs = Number.POSITIVE_INFINITY;
    for (const { dueMs, windowEndMs } of this.#active.values()) {
      const startMs = full ? Number.POSITIVE_INFINITY : Math.max(dueMs, this.#startedMs + START_GAP_MS);
      nextMs = Math.min(nextMs, startMs, windowEndMs);
    }
    this.#timer = setTimeout(() => this.#wake(), Math.max(1, nextMs - this.#source.monotonicMs()));
  }

  #wake(): void {
    const now = this.#source.monotonicMs();
    this.#closeWindows(now);
    let next: Active | undefined;
    for (const active of this.#active.values()) if (active.dueMs <= now && active.dueMs < (next?.dueMs ?? Infinity)) next = active;
    const room = this.#attempts.size < PROBE_LIMITS.concurrent && now - this.#startedMs >= START_GAP_MS;
    if (next !== undefined && room) this.#sample(next, now).catch(fault);
    this.#arm();
  }

  #closeWindows(now: number): void {
    let timeUs: number | undefined;
    for (const active of this.#active.values()) {
      if (active.windowEndMs > now) continue;
      timeUs ??= this.#clock.tick().timeUs;
      this.#close(active, timeUs);
      active.windowEndMs += Math.ceil((now - active.windowEndMs + 1) / active.spec.window) * active.spec.window;
    }
  }

  async #sample(active: Active, now: number): Promise<void> {
    this.#startedMs = now;
    const { spec } = active;
    // Samples keep to their grid; those that could not be begun in time are left out, not made up for.
    const nextMs = active.dueMs + Math.ceil((now - active.dueMs + 1) / spec.interval) * spec.interval;
    active.dueMs = Number.POSITIVE_INFINITY;
    try {
      active.begin ??= createProber(spec, this.#names);
      const begin = await active.begin;
      const outcome = active.removed ? undefined : await this.#attempts.run(spec.timeout, begin);
      if (outcome !== undefined) this.#record(active, outcome);
    } catch (error) {
      // A program that was replaced while it runs finds no module of its own any more. The next sample tries again.
      active.begin = undefined;
      this.#record(active, { ...failedWith(toProbeError(error)), answered: false });
    } finally {
      active.dueMs = nextMs;
      this.#arm();
    }
  }
}
