// Runs some collectors at each tick and keeps one that fails from holding the others.
import type { FrameColumns } from '../../core/common/frame.ts';
import { MusterError, messageOf } from '../../core/common/muster-error.ts';
import type { Collector, Tick } from '../host/collector.ts';
import { type CollectorTiming, EVERY_TICK, Schedule } from './collector-timing.ts';
import { FrameBuilder } from './frame-builder.ts';

const HANG_LIMIT_MS = 2000;
const TRY_AGAIN_AFTER_MS = 60_000;

/** What happened to a collector, for the event log. */
export interface CollectorReports {
  /** It threw or hung; it is tried again every minute. */
  unavailable(collector: string, reason: string): void;
  /** This machine does not have what it reads, which is no fault; it is looked for again every minute. */
  absent(collector: string, reason: string): void;
  /** It works again. */
  available(collector: string): void;
  /** Some of its rows could not be read. */
  incomplete(collector: string, problem: string): void;
  /** It had `leftOut` rows more than its cap in one tick. */
  capped(collector: string, leftOut: number, cap: number): void;
}

/** For those who only want the rows: what a collector cannot do is told by the samples at rest. */
export const SILENT_REPORTS: CollectorReports = {
  unavailable: () => undefined,
  absent: () => undefined,
  available: () => undefined,
  incomplete: () => undefined,
  capped: () => undefined,
};

interface Slot {
  readonly collector: Collector;
  schedule: Schedule;
  disabled: boolean;
  builder: FrameBuilder;
  /** Since when an asynchronous run is under way. */
  runningSinceMs: number | undefined;
  state: 'good' | 'unavailable' | 'absent';
  tryAgainMs: number;
  capped: boolean;
  problems: ReadonlySet<string>;
  /** What is told once for good, though it come and go: at most a sentence for each field. */
  refusals: Set<string>;
  /** Of builders that were replaced. */
  refusedBefore: number;
}

/** Collectors with the rows they gave since the last `take`. */
export class CollectorSet {
  readonly #slots: Slot[];
  readonly #reports: CollectorReports;

  constructor(collectors: readonly Collector[], reports: CollectorReports, timing = EVERY_TICK, wallMs?: number) {
    this.#reports = reports;
    this.#slots = collectors.map((collector) => ({
      collector,
      schedule: new Schedule(collector, timing, wallMs),
      disabled: timing.disabled.includes(collector.measurement),
      builder: new FrameBuilder(collector),
      runningSinceMs: undefined,
      state: 'good',
      tryAgainMs: 0,
      capped: false,
      problems: new Set<string>(),
      refusals: new Set<string>(),
      refusedBefore: 0,
    }));
  }

  /** Other intervals, or other collectors wanted, from the next tick on. */
  apply(timing: CollectorTiming): void {
    for (const slot of this.#slots) {
      const disabled = timing.disabled.includes(slot.collector.measurement);
      if (disabled && !slot.disabled) {
        slot.collector.close();
        slot.state = 'good';
        slot.tryAgainMs = 0;
      }
      slot.disabled = disabled;
      slot.schedule = new Schedule(slot.collector, timing);
    }
  }

  /** Milliseconds until one of the collectors is due, or one that is under way would count as hanging. */
  untilNextMs(wallMs: number): number {
    let least = Number.POSITIVE_INFINITY;
    for (const { collector, disabled, schedule, runningSinceMs, state } of this.#slots) {
      if (disabled) continue;
      const hangs = runningSinceMs === undefined || state !== 'good' ? Number.POSITIVE_INFINITY : limitOf(collector) + 1;
      least = Math.min(least, hangs, schedule.untilNextMs(wallMs));
    }
    return least;
  }

  /** Collectors that are unavailable now. */
  get failed(): number {
    return this.#slots.reduce((count, slot) => count + (slot.state === 'unavailable' ? 1 : 0), 0);
  }

  /** Values that were left out because they cannot be. */
  get refusedValues(): number {
    return this.#slots.reduce((count, slot) => count + slot.refusedBefore + slot.builder.refused, 0);
  }

  /** Runs all that are due. The promise, where there is one, settles when those that had to wait are done; it never rejects. */
  run(tick: Tick): Promise<unknown> | undefined {
    const waiting: Promise<void>[] = [];
    const wallMs = tick.timeUs / 1000;
    for (const slot of this.#slots) {
      if (slot.disabled) continue;
      const due = slot.schedule.due(wallMs);
      if (slot.runningSinceMs !== undefined) {
        this.#checkHanging(slot, slot.runningSinceMs, tick);
      } else if (due && tick.monotonicMs >= slot.tryAgainMs) {
        const promise = this.#runOne(slot, tick);
        if (promise !== undefined) waiting.push(promise);
      }
    }
    return waiting.length === 0 ? undefined : Promise.all(waiting);
  }

  #runOne(slot: Slot, tick: Tick): Promise<void> | undefined {
    const { builder } = slot;
    builder.beginTick(tick.timeUs);
    let result: void | Promise<void>;
    try {
      result = slot.collector.collect(builder, tick);
    } catch (error) {
      this.#fail(slot, error, tick);
      return undefined;
    }
    if (result === undefined) {
      this.#succeed(slot);
      return undefined;
    }
    slot.runningSinceMs = tick.monotonicMs;
    return result.then(
      () => this.#finish(slot, builder, () => this.#succeed(slot)),
      (error: unknown) => this.#finish(slot, builder, () => this.#fail(slot, error, tick)),
    );
  }

  #finish(slot: Slot, builder: FrameBuilder, then: () => void): void {
    slot.runningSinceMs = undefined;
    // A builder that was replaced belongs to a run that was given up: its outcome is known already.
    if (slot.builder === builder) then();
  }

  #checkHanging(slot: Slot, sinceMs: number, tick: Tick): void {
    const limitMs = limitOf(slot.collector);
    if (slot.state === 'unavailable' || tick.monotonicMs - sinceMs < limitMs) return;
    // What the late run still adds goes into a builder that nobody takes from. It is not started again before it ends.
    slot.refusedBefore += slot.builder.refused;
    slot.builder = new FrameBuilder(slot.collector);
    this.#fail(slot, new MusterError('deadline_exceeded', `no answer within ${limitMs} ms`), tick);
  }

  #fail(slot: Slot, error: unknown, tick: Tick): void {
    slot.tryAgainMs = tick.monotonicMs + TRY_AGAIN_AFTER_MS;
    const state = error instanceof MusterError && error.code === 'not_found' ? 'absent' : 'unavailable';
    if (slot.state === state) return;
    slot.state = state;
    this.#reports[state](slot.collector.measurement, messageOf(error));
  }

  #succeed(slot: Slot): void {
    const { builder, collector } = slot;
    if (slot.state !== 'good') {
      slot.state = 'good';
      this.#reports.available(collector.measurement);
    }
    const capped = builder.leftOut > 0;
    if (capped && !slot.capped) this.#reports.capped(collector.measurement, builder.leftOut, builder.maxRows);
    slot.capped = capped;
    if (builder.problems.length === 0 && slot.problems.size === 0) return;
    for (const problem of builder.problems) {
      if (slot.problems.has(problem) || slot.refusals.has(problem)) continue;
      if (builder.isRefusal(problem)) slot.refusals.add(problem);
      this.#reports.incomplete(collector.measurement, problem);
    }
    slot.problems = new Set(builder.problems);
  }

  /** The frames since the last call. A collector that is still under way gives its rows next time. */
  take(): FrameColumns[] {
    const frames: FrameColumns[] = [];
    for (const slot of this.#slots) {
      if (slot.runningSinceMs !== undefined) continue;
      const frame = slot.builder.take();
      if (frame !== undefined) frames.push(frame);
    }
    return frames;
  }

  close(): void {
    for (const slot of this.#slots) slot.collector.close();
  }
}

function limitOf({ limitMs = HANG_LIMIT_MS }: Collector): number {
  return limitMs;
}
