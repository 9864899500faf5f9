// How a stretch of time is cut into steps and blocks, so that what was fetched serves again when the window moves.

/** Steps that people read, seconds: those the gateway chooses from. */
const STEPS_SECONDS = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 432_000, 864_000,
];
/** Points of a series in a window at most: no more than twice its pixels on the narrowest screen. */
const MAX_POINTS = 960;
export const POINTS_PER_BLOCK = 512;

export interface Step {
  seconds: number;
  /** A point is a row as it was measured. */
  raw: boolean;
}

/** The finest step that keeps to the points, none finer than `leastSeconds`, in which there are samples. */
export function stepFor(spanMs: number, leastSeconds: number): Step {
  const wanted = spanMs / 1000 / MAX_POINTS;
  const seconds = STEPS_SECONDS.find((step) => step >= Math.max(wanted, leastSeconds)) ?? (STEPS_SECONDS.at(-1) as number);
  return { seconds, raw: wanted <= leastSeconds };
}

/** One block of a series: `index` counts from 1970 in lengths of a block. */
export interface Block {
  step: Step;
  index: number;
}

export function blockLengthMs({ seconds }: Step): number {
  return seconds * POINTS_PER_BLOCK * 1000;
}

export function blockBounds({ step, index }: Block): { fromMs: number; toMs: number } {
  const length = blockLengthMs(step);
  return { fromMs: index * length, toMs: (index + 1) * length };
}

/** The blocks of a stretch, and those just before and after it. */
export function blocksOf(fromMs: number, toMs: number, step: Step): { shown: Block[]; beside: Block[] } {
  const length = blockLengthMs(step);
  const first = Math.floor(fromMs / length);
  const last = Math.floor((toMs - 1) / length);
  const shown = Array.from({ length: last - first + 1 }, (_, at) => ({ step, index: first + at }));
  return { shown, beside: [first - 1, last + 1].map((index) => ({ step, index })) };
}
