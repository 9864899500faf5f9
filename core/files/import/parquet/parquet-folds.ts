// Which pass of the hour a row is of, where clocks were set back: found before the file is read, as the order of all rows of a series tells it.
import { FoldRows } from '../fold-rows.ts';
import type { ImportMapping } from '../import-mapping.ts';
import { type FoldChoice, hasChanges } from '../time/time-zone.ts';
import { ColumnCursor, type ColumnReading, type Window } from './column-cursor.ts';
import { TextIds, timeReading } from './column-readings.ts';
import { parquetError } from './parquet-error.ts';
import type { OpenedParquet, ParquetColumn } from './parquet-file.ts';

/** Of a local time that comes twice: the earlier moment, and the later one. */
export const FIRST: FoldChoice = (firstUs) => firstUs;
export const SECOND: FoldChoice = (_, secondUs) => secondUs;

const WINDOW_ROWS = 8192;

/** By row, from 1: true for the second pass. Rows that nothing tells are missing; undefined where no time comes twice. */
export async function findFolds(path: string, opened: OpenedParquet, mapping: ImportMapping): Promise<Map<number, boolean> | undefined> {
  const { time, node, tags } = mapping;
  if (!hasChanges(time.zone)) return undefined;
  const columnOf = (index: number): ParquetColumn => opened.file.columns[index] as ParquetColumn;
  const column = columnOf(time.column);
  const times = [FIRST, SECOND].map((choose) => ({ column, reading: timeReading(column.kind, time.format, time.zone, choose) }));
  let found = false;
  await eachWindow(path, opened, times, ([first, second], rows) => {
    for (let i = 0; i < rows && !found; i++) found = isTwice(first?.[i] as number, second?.[i] as number);
    return !found;
  });
  if (!found) return undefined;
  const named = [...(node.column < 0 ? [] : [node.column]), ...tags.map((tag) => tag.column)].map(columnOf);
  const names = named.map((each) => ({ column: each, reading: new TextIds(each.kind) }));
  const folds = new FoldRows();
  await eachWindow(path, opened, [...times, ...names], ([first, second, ...ids], rows, before) => {
    for (let i = 0; i < rows; i++) {
      const [firstUs, secondUs] = [first?.[i] as number, second?.[i] as number];
      if (!Number.isFinite(firstUs)) continue;
      const series = ids.map((window) => window[i]).join(' ');
      if (isTwice(firstUs, secondUs)) folds.add(series, before + i + 1, firstUs, firstUs, secondUs);
      else folds.add(series, before + i + 1, firstUs);
    }
    return true;
  });
  return folds.choices();
}

function isTwice(firstUs: number, secondUs: number): boolean {
  return firstUs !== secondUs && Number.isFinite(firstUs);
}

type Numbers = Float64Array | Uint32Array;

interface Wanted {
  column: ParquetColumn;
  reading: ColumnReading<Float64Array> | ColumnReading<Uint32Array>;
}

/** Hands out the columns side by side, until `take` answers false. */
async function eachWindow(
  path: string,
  { handle, bytes, file }: OpenedParquet,
  wanted: readonly Wanted[],
  take: (windows: Numbers[], rows: number, before: number) => boolean,
): Promise<void> {
  let before = 0;
  for (const [g, group] of file.groups.entries()) {
    const tracks = wanted.map(({ column, reading }) => {
      const meta = group.chunks.get(column.name);
      const cursor = meta && new ColumnCursor<Window>(handle, bytes, column.element, meta, reading as unknown as ColumnReading<Window>);
      return { column, cursor, window: reading.make(WINDOW_ROWS) };
    });
    for (let row = 0; row < group.rows; row += WINDOW_ROWS) {
      const rows = Math.min(WINDOW_ROWS, group.rows - row);
      for (const { column, cursor, window } of tracks) {
        try {
          await cursor?.read(window, rows);
        } catch (error) {
          throw parquetError(`column ${JSON.stringify(column.name)} in row group ${g + 1} of ${path}`, error);
        }
      }
      if (
        !take(
          tracks.map(({ window }) => window),
          rows,
          before + row,
        )
      )
        return;
    }
    before += group.rows;
  }
}
