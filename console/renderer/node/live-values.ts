// Reads the newest values out of a live frame.
import type { FrameColumns } from '../../../core/common/frame.ts';

export interface Together {
  /** A series with `except` as this tag's value is left out. */
  tag: string;
  except: string;
  how: 'sum' | 'max';
}

/** The values of `fields` in the frame's newest row whose tags match; over all such series where `together` says how. NaN where there is none. */
export function newestValues(
  frame: FrameColumns,
  fields: readonly string[],
  tags: Readonly<Record<string, string>>,
  together?: Together,
): number[] {
  const values = fields.map(() => Number.NaN);
  const newest = newestTime(frame);
  for (let row = 0; row < frame.timeUs.length; row++) {
    if (frame.timeUs[row] !== newest || !holds(frame, row, tags, together)) continue;
    for (let i = 0; i < fields.length; i++) {
      const column = frame.fields.indexOf(fields[i] as string);
      const value = column < 0 ? Number.NaN : (frame.values[column * frame.timeUs.length + row] as number);
      values[i] = merge(values[i] as number, value, together?.how);
    }
  }
  return values;
}

/** Unix microseconds of the newest row; NaN where there is none. */
export function newestTime(frame: FrameColumns): number {
  return frame.timeUs[frame.timeUs.length - 1] ?? Number.NaN;
}

function holds(frame: FrameColumns, row: number, tags: Readonly<Record<string, string>>, together: Together | undefined): boolean {
  const series = frame.series[frame.seriesIndex[row] as number] ?? [];
  for (let i = 0; i < frame.tags.length; i++) {
    const wanted = tags[frame.tags[i] as string];
    if (wanted !== undefined && series[i] !== wanted) return false;
    if (together !== undefined && together.except !== '' && frame.tags[i] === together.tag && series[i] === together.except) return false;
  }
  return true;
}

function merge(before: number, value: number, how: Together['how'] | undefined): number {
  if (Number.isNaN(before) || how === undefined) return value;
  if (Number.isNaN(value)) return before;
  return how === 'sum' ? before + value : Math.max(before, value);
}
