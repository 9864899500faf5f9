// Telemetry that is kept for hours, at a real ETL and database: new tables by hour, an old one by day, and the cold files of hours.
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readColdManifest } from '../../core/files/cold/cold-manifest.ts';
import { connectNats } from '../../core/node/nats-connection.ts';
import { ensureStreams } from '../../core/node/streams.ts';
import { runColdPass } from '../../etl/cold/cold-pass.ts';
import { QuestdbHttp } from '../../etl/questdb/questdb-http.ts';
import { startNats } from '../harness/nats.ts';
import { startQuestdb } from '../harness/questdb.ts';
import { until } from '../harness/until.ts';
import { countOf, deadLetters, envelope, etlStatus, frame, publish, startEtl } from './etl-setup.ts';

const HOUR_MS = 3_600_000;
const HOUR_US = HOUR_MS * 1000;
const HOURS = 6;

it('makes tables by hour, refuses what is older, lets the hours go, and keeps the ledger for days', async () => {
  const [nats, questdb] = await Promise.all([startNats(), startQuestdb()]);
  const nc = await connectNats(nats.gateway);
  await ensureStreams(nc, { streamMaxBytes: 64 * 1024 * 1024, maxAgeHours: 1 });
  await questdb.sql(
    'CREATE TABLE earlier (timestamp TIMESTAMP, node_id SYMBOL, tag SYMBOL, x DOUBLE) TIMESTAMP(timestamp) PARTITION BY DAY TTL 30 DAYS WAL DEDUP UPSERT KEYS(timestamp, node_id, tag)',
  );
  const etl = await startEtl(nats, questdb.httpUrl, questdb, 'etl-hours', { 'telemetry-ttl-hours': String(HOURS) });
  try {
    const nowUs = Date.now() * 1000;
    const ages = [0, 1, 2, 3, 4, 4.9, 5.5, 30];
    const rows = ages.map((age): [number, string, number] => [nowUs - age * HOUR_US, 'a', age]);
    await publish(nc.jetstream({ timeout: 20_000 }), envelope({ seq: 1, frames: [frame('young', ['x'], rows)] }));
    await until('rows', async () => (await countOf(questdb, 'select count() from young')) === 6);
    const letters = await until('letters', async () => {
      const all = await deadLetters(nc);
      return all.length === 2 ? all : undefined;
    });
    expect(letters.map(({ reason }) => reason)).toEqual(['time_too_old', 'time_too_old']);
    const kept = async (table: string) =>
      (await questdb.sql(`select partitionBy, ttlValue, ttlUnit from tables() where table_name = '${table}'`))[0]?.join(' ');
    expect(await kept('young')).toBe(`HOUR ${HOURS} HOUR`);
    await until('an earlier table has whole days', async () => (await kept('earlier')) === 'DAY 1 DAY', 60_000);
    expect(await kept('deliveries')).toBe('DAY 2 DAY');
    expect(await etlStatus(nc)).toMatchObject({ telemetryTtlDays: HOURS / 24, problems: [] });
    // What somebody else wrote with an older time leaves with the next commit.
    await questdb.sql(`INSERT INTO young VALUES (cast(${nowUs - 9 * HOUR_US} AS timestamp), 'late', 'a', 1)`);
    await questdb.sql(`INSERT INTO young VALUES (cast(${nowUs} AS timestamp), 'new', 'a', 1)`);
    // Both are there once the second is, and the table has grown by that one alone.
    await until('the later row', async () => (await countOf(questdb, "select count() from young where node_id = 'new'")) === 1);
    await until('the hour is gone', async () => (await countOf(questdb, "select count() from young where node_id = 'late'")) === 0);
    expect(await countOf(questdb, 'select count() from young')).toBe(7);
  } finally {
    await etl.stop();
    await nc.close();
    await Promise.all([nats.stop(), questdb.stop()]);
  }
}, 180_000);

it('writes a cold file an hour, and lets that hour go', async () => {
  const questdb = await startQuestdb();
  const database = new QuestdbHttp({ url: questdb.httpUrl, user: 'admin', passwordFile: questdb.admin.passwordFile });
  try {
    const beginUs = Math.floor((Date.now() * 1000) / HOUR_US) * HOUR_US - 9 * HOUR_US;
    await questdb.sql(
      'CREATE TABLE young (timestamp TIMESTAMP, node_id SYMBOL, x DOUBLE) TIMESTAMP(timestamp) PARTITION BY HOUR WAL DEDUP UPSERT KEYS(timestamp, node_id)',
    );
    await questdb.sql(
      `INSERT INTO young SELECT cast(${beginUs} + x * 60000000 - 60000000 AS timestamp), 'n', x FROM long_sequence(${9 * 60})`,
    );
    await until('rows', async () => (await countOf(questdb, 'select count() from young')) === 540);
    const folder = join(questdb.dir, 'cold');
    const pass = await runColdPass(database, { folder, telemetryTtlDays: HOURS / 24, nowMs: beginUs / 1000 + 9 * HOUR_MS });
    expect(pass).toMatchObject({ problems: [], released: 2 });
    const name = (us: number): string => `young/young-${new Date(us / 1000).toISOString().slice(0, 13)}.parquet`;
    expect(pass.written).toEqual([name(beginUs), name(beginUs + HOUR_US)]);
    expect(readColdManifest(folder).map(({ rows }) => rows)).toEqual([60, 60]);
    expect(await countOf(questdb, 'select count() from young')).toBe(420);
  } finally {
    database.close();
    await questdb.stop();
  }
}, 180_000);
