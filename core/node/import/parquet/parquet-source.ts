// A Parquet file as a source of rows.
import { MusterError } from '../../../common/muster-error.ts';
import { BatchBuilder } from '../batch-builder.ts';
import { fingerprint } from '../fingerprint.ts';
import { type ImportMapping, planMapping, type WantedMapping } from '../import-mapping.ts';
import type { ImportSource } from '../import-source.ts';
import { ColumnCursor, type Window } from './column-cursor.ts';
import { assertTimeKind } from './column-kind.ts';
import { sampleReading, timeReading } from './column-readings.ts';
import { parquetError } from './parquet-error.ts';
import { openParquetFile, type ParquetColumn, type ParquetFile } from './parquet-file.ts';
import { ParquetImport } from './parquet-import.ts';

const SAMPLE_ROWS = 1000;
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
      read: async (options, from) => new ParquetImport(path, await openParquetFile(path), options, from),
      assertReadable: (mapping) => assertReadable(path, mapping),
      newestUs: (mapping) => newestUs(path, mapping),
    };
  } finally {
    await handle.close();
  }
}

function plan(path: string, file: ParquetFile, samples: string[][], wanted: WantedMapping): ImportMapping {
  const [other] = file.others;
  // Who names the fields knows the file; else a column that is silently left out would be missed later.
  if (other !== undefined && wanted.fields.length === 0)
    throw new MusterError(
      'invalid_argument',
      `column ${JSON.stringify(other.name)} of ${path} is ${other.problem}: flatten it, or name the columns to take with --fields and --tags`,
    );
  if (file.columns.length === 0) throw new MusterError('malformed', `${path} has no column that can be taken`);
  const mapping = planMapping(
    file.columns.map((column) => column.name),
    samples,
    wanted,
    path,
    new Set(file.columns.flatMap(({ kind }, i) => (kind.is === 'text' || kind.is === 'uuid' ? [i] : []))),
  );
  const time = file.columns[mapping.time.column] as ParquetColumn;
  assertTimeKind(time.kind, time.name);
  return {
    ...mapping,
    leftOut: [...mapping.leftOut, ...file.others.map(({ name, problem }) => ({ header: name, reason: `it is ${problem}` }))],
  };
}

/** The first rows as texts; numbers for booleans, which they become. */
async function readSamples(path: string, file: ParquetFile): Promise<string[][]> {
  const [group] = file.groups.filter((each) => each.rows > 0);
  if (group === undefined) return [];
  const rows = Math.min(SAMPLE_ROWS, group.rows);
  const { handle, bytes } = await openParquetFile(path);
  try {
    const columns: string[][] = [];
    for (const { name, element, kind } of file.columns) {
      const { reading, text } = sampleReading(kind);
      const window = reading.make(rows);
      const meta = group.chunks.get(name);
      if (meta === undefined) continue;
      try {
        await new ColumnCursor(handle, bytes, element, meta, reading).read(window, rows);
      } catch (error) {
        throw parquetError(`column ${JSON.stringify(name)} in the first row group of ${path}`, error);
      }
      columns.push(Array.from<Window[number], string>(window, text));
    }
    return Array.from({ length: rows }, (_, row) => columns.map((column) => column[row] as string));
  } finally {
    await handle.close();
  }
}

/** Reads every page of the columns that are taken: any of them may be damaged. */
async function assertReadable(path: string, mapping: ImportMapping): Promise<void> {
  const builder = new BatchBuilder({ measurement: '', tags: [], fields: [], identity: '', onBatch: () => undefined });
  const window = { oldestUs: 0, newestUs: 0 };
  const options = { builder, mapping, shiftUs: 0, window, onRefused: () => undefined };
  const reader = new ParquetImport(path, await openParquetFile(path), options, undefined, true);
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
    const reading = timeReading(column.kind, time.format, time.zone);
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
          for (let at = 0; at < rows; at++) if ((window[at] as number) > newest) newest = window[at] as number;
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
