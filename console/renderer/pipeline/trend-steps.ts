// The lines below the stations of the path: the last ten minutes in steps, and in words from when on they are known. Pure.
import { formatClock } from '../widgets/format.ts';

export const TREND_MINUTES = 10;
const STEP_MS = 10_000;
const STEPS = (TREND_MINUTES * 60_000) / STEP_MS;
/** A sample stands for so long: samples come each 10 s, and late ones too. */
const HELD_MS = 25_000;
/** Begun so shortly after the first step, it is known from the first step on. */
const WHOLE_MS = 30_000;

export interface Trend {
  /** A value a step, NaN where nobody knows. */
  values: readonly number[];
  /** Of the oldest sample; undefined where there is none. */
  sinceMs: number | undefined;
}

export interface TrendSample {
  timeMs: number;
  /** NaN where it was not known. */
  value: number;
}

export const NO_TREND: Trend = { values: [], sinceMs: undefined };

/** Samples of each instance in the order of time; instances are added up at each step. */
export function trendOf(instances: readonly (readonly TrendSample[])[], nowMs: number): Trend {
  const values = Array.from({ length: STEPS }, (_, step) => {
    const toMs = nowMs - (STEPS - 1 - step) * STEP_MS;
    const held = instances.flatMap((own) => own.findLast(({ timeMs }) => timeMs <= toMs && toMs - timeMs <= HELD_MS) ?? []);
    const known = held.filter(({ value }) => !Number.isNaN(value));
    return known.length === 0 ? Number.NaN : known.reduce((total, { value }) => total + value, 0);
  });
  const times = instances.flatMap((own) => own.find(({ value }) => !Number.isNaN(value))?.timeMs ?? []);
  return { values, sinceMs: times.length === 0 ? undefined : Math.min(...times) };
}

/** `CPU, 10 min`; `lag, known since 17:36:20` where the line begins within them; `CPU, not known`. */
export function trendWords(name: string, { sinceMs }: Pick<Trend, 'sinceMs'>, nowMs: number): string {
  if (sinceMs === undefined) return `${name}, not known`;
  if (nowMs - sinceMs >= TREND_MINUTES * 60_000 - WHOLE_MS) return `${name}, ${TREND_MINUTES} min`;
  return `${name}, known since ${formatClock(sinceMs)}`;
}
