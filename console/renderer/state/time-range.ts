// The window's time: live with a span that ends now, or a fixed stretch of the past. Pure; the one in use is in the window's state.

export type TimeRange = { kind: 'live'; spanMs: number } | { kind: 'past'; fromMs: number; toMs: number };

/** Short enough that a fleet that started minutes ago fills its charts. An address without a time means it. */
export const FIRST_SPAN_MS = 900_000;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export const SPANS: readonly { label: string; spanMs: number }[] = [
  { label: 'last 5 min', spanMs: 5 * MINUTE },
  { label: 'last 15 min', spanMs: 15 * MINUTE },
  { label: 'last 30 min', spanMs: 30 * MINUTE },
  { label: 'last 1 h', spanMs: HOUR },
  { label: 'last 3 h', spanMs: 3 * HOUR },
  { label: 'last 6 h', spanMs: 6 * HOUR },
  { label: 'last 24 h', spanMs: DAY },
  { label: 'last 7 d', spanMs: 7 * DAY },
  { label: 'last 30 d', spanMs: 30 * DAY },
];

/** The steps a chart may be sampled by, in seconds. */
const STEPS_SECONDS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 43_200, 86_400];
const MAX_POINTS = 800;

export interface Bounds {
  fromMs: number;
  toMs: number;
}

/** What the range means now. */
export function boundsOf(range: TimeRange, nowMs: number): Bounds {
  return range.kind === 'live' ? { fromMs: nowMs - range.spanMs, toMs: nowMs } : { fromMs: range.fromMs, toMs: range.toMs };
}

export function spanOf(range: TimeRange): number {
  return range.kind === 'live' ? range.spanMs : range.toMs - range.fromMs;
}

/** The same span, one span earlier or later; later than now is live again. */
export function shifted(range: TimeRange, spans: number, nowMs: number): TimeRange {
  const { fromMs, toMs } = boundsOf(range, nowMs);
  const by = spans * (toMs - fromMs);
  if (toMs + by >= nowMs) return { kind: 'live', spanMs: toMs - fromMs };
  return { kind: 'past', fromMs: fromMs + by, toMs: toMs + by };
}

/** Live where the stretch ends now or later, as nobody has samples of the future; none where all of it lies there. */
export function pastRange(fromMs: number, toMs: number, nowMs: number): TimeRange | undefined {
  if (!Number.isFinite(fromMs) || !Number.isFinite(toMs) || Math.min(toMs, nowMs) - fromMs < 1000) return undefined;
  return toMs >= nowMs ? { kind: 'live', spanMs: nowMs - fromMs } : { kind: 'past', fromMs, toMs };
}

/** Seconds a point stands for, so that a chart of the span has a bounded number of points and none finer than the node samples. */
export function sampleStepSeconds(spanMs: number, intervalMs: number): number {
  const least = Math.max(spanMs / 1000 / MAX_POINTS, intervalMs / 1000);
  return STEPS_SECONDS.find((step) => step >= least) ?? (STEPS_SECONDS.at(-1) as number);
}

/** `SAMPLE BY` takes `30s`, `5m`, `1h`, `1d`. */
export function sampleBy(stepSeconds: number): string {
  if (stepSeconds % 86_400 === 0) return `${stepSeconds / 86_400}d`;
  if (stepSeconds % 3600 === 0) return `${stepSeconds / 3600}h`;
  if (stepSeconds % 60 === 0) return `${stepSeconds / 60}m`;
  return `${stepSeconds}s`;
}

/** What a point of the chart is, in words. */
export function tierInWords(stepSeconds: number, intervalMs: number): string {
  if (stepSeconds * 1000 <= intervalMs) return `raw · ${stepSeconds} s`;
  const { value, unit } = stepInWords(stepSeconds);
  return `averages of ${value} ${unit}`;
}

function stepInWords(seconds: number): { value: number; unit: string } {
  if (seconds % 86_400 === 0) return { value: seconds / 86_400, unit: 'd' };
  if (seconds % 3600 === 0) return { value: seconds / 3600, unit: 'h' };
  if (seconds % 60 === 0) return { value: seconds / 60, unit: 'min' };
  return { value: seconds, unit: 's' };
}

/** `last 1 h` for a known span, else its length. */
export function spanInWords(spanMs: number): string {
  const known = SPANS.find((span) => span.spanMs === spanMs);
  if (known !== undefined) return known.label;
  if (spanMs < 2 * MINUTE) return `${Math.round(spanMs / 1000)} s`;
  if (spanMs < 2 * HOUR) return `${Math.round(spanMs / MINUTE)} min`;
  if (spanMs < 2 * DAY) return `${Math.round(spanMs / HOUR)} h`;
  return `${Math.round(spanMs / DAY)} d`;
}
