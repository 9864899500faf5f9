// What the gestures of the charts mean for the time of the whole window.
import type { Store } from '../../state/store.ts';
import { type Bounds, pastRange, type TimeRange } from '../../state/time-range.ts';
import type { ChartGestures } from './chart-gestures.ts';

/** Nothing was ever measured before. */
const EARLIEST_MS = Date.UTC(2000, 0);
const LEAST_SPAN_MS = 1000;

export interface GestureParts {
  time: Store<TimeRange>;
  /** What the charts show while a hand moves them. */
  bounds: Store<Bounds>;
  move(bounds: Bounds): void;
  now(): number;
  returnToLive(): void;
}

export function timeGestures({ time, bounds, move, now, returnToLive }: GestureParts): ChartGestures {
  /** What was shown before the first gesture, and what the last one made of it: set elsewhere since, there is no way back to it. */
  let before: TimeRange | undefined;
  let made: TimeRange | undefined;
  const go = (range: TimeRange | undefined): void => {
    if (range === undefined) return;
    if (before === undefined || time.get() !== made) before = time.get();
    made = range;
    time.set(range);
  };
  return {
    onZoom: (from, to) => go(pastRange(Math.round(from * 1000), Math.round(to * 1000), now())),
    onMove: (from, to) => {
      const toMs = Math.min(to * 1000, now());
      const fromMs = Math.max(EARLIEST_MS, toMs - Math.max(LEAST_SPAN_MS, (to - from) * 1000));
      move({ fromMs: Math.round(fromMs), toMs: Math.round(Math.max(toMs, fromMs + LEAST_SPAN_MS)) });
    },
    onMoved: () => {
      const { fromMs, toMs } = bounds.get();
      // Moved to the end of time: live again.
      const live = toMs >= now() - (toMs - fromMs) / 200;
      go(live ? { kind: 'live', spanMs: toMs - fromMs } : pastRange(fromMs, toMs, now()));
    },
    onReset: () => {
      if (before === undefined || time.get() !== made) returnToLive();
      else time.set(before);
      before = undefined;
    },
  };
}
