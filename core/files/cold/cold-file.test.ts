import { createHash } from 'node:crypto';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ExportCell, ParquetExport } from '../export/parquet-export.ts';
import { coldFileProblem, sha256Of } from './cold-file.ts';
import { type ColdPartition, readColdManifest, writeColdManifest } from './cold-manifest.ts';
import { digestParquet } from './parquet-digest.ts';
import { type ColdColumn, ColumnDigest, combineDigests } from './value-digest.ts';

const COLUMNS: ColdColumn[] = [
  { name: 'timestamp', type: 'timestamp' },
  { name: 'node_id', type: 'symbol' },
  { name: 'busy', type: 'double' },
];
const TYPES = { timestamp: 'time', symbol: 'text', double: 'double', varchar: 'text' } as const;
/** Two row groups. */
const ROWS = 70_000;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-cold-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const cells = (rows: number): ExportCell[][] => [
  Array.from({ length: rows }, (_, row) => 1_700_000_000_000_000 + row),
  Array.from({ length: rows }, (_, row) => (row % 7 === 0 ? null : `node-${row % 3} é`)),
  Array.from({ length: rows }, (_, row) => (row % 5 === 0 ? Number.NaN : row / 3)),
];

async function write(name: string, columns: readonly ColdColumn[], data: ExportCell[][]): Promise<string> {
  const path = join(folder, name);
  writeFileSync(path, '');
  const parquet = new ParquetExport(
    columns.map((column) => ({ name: column.name, type: TYPES[column.type] })),
    async (bytes) => appendFileSync(path, bytes),
  );
  await parquet.add(data);
  await parquet.end();
  return path;
}

/** As the definition of the digest says, without its chunks. */
function expectedDigest(data: ExportCell[][]): string {
  const whole = createHash('sha256');
  for (const [i, { name, type }] of COLUMNS.entries()) {
    const hash = createHash('sha256');
    for (const cell of data[i] as ExportCell[]) {
      const bytes = Buffer.alloc(type === 'symbol' ? 4 : 8);
      if (type === 'timestamp') bytes.writeBigInt64LE(BigInt(cell as number));
      else if (type === 'symbol') bytes.writeUInt32LE(cell === null ? 0xffffffff : Buffer.byteLength(cell as string));
      else if (cell === null || Number.isNaN(cell)) bytes.writeBigUInt64LE(0x7ff8000000000000n);
      else bytes.writeDoubleLE(cell as number);
      hash.update(bytes);
      if (type === 'symbol' && cell !== null) hash.update(cell as string);
    }
    whole.update(`${name}\n${type}\n${data[i]?.length}\n${hash.digest('hex')}\n`);
  }
  return whole.digest('hex');
}

test('a file read back has the rows and the digest of what was written', async () => {
  const data = cells(ROWS);
  const path = await write('a.parquet', COLUMNS, data);
  expect(await digestParquet(path, COLUMNS)).toEqual({ rows: ROWS, checksum: expectedDigest(data) });
  expect(await sha256Of(path)).toBe(createHash('sha256').update(readFileSync(path)).digest('hex'));
});

test('texts of every length have the digest of their definition', () => {
  const digest = new ColumnDigest();
  const hash = createHash('sha256');
  const texts = [
    ...[0, 1, 65_531, 65_532, 65_533, 65_535, 65_536, 65_537, 200_000].map((length) => 'x'.repeat(length)),
    '',
    'é'.repeat(40_000),
  ];
  for (const text of texts) {
    digest.addText(text);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(Buffer.byteLength(text));
    hash.update(length).update(text);
  }
  expect(digest.rows).toBe(texts.length);
  expect(digest.digest()).toBe(hash.digest('hex'));
});

test('what differs in the database has another digest, what is one there has the same', () => {
  const of = (add: (digest: ColumnDigest) => void): string => {
    const digest = new ColumnDigest();
    add(digest);
    return digest.digest();
  };
  const number = (value: number | null | undefined): string => of((digest) => digest.addNumber(value));
  expect(new Set([number(0), number(-0), number(1), number(null)]).size).toBe(4);
  expect([number(Number.NaN), number(undefined)]).toEqual([number(null), number(null)]);
  const text = (value: string | null | undefined): string => of((digest) => digest.addText(value));
  expect(text('')).not.toBe(text(null));
  expect(text(undefined)).toBe(text(null));
  expect(of((digest) => digest.addTime(-1n))).not.toBe(of((digest) => digest.addTime(1n)));
  expect(combineDigests([], [])).toMatchObject({ rows: 0 });
});

async function partition(given: Partial<ColdPartition> = {}): Promise<ColdPartition> {
  await mkdir(join(folder, 'cpu'), { recursive: true });
  const data = cells(10);
  const path = await write('cpu/a.parquet', COLUMNS, data);
  return {
    table: 'cpu',
    fromUs: 1,
    toUs: 2,
    file: 'cpu/a.parquet',
    rows: 10,
    minUs: 1,
    maxUs: 2,
    bytes: statSync(path).size,
    sha256: await sha256Of(path),
    checksum: expectedDigest(data),
    columns: COLUMNS,
    written: '2026-01-01T00:00:00Z',
    ...given,
  };
}

test('a cold file is right, or is told what is wrong with it', async () => {
  const right = await partition();
  expect(await coldFileProblem(folder, right)).toBeUndefined();
  expect(await coldFileProblem(folder, { ...right, file: 'cpu/b.parquet' })).toBe(`${join(folder, 'cpu/b.parquet')} is not there`);
  expect(await coldFileProblem(folder, { ...right, rows: 11 })).toMatch(/has 10 rows and should have 11$/);
  expect(await coldFileProblem(folder, { ...right, checksum: 'x' })).toMatch(/has other values than were written$/);
  appendFileSync(join(folder, 'cpu/a.parquet'), 'x');
  expect(await coldFileProblem(folder, right)).toMatch(/is not what was written: its SHA-256 differs$/);
});

test('a file of other columns, and one that is no Parquet, are named', async () => {
  const path = await write('a.parquet', COLUMNS, cells(1));
  await expect(digestParquet(path, COLUMNS.slice(1))).rejects.toThrow(
    'has the columns timestamp, node_id, busy, expected are node_id, busy',
  );
  writeFileSync(path, 'no Parquet at all');
  await expect(digestParquet(path, COLUMNS)).rejects.toThrow(`${path} cannot be read as Parquet: `);
});

test('a manifest is kept in the order of tables and times, and one that is none is named', async () => {
  expect(readColdManifest(folder)).toEqual([]);
  const one = await partition();
  const entries = [
    { ...one, table: 'mem', fromUs: 5 },
    { ...one, fromUs: 9 },
    { ...one, fromUs: 3 },
  ];
  writeColdManifest(folder, entries);
  expect(readColdManifest(folder)).toEqual([entries[2], entries[1], entries[0]]);
  for (const bad of [
    '',
    '{"version":2,"partitions":[]}',
    JSON.stringify({ version: 1, partitions: [{ ...one, file: '../../etc/passwd' }] }),
  ]) {
    writeFileSync(join(folder, 'manifest.json'), bad);
    expect(() => readColdManifest(folder), bad).toThrow('cannot be read as a manifest of cold partitions');
  }
});
