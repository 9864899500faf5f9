// A Parquet file as a source of rows.
import type { FileHandle } from 'node:fs/promises';
import { MusterError } from '../../../common/muster-error.ts';
import { BatchBuilder } from '../batch-builder.ts';
import { shownHeader } from '../column-names.ts';
import { fingerprint } from '../fingerprint.ts';
import { type ImportMapping, planMapping, type WantedMapping } from '../import-mapping.ts';
import type { ImportSource } from '../import-source.ts';
import { BROKEN_TEXT } from '../text-rows.ts';
import { ColumnCursor, type Window } from './column-cursor.ts';
import { assertTimeKind, type ColumnKind, isMeasured } from './column-kind.ts';
import { sampleReading, timeReading } from './column-readings.ts';
import { parquetError } from './parquet-error.ts';
import { openParquetFile, type ParquetColumn, type ParquetFile } from './parquet-file.ts';
import { findFolds, SECOND } from './parquet-folds.ts';
import { ParquetImport } from './parquet-import.ts';

const SAMPLE_ROWS = 1000;
const LATER_CELLS = 200;
const WINDOW_ROWS = 16_384;

/** Throws `malformed` for a file that is cut off or damaged. */
export async function openParquet(path: string): Promise<ImportSource> {
  const { handle, bytes, file } = await openParquetFile(path);
  try {
    const samples = await readSamples(path, file);
    return {
      path,
      bytes,
      format: 'parquet',
      description: `Parquet, ${file.rows} rows in ${file.groups.length} row groups, ${file.codecs.join(' and ') || 'no codec'}`,
      fingerprint: await fingerprint(handle, bytes),
      plan: (wanted) => plan(path, file, samples, wanted),
      read: async (options, from) => {
        const opened = await openParquetFile(path);
        try {
          return new ParquetImport(path, opened, options, { from, folds: await findFolds(path, opened, options.mapping) });
        } catch (error) {
          await opened.handle.close();
          throw error;
        }
      },
      assertReadable: (mapping) => assertReadable(path, mapping),
      newestUs: (mapping) => newestUs(path, mapping),
    };
  } finally {
    await handle.close();
  }
}

function plan(path: string, file: ParquetFile, { rows, later }: Samples, wanted: WantedMapping): ImportMapping {
  if (file.rows === 0 && wanted.fields.length + wanted.texts.length === 0)
    throw new MusterError('invalid_argument', `${path} has no rows: its columns alone store nothing`);
  const [other] = file.others;
  // Who names the fields knows the file; else a column that is silently left out would be missed later.
  if (other !== undefined && wanted.fields.length === 0)
    throw new MusterError(
      'invalid_argument',
      `column ${JSON.stringify(other.name)} of ${path} is ${other.problem}: flatten it, or name the columns to take with --fields and --tags`,
    );
  if (file.columns.length === 0) throw new MusterError('malformed', `${path} has no column that can be taken`);
  const wantedTime = file.columns.find(({ name }) => name === wanted.timeColumn);
  if (wantedTime !== undefined) assertTimeKind(wantedTime.kind, wantedTime.name);
  const bytes = file.columns.filter((column, i) => isBytes(column, rows, later, i));
  const mapping = planMapping(
    file.columns.map((column) => column.name),
    rows,
    wanted,
    path,
    columnsOf(file, ({ is }) => is === 'text' || is === 'uuid' || is === 'clock'),
    { numbers: columnsOf(file, isMeasured), later, useless: new Map(bytes.map(({ name }) => [name, 'it holds bytes that are no text'])) },
  );
  const time = file.columns[mapping.time.column] as ParquetColumn;
  assertTimeKind(time.kind, time.name);
  const clock = file.columns.find(({ kind }) => kind.is === 'clock');
  if (wanted.timeColumn === '' && time.kind.is === 'day' && clock !== undefined)
    throw new MusterError(
      'invalid_argument',
      `the time is in two columns, ${shownHeader(time.name)} and ${shownHeader(clock.name)}: write one of both, or take the beginning of each day with --time ${time.name}`,
    );
  return {
    ...mapping,
    leftOut: [
      ...mapping.leftOut.map((each) => (bytes.some(({ name }) => name === each.header) ? { ...each, lost: true as const } : each)),
      ...file.others.map(({ name, problem }) => ({ header: name, reason: `it is ${problem}` })),
    ],
  };
}

/** A column that does not say it holds texts, and holds none. */
function isBytes({ kind, element }: ParquetColumn, rows: Samples['rows'], later: Samples['later'], column: number): boolean {
  if (kind.is !== 'text' || element.converted_type !== undefined || element.logical_type !== undefined) return false;
  return rows.some((row) => row[column] === BROKEN_TEXT) || later.get(column)?.includes(BROKEN_TEXT) === true;
}

function columnsOf(file: ParquetFile, is: (kind: ColumnKind) => boolean): Set<number> {
  return new Set(file.columns.flatMap(({ kind }, i) => (is(kind) ? [i] : [])));
}

interface Samples {
  /** The first rows as texts; numbers for booleans, which they become. */
  rows: string[][];
  /** Of columns that have none in the first rows, and whose type alone does not say what they are. */
  later: Map<number, string[]>;
}

async function readSamples(path: string, file: ParquetFile): Promise<Samples> {
  const [group] = file.groups.filter((each) => each.rows > 0);
  const later = new Map<number, string[]>();
  if (group === undefined) return { rows: [], later };
  const rows = Math.min(SAMPLE_ROWS, group.rows);
  const { handle, bytes } = await openParquetFile(path);
  try {
    const columns: string[][] = [];
    for (const [i, column] of file.columns.entries()) {
      const { name, element, kind } = column;
      const { reading, text } = sampleReading(kind);
      const window = reading.make(rows);
      const meta = group.chunks.get(name);
      if (meta === undefined) continue;
      try {
        await new ColumnCursor(handle, bytes, element, meta, reading).read(window, rows);
      } catch (error) {
        throw parquetError(`column ${JSON.stringify(name)} in the first row group of ${path}`, error);
      }
      const cells = Array.from<Window[number], string>(window, text);
      columns.push(cells);
      if (!isMeasured(kind) && cells.every((cell) => cell === '')) later.set(i, await laterCells(path, handle, bytes, file, column));
    }
    return { rows: Array.from({ length: rows }, (_, row) => columns.map((column) => column[row]!)), later };
  } finally {
    await handle.close();
  }
}

/** Some cells of a column, wherever they first come. */
async function laterCells(path: string, handle: FileHandle, bytes: number, file: ParquetFile, column: ParquetColumn): Promise<string[]> {
  const { reading, text } = sampleReading(column.kind);
  const window = reading.make(WINDOW_ROWS);
  const found: string[] = [];
  for (const [i, group] of file.groups.entries()) {
    const meta = group.chunks.get(column.name);
    if (meta === undefined || group.rows === 0) continue;
    try {
      const cursor = new ColumnCursor(handle, bytes, column.element, meta, reading);
      for (let row = 0; row < group.rows; row += WINDOW_ROWS) {
        const rows = Math.min(WINDOW_ROWS, group.rows - row);
        await cursor.read(window, rows);
        for (let at = 0; at < rows && found.length < LATER_CELLS; at++) {
          const cell = text(window[at] as Window[number]);
          if (cell !== '') found.push(cell);
        }
        if (found.length >= LATER_CELLS) return found;
      }
    } catch (error) {
      throw parquetError(`column ${JSON.stringify(column.name)} in row group ${i + 1} of ${path}`, error);
    }
  }
  return found;
}

/** Reads every page of the columns that are taken: any of them may be damaged. */
async function assertReadable(path: string, mapping: ImportMapping): Promise<void> {
  const builder = new BatchBuilder({ measurement: '', tags: [], fields: [], identity: '', onBatch: () => undefined });
  const window = { oldestUs: 0, newestUs: 0 };
  const options = { builder, mapping, shiftUs: 0, window, onRefused: () => undefined };
  const reader = new ParquetImport(path, await openParquetFile(path), options, { checksOnly: true });
  try {
    while (await reader.next()) {
      // What is wrong with a page is thrown.
    }
  } finally {
    await reader.close();
  }
}

async function newestUs(path: string, { time }: ImportMapping): Promise<number> {
  const { handle, bytes, file } = await openParquetFile(path);
  try {
    const column = file.columns[time.column] as ParquetColumn;
    const reading = timeReading(column.kind, time.format, time.zone, SECOND);
    const window = reading.make(WINDOW_ROWS);
    let newest = Number.NEGATIVE_INFINITY;
    for (const [i, group] of file.groups.entries()) {
      const meta = group.chunks.get(column.name);
      if (meta === undefined || group.rows === 0) continue;
      try {
        const cursor = new ColumnCursor(handle, bytes, column.element, meta, reading);
        for (let row = 0; row < group.rows; row += WINDOW_ROWS) {
          const rows = Math.min(WINDOW_ROWS, group.rows - row);
          await cursor.read(window, rows);
          for (let at = 0; at < rows; at++) if (window[at]! > newest) newest = window[at]!;
        }
      } catch (error) {
        throw parquetError(`column ${JSON.stringify(column.name)} in row group ${i + 1} of ${path}`, error);
      }
    }
    return Number.isFinite(newest) ? newest : Number.NaN;
  } finally {
    await handle.close();
  }
}
