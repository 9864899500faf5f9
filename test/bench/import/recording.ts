// The recordings of the import benchmark: ten tags and ten values a row, a hundred hosts, as CSV and as its twin in Parquet.

import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { type ExportCell, type ExportColumn, ParquetExport } from '../../../core/node/export/parquet-export.ts';
import { FIELDS, RowMaker, TAGS } from '../pipeline/rows.ts';

export interface Recording {
  rows: number;
  /** Sums of the values in hundredths, which are whole numbers: exact in any order. */
  sums: readonly number[];
}

interface Rows {
  timeUs: Float64Array;
  tags: string[][];
  /** In hundredths. */
  values: Int32Array[];
}

/** Writes at least so many bytes of CSV. */
export async function writeCsv(path: string, bytes: number, startUs: number): Promise<Recording> {
  const file = createWriteStream(path, { highWaterMark: 1024 * 1024 });
  const sums = FIELDS.map(() => 0);
  let rows = 0;
  file.write(`time,node_id,${TAGS.join(',')},${FIELDS.join(',')}\n`);
  let written = 0;
  const maker = new RowMaker(0, startUs);
  while (written < bytes) {
    const piece = nextRows(maker);
    const lines = piece.tags.map((tags, row) => {
      const time = `${new Date((piece.timeUs[row] as number) / 1000).toISOString().slice(0, -1)}000Z`;
      return `${time},${tags[0]},${tags.join(',')},${piece.values.map((column) => (column[row] as number) / 100).join(',')}\n`;
    });
    addSums(sums, piece);
    rows += lines.length;
    const text = lines.join('');
    written += text.length;
    if (!file.write(text)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'finish');
  return { rows, sums };
}

/** The same rows. */
export async function writeParquet(path: string, { rows }: Recording, startUs: number): Promise<void> {
  const columns: ExportColumn[] = [
    { name: 'time', type: 'time' },
    ...['node_id', ...TAGS].map((name): ExportColumn => ({ name, type: 'text' })),
    ...FIELDS.map((name): ExportColumn => ({ name, type: 'double' })),
  ];
  const file = await open(path, 'w');
  const parquet = new ParquetExport(columns, async (bytes) => void (await file.writeFile(bytes)));
  const maker = new RowMaker(0, startUs);
  while (parquet.rows < rows) {
    const { timeUs, tags, values } = nextRows(maker);
    const names: ExportCell[][] = TAGS.map((_, i) => tags.map((row) => row[i] as string));
    await parquet.add([
      [...timeUs],
      names[0] as ExportCell[],
      ...names,
      ...values.map((column) => Array.from(column, (value) => value / 100)),
    ]);
  }
  await parquet.end();
  await file.close();
}

function nextRows(maker: RowMaker): Rows {
  const frame = maker.next();
  const rows = frame.timeUs.length;
  return {
    timeUs: frame.timeUs,
    tags: Array.from(frame.seriesIndex, (index) => [...(frame.series[index] as readonly string[])]),
    values: FIELDS.map((_, field) =>
      Int32Array.from(frame.values.subarray(field * rows, (field + 1) * rows), (value) => Math.round(value * 100)),
    ),
  };
}

function addSums(sums: number[], { values }: Rows): void {
  for (const [field, column] of values.entries()) for (const value of column) sums[field] = (sums[field] as number) + value;
}
