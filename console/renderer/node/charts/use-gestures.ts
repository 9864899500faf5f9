// The gestures of a node's charts, over the window's time.
import { useMemo } from 'react';
import { useConsole } from '../../state/console-state.ts';
import type { NodeFeed } from '../node-feed.ts';
import type { ChartGestures } from './chart-gestures.ts';
import { timeGestures } from './time-gestures.ts';

export function useGestures(feed: NodeFeed): ChartGestures {
  const { time, fleet, returnToLive } = useConsole();
  return useMemo(
    () => timeGestures({ time, returnToLive, bounds: feed.bounds, move: (bounds) => feed.move(bounds), now: () => fleet.now() }),
    [feed, time, fleet, returnToLive],
  );
}
