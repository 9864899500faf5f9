import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { coldFileProblem } from '../../core/files/cold/cold-file.ts';
import { readColdManifest, writeColdManifest } from '../../core/files/cold/cold-manifest.ts';
import type { QuestdbHttp } from '../questdb/questdb-http.ts';
import { runColdPass } from './cold-pass.ts';

const clock = vi.hoisted(() => ({ ms: 0 }));
vi.mock('node:timers/promises', () => ({
  setTimeout: async (ms: number) => {
    clock.ms += ms;
  },
}));
vi.mock('../../core/files/cold/cold-manifest.ts', { spy: true });
const DAY_US = 86_400_000_000;
const HOUR_MS = 3_600_000;
const day = (number: number, ms = 0): number => Date.UTC(2026, 0, number) * 1000 + ms * 1000;
/** With a TTL of two days and an hour at rest, what ended on the 8th or before is out of reach. */
const NOW_MS = Date.UTC(2026, 0, 10, 1);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-pass-'));
  clock.ms = NOW_MS;
  vi.spyOn(Date, 'now').mockImplementation(() => clock.ms);
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

type Row = [timeUs: number, node: string | null, busy: number | null];

/** A table by day, which loses what its TTL leaves out. */
function staged(
  rows: Row[],
  given: { ttl?: number; partitionBy?: string; columns?: [string, string][]; evicts?: boolean; missing?: number } = {},
) {
  const database = {
    rows: [...rows].sort(([a], [b]) => a - b),
    altered: [] as string[],
    /** Files in the manifest on disk when the TTL may take rows. */
    listed: 0,
    asked: [] as string[],
    /** What happens before the rows of a statement are read. */
    before: (): void => undefined,
  };
  const newest = (): number => database.rows.at(-1)?.[0] ?? 0;
  const sql = async (statement: string): Promise<unknown[][]> => {
    if (statement.includes('information_schema')) return [['cpu']];
    if (statement.includes("table_type = 'T'")) {
      const { partitionBy = 'DAY', ttl = 0 } = given;
      return [['cpu', 'T', partitionBy, ttl, 'DAY', database.rows[0]?.[0] ?? null, database.rows.length === 0 ? null : newest()]];
    }
    if (statement.includes('table_partitions')) {
      const days = new Map<number, number>();
      for (const [us] of database.rows) days.set(us - (us % DAY_US), (days.get(us - (us % DAY_US)) ?? 0) + 1);
      // One of several rows is split into two, newest first.
      return [...days].reverse().flatMap(([us, count]) =>
        count > 1
          ? [
              [us + 1, 1],
              [us, count - 1],
            ]
          : [[us, count]],
      );
    }
    if (statement.includes('SHOW COLUMNS'))
      return (
        given.columns ?? [
          ['timestamp', 'TIMESTAMP'],
          ['node_id', 'SYMBOL'],
          ['busy', 'DOUBLE'],
        ]
      );
    const ttl = /^ALTER TABLE "cpu" SET TTL (\d+) DAYS$/.exec(statement)?.[1];
    if (ttl !== undefined) {
      database.altered.push(`${ttl} DAYS`);
      if (ttl !== '0') database.listed = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')).partitions.length;
      const keptUs = newest() - Number(ttl) * DAY_US;
      if (ttl !== '0' && given.evicts !== false) database.rows = database.rows.filter(([us]) => us - (us % DAY_US) + DAY_US > keptUs);
      return [];
    }
    database.before();
    database.asked.push(statement);
    const [, from = 0, to = 0, first = 0, last = 0] = (/cast\((\d+) AS.*cast\((\d+) AS.* LIMIT (\d+), (\d+)$/.exec(statement) ?? []).map(
      Number,
    );
    return database.rows
      .filter(([us]) => us >= from && us < to)
      .slice(given.missing ?? 0)
      .slice(first, last)
      .map(([us, node, busy]) => [`${new Date(us / 1000).toISOString().slice(0, 19)}.${String(us % 1e6).padStart(6, '0')}Z`, node, busy]);
  };
  const pass = (nowMs = NOW_MS) => runColdPass({ sql } as unknown as QuestdbHttp, { folder, telemetryTtlDays: 2, nowMs });
  return { database, pass };
}

const ROWS: Row[] = [
  [day(5, 1), 'a', 1],
  [day(5, 2) + 1, null, null],
  [day(7, 5), 'b', 3.5],
  [day(8), 'a', 4],
  [day(10, 1000), 'a', 5],
];

test('what no row can reach any more becomes files that are right, and only that leaves the database', async () => {
  const { database, pass } = staged(ROWS);
  expect(await pass()).toEqual({ written: ['cpu/cpu-2026-01-05.parquet', 'cpu/cpu-2026-01-07.parquet'], released: 2, problems: [] });
  expect(database.rows).toEqual(ROWS.slice(3));
  const manifest = readColdManifest(folder);
  expect(manifest).toMatchObject([
    { table: 'cpu', fromUs: day(5), toUs: day(6), rows: 2, minUs: day(5, 1), maxUs: day(5, 2) + 1, written: '2026-01-10T01:00:00.000Z' },
    { table: 'cpu', fromUs: day(7), toUs: day(8), rows: 1, minUs: day(7, 5), maxUs: day(7, 5) },
  ]);
  for (const entry of manifest) expect(await coldFileProblem(folder, entry)).toBeUndefined();
  // A TTL for a moment, and none after.
  expect(database.altered).toEqual(['2 DAYS', '0 DAYS']);
});

test('the manifest is read once a pass and written once a table, before any row may go', async () => {
  const { database, pass } = staged(ROWS);
  vi.mocked(readColdManifest).mockClear();
  vi.mocked(writeColdManifest).mockClear();
  await pass();
  expect(vi.mocked(readColdManifest)).toHaveBeenCalledTimes(1);
  expect(vi.mocked(writeColdManifest)).toHaveBeenCalledTimes(1);
  expect(database.listed).toBe(2);
});

test('files that were right before another one failed are in the manifest', async () => {
  const { database, pass } = staged(ROWS);
  let asked = 0;
  database.before = () => {
    if (++asked === 2) throw new Error('the database is away');
  };
  expect(await pass()).toMatchObject({ released: 0, problems: ['cpu keeps its old rows: the database is away'] });
  expect(readColdManifest(folder).map(({ file }) => file)).toEqual(['cpu/cpu-2026-01-05.parquet']);
  expect(database.rows).toEqual(ROWS);
});

test('a partition that ended just now less TTL and rest is taken, a millisecond earlier it is not', async () => {
  expect((await staged(ROWS).pass(NOW_MS)).released).toBe(2);
  rmSync(folder, { recursive: true });
  expect((await staged(ROWS).pass(NOW_MS - 1)).written).toEqual(['cpu/cpu-2026-01-05.parquet']);
});

test('a second pass has nothing to do, and asks for no rows', async () => {
  const { database, pass } = staged(ROWS);
  await pass();
  database.asked.length = 0;
  database.altered.length = 0;
  expect(await pass()).toEqual({ written: [], released: 0, problems: [] });
  expect([database.asked, database.altered]).toEqual([[], []]);
});

test('a TTL that a pass left behind is lifted before anything else', async () => {
  const { database, pass } = staged(ROWS, { ttl: 5 });
  await pass();
  expect(database.altered[0]).toBe('0 DAYS');
});

test('where the newest rows are old themselves they are written once and stay', async () => {
  const { database, pass } = staged(ROWS.slice(0, 3));
  expect(await pass()).toMatchObject({ written: { length: 2 }, released: 0, problems: [] });
  expect(database.rows).toHaveLength(3);
  database.asked.length = 0;
  expect(await pass()).toEqual({ written: [], released: 0, problems: [] });
  expect([database.asked, database.altered]).toEqual([[], []]);
});

test('rows from the future push nothing out', async () => {
  const { database, pass } = staged([...ROWS.slice(0, 3), [day(8, 5), 'a', 1], [day(40), 'a', 1]]);
  await pass(NOW_MS - 2 * HOUR_MS);
  expect(database.altered[0]).toBe('3 DAYS');
});

test('a partition that came back with the same values is released without another file', async () => {
  const { database, pass } = staged(ROWS);
  await pass();
  database.rows = [...ROWS];
  expect(await pass()).toEqual({ written: [], released: 2, problems: [] });
  expect(readColdManifest(folder)).toHaveLength(2);
  expect(existsSync(join(folder, 'cpu/cpu-2026-01-05-r2.parquet.part'))).toBe(false);
});

test.each([
  ['more rows', [day(5, 3), 'a', 9] as Row, 0],
  ['another value in as many rows', [day(5, 1), 'a', 2] as Row, 1],
])('one that came back with %s gets a file of its own beside the first', async (_, row, from) => {
  const { database, pass } = staged(ROWS);
  await pass();
  const first = readFileSync(join(folder, 'cpu/cpu-2026-01-05.parquet'));
  database.rows = [...ROWS.slice(from), row].sort(([a], [b]) => a - b);
  expect(await pass()).toMatchObject({ written: ['cpu/cpu-2026-01-05-r2.parquet'], released: 2 });
  expect(readFileSync(join(folder, 'cpu/cpu-2026-01-05.parquet'))).toEqual(first);
  expect(readColdManifest(folder)).toHaveLength(3);
});

test('a file that is gone is written again before its rows are released', async () => {
  const { database, pass } = staged(ROWS.slice(0, 3));
  await pass();
  rmSync(join(folder, 'cpu/cpu-2026-01-05.parquet'));
  database.rows = [...ROWS.slice(0, 3)];
  expect(await pass()).toMatchObject({ written: ['cpu/cpu-2026-01-05-r2.parquet'], released: 0 });
});

test('rows are kept where a file has changed since it was written', async () => {
  const { database, pass } = staged(ROWS.slice(0, 3));
  await pass();
  const path = join(folder, 'cpu/cpu-2026-01-07.parquet');
  const bytes = readFileSync(path);
  bytes[8] = (bytes[8] as number) ^ 1;
  writeFileSync(path, bytes);
  database.rows = [...ROWS];
  expect(await pass()).toEqual({
    ...{ written: [], released: 0, problems: ['cpu keeps its old rows: cpu/cpu-2026-01-07.parquet has changed since it was written'] },
  });
  expect([database.rows, database.altered]).toEqual([ROWS, []]);
});

test('rows are kept where the file has fewer than the partition', async () => {
  const { database, pass } = staged(ROWS, { missing: 1 });
  const { problems, released, written } = await pass();
  expect([released, written, database.rows]).toEqual([0, [], ROWS]);
  expect(problems).toEqual([
    expect.stringMatching(/^cpu keeps its old rows: .*05\.parquet\.part has 1 rows, the database gave 1 and should have 2/),
  ]);
  expect(readColdManifest(folder)).toEqual([]);
});

test('rows that the TTL does not take in ten seconds are not counted as gone, and the TTL is lifted', async () => {
  const { database, pass } = staged(ROWS, { evicts: false });
  expect(await pass()).toMatchObject({ written: { length: 2 }, released: 0, problems: [] });
  expect(database.altered).toEqual(['2 DAYS', '0 DAYS']);
  expect(clock.ms - NOW_MS).toBe(10_000);
});

test.each([
  [{ partitionBy: 'YEAR' }, 'cpu keeps its old rows: it is partitioned by YEAR'],
  [
    {
      columns: [
        ['timestamp', 'TIMESTAMP'],
        ['n', 'LONG'],
      ] as [string, string][],
    },
    'cpu keeps its old rows: its column n is long, which no file is made of',
  ],
])('what cannot be worked on is told and kept (case %#)', async (given, words) => {
  const { database, pass } = staged(ROWS, given);
  expect(await pass()).toEqual({ written: [], released: 0, problems: [words] });
  expect(database.rows).toEqual(ROWS);
});

test('a partition of many rows is read by pages, each row once', async () => {
  const many: Row[] = Array.from({ length: 20_001 }, (_, i) => [day(5, i), `n${i % 3}`, i]);
  const { database, pass } = staged([...many, [day(10, 1000), 'a', 5]]);
  expect(await pass()).toMatchObject({ written: ['cpu/cpu-2026-01-05.parquet'], released: 1 });
  expect(database.asked.map((statement) => /LIMIT .*$/.exec(statement)?.[0])).toEqual(['LIMIT 0, 20000', 'LIMIT 20000, 40000']);
  const [entry] = readColdManifest(folder);
  expect(entry).toMatchObject({ rows: 20_001, minUs: day(5), maxUs: day(5, 20_000) });
  expect(await coldFileProblem(folder, entry as NonNullable<typeof entry>)).toBeUndefined();
  appendFileSync(join(folder, entry?.file as string), 'x');
  expect(await coldFileProblem(folder, entry as NonNullable<typeof entry>)).toBeDefined();
});
