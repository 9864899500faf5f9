import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { expect, test } from 'vitest';
import type { ExportColumn } from './parquet-export.ts';
import { createColumnWriter, type RowFormat } from './row-writer.ts';

const COLUMNS: ExportColumn[] = [
  { name: 'timestamp', type: 'time' },
  { name: 'busy', type: 'double' },
  { name: 'host "x"', type: 'text' },
];
const CELLS = [
  [1_700_000_000_000_001, 1_700_000_001_000_000],
  [1.5, Number.NaN],
  ['=cmd|, "a"\n', null],
];

async function written(format: RowFormat): Promise<Buffer> {
  const parts: Buffer[] = [];
  const writer = createColumnWriter(format, COLUMNS, async (data) => {
    parts.push(typeof data === 'string' ? Buffer.from(data) : Buffer.from(data));
  });
  await writer.add(CELLS);
  await writer.add(COLUMNS.map(() => []));
  await writer.end();
  return Buffer.concat(parts);
}

test('CSV quotes every text, leaves null empty and writes times as ISO', async () => {
  expect((await written('csv')).toString()).toBe(
    'timestamp,busy,"host ""x"""\r\n2023-11-14T22:13:20.000001Z,1.5,"=cmd|, ""a""\n"\r\n2023-11-14T22:13:21.000000Z,,\r\n',
  );
});

test('NDJSON has a line a row', async () => {
  const lines = (await written('ndjson')).toString().trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    { timestamp: '2023-11-14T22:13:20.000001Z', busy: 1.5, 'host "x"': '=cmd|, "a"\n' },
    { timestamp: '2023-11-14T22:13:21.000000Z', busy: null, 'host "x"': null },
  ]);
});

test('Parquet reads back the same', async () => {
  const bytes = await written('parquet');
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
  const rows = await parquetReadObjects({ file, compressors });
  expect(rows).toMatchObject([
    { busy: 1.5, 'host "x"': '=cmd|, "a"\n' },
    { busy: null, 'host "x"': null },
  ]);
});
