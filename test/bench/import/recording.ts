// The recordings of the import benchmark: ten tags and ten values a row, a hundred hosts, as CSV and as its twin in Parquet.

import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FrameColumns } from '../../../core/common/frame.ts';
import { type ExportCell, type ExportColumn, ParquetExport } from '../../../core/files/export/parquet-export.ts';
import { FIELDS, RowMaker, TAGS } from '../pipeline/rows.ts';

export interface Recording {
  rows: number;
  /** Sums of the values in hundredths, which are whole numbers: exact in any order. */
  sums: readonly number[];
}

/** Every value there is, in hundredths, as text: a gigabyte is written in a few seconds. */
const TEXTS = Array.from({ length: 10_001 }, (_, hundredths) => String(hundredths / 100));

/** Writes at least so many bytes of CSV. */
export async function writeCsv(path: string, bytes: number, startUs: number): Promise<Recording> {
  const file = createWriteStream(path, { highWaterMark: 1024 * 1024 });
  const sums = FIELDS.map(() => 0);
  let rows = 0;
  file.write(`time,node_id,${TAGS.join(',')},${FIELDS.join(',')}\n`);
  let written = 0;
  const maker = new RowMaker(0, startUs);
  while (written < bytes) {
    const text = toLines(maker.next(), sums);
    rows += text.rows;
    written += text.lines.length;
    if (!file.write(text.lines)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'finish');
  return { rows, sums };
}

function toLines({ series, seriesIndex, timeUs, values }: FrameColumns, sums: number[]): { rows: number; lines: string } {
  const rows = timeUs.length;
  const names = series.map((tags) => `,${tags[0]},${tags.join(',')}`);
  let lines = '';
  let time = '';
  for (let row = 0; row < rows; row++) {
    if (timeUs[row] !== timeUs[row - 1]) time = `${new Date((timeUs[row] as number) / 1000).toISOString().slice(0, -1)}000Z`;
    lines += time + (names[seriesIndex[row] as number] as string);
    for (let field = 0; field < FIELDS.length; field++) {
      const hundredths = Math.round((values[field * rows + row] as number) * 100);
      sums[field] = (sums[field] as number) + hundredths;
      lines += `,${TEXTS[hundredths]}`;
    }
    lines += '\n';
  }
  return { rows, lines };
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
    const { series, seriesIndex, timeUs, values } = maker.next();
    const names: ExportCell[][] = TAGS.map((_, i) => Array.from(seriesIndex, (index) => series[index]?.[i] as string));
    const cells = FIELDS.map((_, field) =>
      Array.from(values.subarray(field * timeUs.length, (field + 1) * timeUs.length), (value) => Math.round(value * 100) / 100),
    );
    await parquet.add([[...timeUs], names[0] as ExportCell[], ...names, ...cells]);
  }
  await parquet.end();
  await file.close();
}
