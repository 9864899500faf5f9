// Files that pandas, pyarrow, DuckDB and a spreadsheet wrote (test/fixtures/import/README.md): every row and every value.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { expect, it } from 'vitest';
import { BatchBuilder } from './batch-builder.ts';
import type { WantedMapping } from './import-mapping.ts';
import type { ReadOptions } from './import-source.ts';
import { openSource } from './open-source.ts';

const FIXTURES = join(import.meta.dirname, '../../../test/fixtures/import');
const FIRST_US = Date.UTC(2026, 10, 20, 8) * 1000;
const GUESSED: WantedMapping = {
  ...{ timeColumn: '', timeFormat: '', timeZone: '', nodeColumn: '', node: '', tags: [], fields: [], texts: [], measurement: 'm' },
};

interface Row {
  node: string;
  timeUs: number;
  [column: string]: number | string | null;
}

async function read(path: string, wanted: Partial<WantedMapping> = {}, fromRow?: number, more: Partial<ReadOptions> = {}) {
  const source = await openSource(path);
  const mapping = source.plan({ ...GUESSED, ...wanted });
  const rows: Row[] = [];
  const refused: string[] = [];
  const builder = new BatchBuilder({
    ...{ measurement: mapping.measurement, tags: mapping.tags.map((tag) => tag.name), fields: mapping.fields.map((field) => field.name) },
    ...{ texts: mapping.texts.map((text) => text.name), identity: 'x' },
    onBatch: ({ nodeId, labels, frame }) => {
      for (let row = 0; row < frame.timeUs.length; row++) {
        const tags = frame.series[frame.seriesIndex[row] as number] as readonly string[];
        const values = frame.fields.map((_, f) => frame.values[f * frame.timeUs.length + row] as number);
        rows.push({
          ...{ node: labels['name'] ?? nodeId, timeUs: frame.timeUs[row] as number },
          ...Object.fromEntries(frame.tags.map((tag, i) => [tag, tags[i] as string])),
          ...Object.fromEntries(frame.textFields.map((name, i) => [name, frame.texts[row * frame.textFields.length + i] as string])),
          ...Object.fromEntries(frame.fields.map((field, i) => [field, Number.isNaN(values[i]) ? null : (values[i] as number)])),
        });
      }
    },
  });
  const window = { oldestUs: 0, newestUs: Number.MAX_SAFE_INTEGER };
  const reader = await source.read(
    { builder, mapping, shiftUs: 0, window, onRefused: ({ reason }) => refused.push(reason), ...more },
    fromRow === undefined ? undefined : { offset: 0, row: fromRow },
  );
  try {
    while (await reader.next()) builder.flush();
    builder.flush();
  } finally {
    await reader.close();
  }
  rows.sort((a, b) => a.timeUs - b.timeUs);
  return { rows, refused, mapping, source, counts: reader.counts };
}

function expected(upIsTag: boolean): Row[] {
  return Array.from({ length: 200 }, (_, i) => ({
    node: `web-${i % 4}`,
    timeUs: FIRST_US + 10_000_000 * Math.floor(i / 4) + i,
    region: i % 4 < 2 ? 'Greater Accra, GH' : 'Lagos "NG"',
    usage: i % 9 ? (i * 7.25) % 100 : null,
    free: (i * 1_000_003) % 2 ** 40,
    up: upIsTag ? expect.stringMatching(i % 3 ? /^true$/i : /^false$/i) : i % 3 ? 1 : 0,
  }));
}

const CODECS = ['none', 'snappy', 'gzip', 'zstd', 'lz4', 'brotli', 'encodings'].map((codec) => `pyarrow-${codec}.parquet`);

it.each([...CODECS, 'duckdb.parquet', 'duckdb-v2.parquet', 'duckdb.ndjson'])('reads every row of %s', async (name) => {
  const { rows, refused, source, mapping } = await read(join(FIXTURES, name));
  expect(refused).toEqual([]);
  expect(rows).toEqual(expected(false));
  expect(await source.newestUs(mapping)).toBe(rows.at(-1)?.timeUs);
});

it.each(['pandas.csv', 'duckdb.csv'])('reads every row of %s', async (name) => {
  const { rows, refused } = await read(join(FIXTURES, name));
  expect(refused).toEqual([]);
  expect(rows).toEqual(expected(true));
});

it('reads what a spreadsheet wrote', async () => {
  const { rows, refused } = await read(join(FIXTURES, 'spreadsheet.csv'), { nodeColumn: 'Gerät', timeColumn: 'Zeit' });
  expect(refused).toEqual([]);
  expect(rows).toEqual(
    Array.from({ length: 20 }, (_, k) => ({
      ...{ node: expect.stringContaining('ro'), timeUs: FIRST_US + k * 1e6, auslastung_percent: k * 1.25, bemerkung: `Zeile\n${k % 3}` },
    })),
  );
});

it.each([0, 1, 89, 90, 150, 199])('goes on after row %i of a file of several row groups and pages', async (row) => {
  expect((await read(join(FIXTURES, 'pyarrow-encodings.parquet'), {}, row)).rows).toEqual(expected(false).slice(row));
});

it.each(CODECS)('reads every row of %s as texts, and with no memory for a page', async (name) => {
  const { rows } = await read(join(FIXTURES, name), { texts: ['region'] }, undefined, { heldBytes: 0, pieceBytes: 1 });
  expect(rows).toEqual(expected(false));
});

it('takes every type that is a number, and refuses an integer that a double does not hold', async () => {
  const { rows, refused } = await read(join(FIXTURES, 'pyarrow-types.parquet'));
  expect(refused).toEqual([expect.stringMatching(/^row 5: i64 is an integer beyond 2\^53/)]);
  rows.sort((a, b) => Number(a['f32']) - Number(b['f32']));
  expect(rows.map(({ timeUs, ...row }) => row)).toEqual(
    [0, 1, 2, 3, 5].map((k) => ({
      ...{ node: `n${k % 2}`, f32: k / 8, f16: k / 4, i8: 0 - k, u32: 2 ** 32 - 1 - k, dec: (1234 + 100 * k) / 100, wide: 0 - k / 1000 },
      i64: [2 ** 53 - 1, -(2 ** 53 - 1), 0, null, null, 5][k],
      flag: [1, 0, null, 1, 0, 1][k],
      nan: [1, null, null, 4, 5, 6][k],
    })),
  );
  expect(rows.map(({ timeUs }) => timeUs)).toEqual(Array(5).fill(FIRST_US));
});

it('takes a local time in the zone that is named, and the old 96-bit times', async () => {
  const local = (await read(join(FIXTURES, 'pyarrow-local-time.parquet'), { timeZone: '+01:00' })).rows;
  expect(local.map(({ timeUs, v }) => [timeUs, v])).toEqual([0, 1, 2, 3, 4, 5].map((k) => [FIRST_US - 3_600_000_000 + k * 1000, k]));
  const old = (await read(join(FIXTURES, 'pyarrow-int96.parquet'))).rows;
  expect(old.map(({ timeUs, v }) => [timeUs, v])).toEqual([0, 1, 2, 3, 4, 5].map((k) => [FIRST_US + k, k]));
});

it('names a nested column, and does without it where the fields are named', async () => {
  const path = join(FIXTURES, 'pyarrow-nested.parquet');
  await expect(read(path)).rejects.toThrow(/column "tags" of .* is nested \(list\): flatten it/);
  expect((await read(path, { fields: ['v'] })).rows).toHaveLength(6);
});

it('reads a file without rows as none', async () => {
  expect((await read(join(FIXTURES, 'pyarrow-no-rows.parquet'), { fields: ['f32'] })).rows).toEqual([]);
});

it('tells what is wrong with a Parquet file, wherever it is cut or damaged', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'muster-parquet-'));
  const whole = readFileSync(join(FIXTURES, 'pyarrow-snappy.parquet'));
  const trial = async (bytes: Buffer): Promise<string> => {
    const path = join(folder, 'trial.parquet');
    writeFileSync(path, bytes);
    return read(path).then(
      ({ rows }) => `${rows.length} rows`,
      (error) => `${error.name} ${error.code}: ${error.message}`,
    );
  };
  expect(await trial(Buffer.alloc(0))).toContain('is empty');
  expect(await trial(Buffer.from('PAR1'))).toMatch(/malformed: .*4 bytes: no Parquet file is that short/);
  expect(await trial(Buffer.from('nothing of the kind'))).toMatch(/malformed: .*does not begin with PAR1/);
  expect(await trial(whole.subarray(0, whole.length / 2))).toMatch(/malformed: .*does not end with PAR1: it is cut off/);
  expect(await trial(Buffer.concat([whole.subarray(0, 3000), whole.subarray(-2000)]))).toMatch(/malformed/);
  // A byte here or there: an error of ours, or rows; never anything else, and never for long.
  for (let at = 4; at < whole.length; at += 149) {
    const damaged = Buffer.from(whole);
    damaged[at] = (damaged[at] as number) ^ 0xff;
    expect(await trial(damaged)).toMatch(/^(MusterError (malformed|limit_exceeded|invalid_argument): |\d+ rows)/);
  }
}, 30_000);

it('holds no more of a page than its head says, whatever it inflates to', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'muster-bomb-')), 'bomb.parquet');
  const bytes = new ByteWriter(65_536);
  const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024));
  const parquet = new ParquetWriter({
    ...{ writer: bytes, codec: 'GZIP', compressors: { GZIP: () => bomb } },
    schema: [
      { name: 'root', num_children: 2 },
      { name: 'time', type: 'INT64', repetition_type: 'REQUIRED', converted_type: 'TIMESTAMP_MICROS' },
      { name: 'v', type: 'DOUBLE', repetition_type: 'REQUIRED' },
    ],
  });
  const columnData = [
    { name: 'time', data: [BigInt(FIRST_US), BigInt(FIRST_US + 1)] },
    { name: 'v', data: [1, 2] },
  ];
  await parquet.write({ columnData });
  await parquet.finish();
  writeFileSync(path, bytes.getBytes());
  const before = process.memoryUsage().rss;
  await expect(read(path)).rejects.toThrow(/malformed|cannot be read/);
  expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024);
});

it('refuses lines of JSON that are no rows, each by its number', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'muster-ndjson-')), 'lines.ndjson');
  const time = '2026-11-20T08:00:00Z';
  writeFileSync(
    path,
    `\ufeff{"time":"${time}","host":"a","v":1}\n\n{"time":"${time}","host":"a","v":"fast"}\n[1]\n{"time":1,"v"\n{"time":"never"}\n`,
  );
  const { rows, refused } = await read(path, { timeFormat: 'iso', fields: ['v'] });
  expect(rows).toHaveLength(1);
  expect(refused).toEqual([
    'row 3: v is "fast": no number of a double\'s range',
    expect.stringMatching(/^row 4: it is no object/),
    expect.stringMatching(/^row 5: it is no JSON/),
    'row 6: time is "never": no time as iso',
  ]);
  writeFileSync(path, `{"time":"${time}","host":"a","v":{"deep":1}}\n`);
  await expect(read(path)).rejects.toThrow(/row 1 of .* has "v" with an object in it: flatten it/);
});
