// How many rows of a batch the database will replace by a later one with the same key. The slow way, for the rare batch that needs it.

import type { TimeWindow } from '../../core/common/row-time.ts';
import type { DecodedFrame } from '../../proto/batch-codec.ts';
import type { SeriesEntry } from './series-cache.ts';

/** `entries` has, for each frame, the series that were taken; series of one table and equal tags are the same object. */
export function countMerged(
  frames: readonly DecodedFrame[],
  entries: readonly (readonly (SeriesEntry | undefined)[])[],
  window: TimeWindow,
): number {
  const seen = new Map<SeriesEntry, Set<number>>();
  let merged = 0;
  for (const [i, frame] of frames.entries()) {
    const rows = frame.timeUs.length;
    for (let row = 0; row < rows; row++) {
      const entry = entries[i]?.[frame.seriesIndex[row] as number];
      const time = frame.timeUs[row] as number;
      if (entry === undefined || !(time >= window.oldestUs && time <= window.newestUs) || hasInfinite(frame, row, rows)) continue;
      let times = seen.get(entry);
      if (times === undefined) {
        times = new Set();
        seen.set(entry, times);
      }
      if (times.has(time)) merged++;
      else times.add(time);
    }
  }
  return merged;
}

function hasInfinite(frame: DecodedFrame, row: number, rows: number): boolean {
  for (let at = row; at < frame.values.length; at += rows) {
    const value = frame.values[at] as number;
    if (value === Infinity || value === -Infinity) return true;
  }
  return false;
}
