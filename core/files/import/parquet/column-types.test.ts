// What a column becomes is what its schema says, whatever stands in its first rows.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { ColumnMetaData, SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { expect, it } from 'vitest';
import { textAt } from '../../../common/frame.ts';
import { BatchBuilder } from '../batch-builder.ts';
import type { WantedMapping } from '../import-mapping.ts';
import { openSource } from '../open-source.ts';
import { ColumnCursor } from './column-cursor.ts';
import { textReading } from './column-readings.ts';
import { decimalNumbers, decimalTexts } from './decimals.ts';
import { openParquetFile, type ParquetColumn } from './parquet-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'muster-types-'));
const FIRST_US = Date.UTC(2026, 10, 20, 8) * 1000;
type Column = Omit<SchemaElement, 'name'> & { data: unknown[] };
const TIME = (rows: number): Column => ({
  ...{ type: 'INT64', converted_type: 'TIMESTAMP_MICROS' },
  data: Array.from({ length: rows }, (_, i) => BigInt(FIRST_US + i)),
});
const decimal = (precision: number, scale: number, data: unknown[], more: Partial<Column> = {}): Column => ({
  ...{ type: 'FIXED_LEN_BYTE_ARRAY', type_length: 16, converted_type: 'DECIMAL', precision, scale, data },
  ...more,
});

async function write(columns: Record<string, Column>): Promise<string> {
  const path = join(folder, 'a.parquet');
  const bytes = new ByteWriter();
  const elements = Object.entries(columns).map(([name, { data: _, ...element }]) => ({
    repetition_type: 'OPTIONAL' as const,
    ...element,
    name,
  }));
  const parquet = new ParquetWriter({ writer: bytes, schema: [{ name: 'root', num_children: elements.length }, ...elements] });
  const columnData = Object.entries(columns).map(([name, { data }]) => ({ name, data: data as unknown[] }));
  await parquet.write({ columnData: columnData as Parameters<ParquetWriter['write']>[0]['columnData'] });
  await parquet.finish();
  writeFileSync(path, bytes.getBytes());
  return path;
}

/** Cells by column, row after row. */
async function read(path: string, wanted: Partial<WantedMapping> = {}, heldBytes?: number) {
  const source = await openSource(path);
  const mapping = source.plan({
    ...{ timeColumn: '', timeFormat: '', timeZone: '', nodeColumn: '', node: 'n', tags: [], fields: [], texts: [], measurement: 'm' },
    ...wanted,
  });
  const refused: string[] = [];
  const cells = new Map<string, unknown[]>([['time', []]]);
  const add = (name: string, cell: unknown): void => {
    const column = cells.get(name) ?? [];
    column.push(cell);
    cells.set(name, column);
  };
  const builder = new BatchBuilder({
    ...{ measurement: 'm', tags: mapping.tags.map(({ name }) => name), fields: mapping.fields.map(({ name }) => name) },
    ...{ texts: mapping.texts.map(({ name }) => name), identity: 'x' },
    onBatch: ({ frame }) => {
      for (const [row, us] of frame.timeUs.entries()) {
        add('time', us - FIRST_US);
        for (const [i, tag] of frame.tags.entries()) add(tag, frame.series[frame.seriesIndex[row] as number]?.[i]);
        for (const [i, field] of frame.fields.entries()) add(field, frame.values[i * frame.timeUs.length + row]);
        for (const [i, text] of frame.textFields.entries()) add(text, textAt(frame, row, i) ?? null);
      }
    },
  });
  const window = { oldestUs: 0, newestUs: Number.MAX_SAFE_INTEGER };
  const more = heldBytes === undefined ? {} : { heldBytes };
  const reader = await source.read({ builder, mapping, shiftUs: 0, window, onRefused: ({ reason }) => refused.push(reason), ...more });
  while (await reader.next()) {
    // Each call reads a window.
  }
  builder.flush();
  await reader.close();
  const names = (columns: readonly { name: string }[]): string[] => columns.map(({ name }) => name);
  return {
    cells: Object.fromEntries(cells),
    refused,
    leftOut: mapping.leftOut,
    fields: names(mapping.fields),
    tags: names(mapping.tags),
    texts: names(mapping.texts),
  };
}

it('reads decimals of any precision as the nearest doubles, and as fields', async () => {
  const unscaled = [
    1_500_000_000_000_000_000n,
    -2_250_000_000_000_000_000n,
    100_000_000_000_000_000n,
    null,
    12345678901234567890123456789012345678n,
  ];
  const path = await write({
    ...{
      time: TIME(5),
      wide: decimal(38, 18, unscaled),
      long: decimal(18, 2, [150n, -225n, 9007199254740993n, null, 1n], { type: 'INT64' }),
    },
    ...{ narrow: decimal(9, 4, [15000n, -1n, 0n, null, 7n], { type: 'INT32' }), huge: decimal(76, 70, unscaled, { type: 'BYTE_ARRAY' }) },
  });
  const { cells, refused, fields } = await read(path);
  expect([fields, refused]).toEqual([['wide', 'long', 'narrow', 'huge'], []]);
  expect(cells).toMatchObject({
    wide: [1.5, -2.25, 0.1, Number.NaN, Number('12345678901234567890.123456789012345678')],
    long: [1.5, -2.25, Number('90071992547409.93'), Number.NaN, 0.01],
    narrow: [1.5, -0.0001, 0, Number.NaN, 0.0007],
  });
  const tagged = await read(path, { tags: ['wide'], fields: ['long'] });
  expect(tagged.cells['wide']).toEqual(['1.5', '-2.25', '0.1', '', '12345678901234567890.123456789012345678']);
});

it('rounds every decimal as its digits are rounded, and keeps them in a text', () => {
  const cases = fc.tuple(
    fc.bigInt({ min: -(10n ** 75n), max: 10n ** 75n }),
    fc.integer({ min: 0, max: 76 }),
    fc.integer({ min: 0, max: 32 }),
  );
  fc.assert(
    fc.property(cases, ([value, scale, shift]) => {
      const unscaled = value >> BigInt(shift * 8);
      const bytes = Uint8Array.from(Buffer.from(BigInt.asUintN(256, unscaled).toString(16).padStart(64, '0'), 'hex'));
      const sign = unscaled < 0n ? '-' : '';
      const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
      const plain = scale === 0 ? `${sign}${digits}` : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
      expect(decimalNumbers([bytes], scale)[0]).toBe(Number(plain) + 0);
      expect(Number(decimalTexts([bytes], scale)[0])).toBe(Number(plain) + 0);
    }),
    { numRuns: 300 },
  );
  expect(decimalNumbers([new Uint8Array(33)], 2)[0]).toBe(Number.POSITIVE_INFINITY);
});

it('takes a column of numbers for a field whatever its values are, and a row of an infinite one not at all', async () => {
  const { cells, refused, fields, tags } = await read(
    await write({
      time: TIME(4),
      f: { type: 'FLOAT', data: [0.5, Number.NaN, Number.POSITIVE_INFINITY, 1] },
      d: { type: 'DOUBLE', data: [1, 2, 3, Number.NaN] },
    }),
  );
  expect([fields, tags, refused]).toEqual([['f', 'd'], [], ['row 3: f is infinite']]);
  expect(cells).toEqual({ time: [0, 1, 3], f: [0.5, Number.NaN, 1], d: [1, 2, Number.NaN] });
});

it('takes a column that is absent in the first rows for what its schema and its later rows say', async () => {
  const rows = 20_000;
  const late = <T>(value: (i: number) => T): (T | null)[] => Array.from({ length: rows }, (_, i) => (i < 19_000 ? null : value(i)));
  const { cells, leftOut, fields, tags, texts } = await read(
    await write({
      ...{
        time: TIME(rows),
        v: { type: 'DOUBLE', data: late((i) => i) },
        never: { type: 'BYTE_ARRAY', converted_type: 'UTF8', data: late(() => null) },
      },
      ...{ kind: { type: 'BYTE_ARRAY', converted_type: 'UTF8', data: late((i) => `k${i % 3}`) } },
      ...{ note: { type: 'BYTE_ARRAY', converted_type: 'UTF8', data: late((i) => `note ${i}`) } },
    }),
  );
  expect([fields, tags, texts, leftOut]).toEqual([['v'], ['kind'], ['note'], [{ header: 'never', reason: 'it is empty' }]]);
  expect([cells['v']?.[19_001], cells['note']?.[19_001], cells['note']?.[0]]).toEqual([19_001, 'note 19001', null]);
});

it('says of a file without rows that it has none', async () => {
  const path = await write({ time: TIME(0), v: { type: 'DOUBLE', data: [] } });
  await expect(read(path)).rejects.toThrow(/a.parquet has no rows: its columns alone store nothing/);
  expect((await read(path, { fields: ['v'] })).cells).toEqual({ time: [] });
});

it('names columns by the rule of all formats', async () => {
  const number = { type: 'INT32' as const, data: [1, 2] };
  const { fields } = await read(
    await write({ time: TIME(2), index: number, order: number, 'latency (µs)': number, 时间: number, constructor: number }),
  );
  expect(fields).toEqual(['index_', 'order_', 'latency_us', 'column_5', 'constructor']);
});

it('shows days and times of day as texts, and cuts what is smaller than a microsecond', async () => {
  const path = await write({
    time: {
      type: 'INT64',
      data: [1_763_625_600_000_000_999n, 1_763_625_600_000_001_001n],
      logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'NANOS' },
    },
    ...{ v: { type: 'INT32', data: [1, 2] }, day: { type: 'INT32', converted_type: 'DATE', data: [20_000, 20_001] } },
    clock: { type: 'INT64', data: [29_700_123_456_789n, 0n], logical_type: { type: 'TIME', isAdjustedToUTC: true, unit: 'NANOS' } },
  });
  const { cells } = await read(path);
  expect(cells['time']?.map((us) => (us as number) + FIRST_US)).toEqual([1_763_625_600_000_000, 1_763_625_600_000_001]);
  expect([cells['day'], cells['clock']]).toEqual([
    ['2024-10-04T00:00:00.000000Z', '2024-10-05T00:00:00.000000Z'],
    ['08:15:00.123456', '00:00:00.000000'],
  ]);
  expect((await read(path, { fields: ['clock'] })).cells['clock']).toEqual([29_700.123456789, 0]);
  await expect(read(path, { timeColumn: 'clock' })).rejects.toThrow('it holds times of a day, without the day');
});

it('does not put all rows of a day at its beginning where another column has their time', async () => {
  const path = await write({
    ...{ date: { type: 'INT32', converted_type: 'DATE', data: [20_000, 20_001] }, v: { type: 'INT32', data: [1, 2] } },
    time: { type: 'INT32', converted_type: 'TIME_MILLIS', data: [29_700_123, 5] },
  });
  await expect(read(path)).rejects.toThrow('the time is in two columns, "date" and "time": write one of both');
  expect((await read(path, { timeColumn: 'date' })).cells).toMatchObject({ v: [1, 2] });
});

it('refuses the row, not the file, of a local time that no calendar has', async () => {
  const data = [BigInt(FIRST_US), -(2n ** 63n), 2n ** 63n - 1n, BigInt(FIRST_US + 1)];
  const path = await write({
    time: { type: 'INT64', data, logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: false, unit: 'MICROS' } },
    v: { type: 'INT32', data: [1, 2, 3, 4] },
  });
  for (const timeZone of ['UTC', 'Europe/Berlin']) {
    const { cells, refused } = await read(path, { timeZone });
    expect(cells['v']).toEqual([1, 4]);
    expect(refused).toHaveLength(2);
  }
});

it('takes no bytes for a text: the column is left out, or the row refused where the column says it holds texts', async () => {
  const latin = Uint8Array.from(Buffer.from('Zürich', 'latin1'));
  const good = Uint8Array.from(Buffer.from('Zürich'));
  const path = await write({
    ...{ time: TIME(3), v: { type: 'INT32', data: [1, 2, 3] }, hash: { type: 'BYTE_ARRAY', data: [latin, good, good] } },
    city: { type: 'BYTE_ARRAY', logical_type: { type: 'STRING' }, data: [good, latin, good] },
  });
  const { cells, refused, leftOut } = await read(path, { tags: ['city'] });
  expect(leftOut).toEqual([{ header: 'hash', reason: 'it holds bytes that are no text', lost: true }]);
  expect([cells['city'], refused]).toEqual([
    ['Zürich', 'Zürich'],
    ['row 2: a tag has bytes that are no UTF-8: write it as UTF-8, or leave it out with --fields and --texts'],
  ]);
});

it('finds again a dictionary whose place the file does not tell', async () => {
  const words = Array.from({ length: 30_000 }, (_, i) => `word ${i % 50}`);
  const path = await write({
    ...{ time: TIME(30_000), v: { type: 'INT32', data: words.map((_, i) => i) } },
    word: { type: 'BYTE_ARRAY', converted_type: 'UTF8', data: words },
  });
  const { handle, bytes, file } = await openParquetFile(path);
  const column = file.columns[2] as ParquetColumn;
  const meta = file.groups[0]?.chunks.get('word') as ColumnMetaData;
  expect(meta.dictionary_page_offset).toBeGreaterThan(0);
  const { dictionary_page_offset: first, ...older } = meta;
  const untold = { ...older, data_page_offset: first ?? 0n };
  const cursor = new ColumnCursor(handle, bytes, column.element, untold, textReading(column.kind));
  const found: (string | null)[] = [];
  const rows = file.groups[0]?.rows ?? 0;
  for (let row = 0; row < rows; row += 100) {
    const window = new Array<string | null>(100).fill(null);
    await cursor.read(window, 100);
    cursor.park();
    found.push(...window);
  }
  await handle.close();
  expect(found).toEqual(words.slice(0, rows));
});
