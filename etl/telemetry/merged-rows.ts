// Rows of a batch that have the same time, node and tags: how many, and the one row that they become. The slow way, for the rare batch that needs it.

import type { TimeWindow } from '../../core/common/row-time.ts';
import type { DecodedFrame } from '../../proto/batch-codec.ts';
import { type CheckedFrame, type RowGroup, RowGroups } from './row-groups.ts';
import { valuesOfRow } from './row-values.ts';

/** Counts them in the batch's account and gives the groups whose row has values of several: the last row alone does not have them all. */
export function unitedRows(frames: readonly CheckedFrame[], window: TimeWindow): RowGroup[] {
  const groups = new RowGroups();
  for (const from of frames) {
    const { frame, entries } = from;
    const rows = frame.timeUs.length;
    for (let row = 0; row < rows; row++) {
      const entry = entries[frame.seriesIndex[row]!];
      const time = frame.timeUs[row]!;
      if (entry === undefined || !(time >= window.oldestUs && time <= window.newestUs) || hasInfinite(frame, row, rows)) continue;
      groups.add(from, row, entry);
    }
  }
  return [...groups].filter(hasMoreThanItsLast);
}

function hasMoreThanItsLast({ united, from, row }: RowGroup): boolean {
  if (united === undefined) return false;
  const last = valuesOfRow(from.frame, row);
  return united.fields.size > last.fields.size || united.texts.size > last.texts.size;
}

function hasInfinite(frame: DecodedFrame, row: number, rows: number): boolean {
  for (let at = row; at < frame.values.length; at += rows) {
    const value = frame.values[at]!;
    if (value === Infinity || value === -Infinity) return true;
  }
  return false;
}
