// The span that was live last: what the window returns to from the past.
import type { Store } from './store.ts';
import { FIRST_SPAN_MS, type TimeRange } from './time-range.ts';

/** Follows the time, beginning with the one that it has now, which the window's address may name. */
export function keepLiveSpan(time: Store<TimeRange>): () => number {
  let spanMs = FIRST_SPAN_MS;
  const take = (): void => {
    const range = time.get();
    if (range.kind === 'live') spanMs = range.spanMs;
  };
  take();
  time.subscribe(take);
  return () => spanMs;
}
