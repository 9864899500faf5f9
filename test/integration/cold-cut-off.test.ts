// A pass of the cold tier that is killed half-way, at each of its statements, against a real QuestDB.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { coldFileProblem } from '../../core/files/cold/cold-file.ts';
import { readColdManifest } from '../../core/files/cold/cold-manifest.ts';
import { runColdPass } from '../../etl/cold/cold-pass.ts';
import { QuestdbHttp } from '../../etl/questdb/questdb-http.ts';
import { type QuestdbHarness, startQuestdb } from '../harness/questdb.ts';
import { temporaryFolder } from '../harness/server.ts';
import { until } from '../harness/until.ts';

const DAY_US = 86_400_000_000;
const TODAY_US = Math.floor((Date.now() * 1000) / DAY_US) * DAY_US;
const oldUs = TODAY_US - 40 * DAY_US;
const folder = temporaryFolder('cold-cut-off');

let questdb: QuestdbHarness;
let database: QuestdbHttp;
beforeAll(async () => {
  questdb = await startQuestdb();
  database = new QuestdbHttp({ url: questdb.httpUrl, user: 'admin', passwordFile: questdb.admin.passwordFile });
});
afterAll(async () => {
  database?.close();
  await questdb?.stop();
  rmSync(folder, { recursive: true, force: true });
});

it('goes on where it was cut off, at whichever statement, and loses no row', async () => {
  await database.sql(
    'CREATE TABLE cutoff (timestamp TIMESTAMP, node_id SYMBOL, cpu SYMBOL, busy DOUBLE, gap DOUBLE, note VARCHAR) TIMESTAMP(timestamp) PARTITION BY DAY WAL',
  );
  const old = [0, 1, 2, 3].map((i) => ({ timeUs: oldUs + i * (DAY_US / 2), node: 'n1', cpu: `c${i}`, busy: i / 3 }));
  const newest = { timeUs: Date.now() * 1000, node: 'n1', cpu: 'c', busy: 1 };
  const lines = [...old, newest].map(
    ({ timeUs, node, cpu, busy }) => `cutoff,node_id=${node},cpu=${cpu} busy=${busy},note="x" ${timeUs}\n`,
  );
  expect((await database.write(Buffer.from(lines.join('')))).status).toBe(204);
  const oldRows = async (): Promise<number> =>
    Number((await questdb.sql(`select count() from cutoff where timestamp < cast(${TODAY_US} as timestamp)`))[0]?.[0]);
  await until('all rows are there', async () => (await oldRows()) === old.length);
  const kept = async (): Promise<number> => {
    const entries = readColdManifest(folder).filter(({ table }) => table === 'cutoff');
    for (const entry of entries) expect(await coldFileProblem(folder, entry)).toBeUndefined();
    return entries.reduce((rows, entry) => rows + entry.rows, 0);
  };
  const newer = (): Promise<unknown> => database.write(Buffer.from(`cutoff,node_id=n1 busy=1 ${Date.now() * 1000}\n`));
  const writing = setInterval(() => void newer(), 100);
  let cuts = 0;
  for (let allowed = 0; ; allowed++) {
    let asked = 0;
    const dying = {
      sql: (statement: string) => {
        if (statement.includes('cutoff') && ++asked > allowed) return Promise.reject(new Error('the process is killed'));
        return database.sql(statement);
      },
    } as QuestdbHttp;
    const { problems } = await runColdPass(dying, { folder, telemetryTtlDays: 30, nowMs: Date.now() });
    if (problems.every((problem) => !problem.startsWith('cutoff'))) break;
    cuts++;
    // Cut off while it released, the TTL may still take what is written, and nothing else.
    if ((await oldRows()) < old.length) expect(await kept()).toBe(old.length);
  }
  clearInterval(writing);
  expect(cuts).toBeGreaterThan(3);
  expect([await oldRows(), await kept()]).toEqual([0, old.length]);
  const files = readColdManifest(folder).filter(({ table }) => table === 'cutoff');
  const read = await Promise.all(
    files.map(async ({ file }) => parquetReadObjects({ file: await asyncBufferFromFile(join(folder, file)), compressors })),
  );
  expect(read.flat().map(({ cpu, busy, gap, note }) => [cpu, busy, gap, note])).toEqual(old.map(({ cpu, busy }) => [cpu, busy, null, 'x']));
});

it('keeps the new values of a partition that came back with as many rows, and makes no second file of the same values', async () => {
  await database.sql(
    'CREATE TABLE corrected (timestamp TIMESTAMP, node_id SYMBOL, busy DOUBLE) TIMESTAMP(timestamp) PARTITION BY DAY WAL DEDUP UPSERT KEYS(timestamp, node_id)',
  );
  const write = async (busy: number): Promise<void> => {
    const lines = [0, 1, 2].map((i) => `corrected,node_id=n1 busy=${busy + i} ${oldUs + i}\n`).join('');
    expect((await database.write(Buffer.from(`${lines}corrected,node_id=n1 busy=1 ${Date.now() * 1000}\n`))).status).toBe(204);
    const stored = `select count() from corrected where timestamp < cast(${TODAY_US} as timestamp) and busy >= ${busy}`;
    await until('the rows', async () => Number((await questdb.sql(stored))[0]?.[0]) === 3);
  };
  const passed = async (): Promise<string[]> => {
    const { problems, written } = await runColdPass(database, { folder, telemetryTtlDays: 30, nowMs: Date.now() });
    expect(problems.filter((problem) => problem.startsWith('corrected'))).toEqual([]);
    return written.filter((file) => file.startsWith('corrected/'));
  };
  await write(10);
  expect(await passed()).toHaveLength(1);
  // Restored, and corrected by an upsert.
  await write(20);
  expect(await passed()).toEqual([expect.stringMatching(/-r2\.parquet$/)]);
  await write(20);
  expect(await passed()).toEqual([]);
  const entries = readColdManifest(folder).filter(({ table }) => table === 'corrected');
  expect(entries).toHaveLength(2);
  const rows = await parquetReadObjects({ file: await asyncBufferFromFile(join(folder, entries[1]?.file ?? '')), compressors });
  expect(rows.map(({ busy }) => busy)).toEqual([20, 21, 22]);
});
