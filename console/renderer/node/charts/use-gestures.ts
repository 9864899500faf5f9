// What the gestures of the charts mean for the time of the whole window.
import { useMemo, useRef } from 'react';
import { useConsole } from '../../state/console-state.ts';
import { pastRange, type TimeRange } from '../../state/time-range.ts';
import type { NodeFeed } from '../node-feed.ts';
import type { ChartGestures } from './chart-gestures.ts';

/** Nothing was ever measured before. */
const EARLIEST_MS = Date.UTC(2000, 0);
const LEAST_SPAN_MS = 1000;

export function useGestures(feed: NodeFeed): ChartGestures {
  const { time, fleet, returnToLive } = useConsole();
  /** What was shown before the first gesture, and what the last one made of it: set elsewhere since, there is no way back to it. */
  const before = useRef<TimeRange | undefined>(undefined);
  const made = useRef<TimeRange | undefined>(undefined);
  return useMemo(() => {
    const go = (range: TimeRange | undefined): void => {
      if (range === undefined) return;
      if (before.current === undefined || time.get() !== made.current) before.current = time.get();
      made.current = range;
      time.set(range);
    };
    return {
      onZoom: (from, to) => go(pastRange(Math.round(from * 1000), Math.round(to * 1000), fleet.now())),
      onMove: (from, to) => {
        const toMs = Math.min(to * 1000, fleet.now());
        const fromMs = Math.max(EARLIEST_MS, toMs - Math.max(LEAST_SPAN_MS, (to - from) * 1000));
        feed.move({ fromMs: Math.round(fromMs), toMs: Math.round(Math.max(toMs, fromMs + LEAST_SPAN_MS)) });
      },
      onMoved: () => {
        const { fromMs, toMs } = feed.bounds.get();
        // Moved to the end of time: live again.
        const live = toMs >= fleet.now() - (toMs - fromMs) / 200;
        go(live ? { kind: 'live', spanMs: toMs - fromMs } : pastRange(fromMs, toMs, fleet.now()));
      },
      onReset: () => {
        if (before.current === undefined || time.get() !== made.current) returnToLive();
        else time.set(before.current);
        before.current = undefined;
      },
    };
  }, [feed, time, fleet, returnToLive]);
}
