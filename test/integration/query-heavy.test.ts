// Statements that would take the database: they end in it at the limit of their call, and meanwhile others are answered and rows are stored.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openFleet } from '../../cli/fleet/open-fleet.ts';
import type { FleetClient } from '../../proto/client/fleet-client.ts';
import { https } from '../harness/https.ts';
import { type Pipeline, startPipeline } from '../harness/pipeline.ts';
import { until } from '../harness/until.ts';

const TIMEOUT_MS = 1500;
/** What other work on the machine may add: without the limit in the database these statements take minutes, and hold all others as long. */
const BESIDE_MS = 10_000;

let pipeline: Pipeline;
let push: string;
let reader: FleetClient;

beforeAll(async () => {
  pipeline = await startPipeline();
  push = await createToken('push');
  const tokenFile = join(pipeline.home, 'heavy.token');
  writeFileSync(tokenFile, await createToken('read'));
  reader = openFleet({ ...pipeline.addresses, tokenFile });
  await pipeline.sql('create table heavy (timestamp timestamp, node_id symbol, busy double) timestamp(timestamp) partition by day wal');
  await pipeline.sql("insert into heavy select timestamp_sequence('2026-11-22', 1000000), 'a', x::double from long_sequence(300000)");
  await until('the rows can be read', async () => (await pipeline.sql('select count() from heavy'))[0]?.[0] === 300_000);
  await stored(0);
});
afterAll(async () => {
  reader?.close();
  await pipeline?.stop();
});

async function createToken(scope: string): Promise<string> {
  const wanted = { kind: 'TOKEN_KIND_ACCESS' as const, name: scope, scopes: [scope], validSeconds: 600, uses: 0, labels: {} };
  return (await pipeline.client.call('createToken', wanted)).secret;
}

/** Milliseconds from a push to its row in SQL. */
async function stored(v: number): Promise<number> {
  const startedMs = Date.now();
  const body = { node_id: 'lagos-1', v };
  expect((await https(pipeline.addresses, '/api/push', { token: push, body })).status).toBe(202);
  await until(`row ${v} is stored`, async () => {
    const rows = await pipeline.sql(`select count() from push where v = ${v}`).catch(() => []);
    return rows[0]?.[0] === 1;
  });
  return Date.now() - startedMs;
}

/** Milliseconds until another caller's `select 1` is answered. */
async function answered(): Promise<number> {
  const startedMs = Date.now();
  for await (const { totals } of pipeline.client.stream('query', { sql: 'select 1', maxRows: 1, timeoutMs: 10_000 })) {
    if (totals) expect(totals.rows).toBe(1);
  }
  return Date.now() - startedMs;
}

/** What a statement ended with, and after how long. */
async function ended(sql: string, timeoutMs = TIMEOUT_MS): Promise<{ code: string; elapsedMs: number }> {
  const startedMs = Date.now();
  let code = 'ok';
  try {
    for await (const _ of reader.stream('query', { sql, maxRows: 10, timeoutMs }));
  } catch (error) {
    code = (error as { code: string }).code;
  }
  return { code, elapsedMs: Date.now() - startedMs };
}

async function running(): Promise<number> {
  return (await pipeline.sql("select query from query_activity() where query like '%heavy%' and query not like '%query_activity%'")).length;
}

it('refuses what would fill the heap of the database', async () => {
  expect((await ended("select string_distinct_agg(x::string, ',') from long_sequence(100000000)")).code).toBe('invalid_argument');
  expect((await ended("select string_distinct_agg(busy::string, ',') from heavy")).code).toBe('invalid_argument');
  expect((await ended('select count() from long_sequence(100000000)')).code).toBe('invalid_argument');
});

it('sorts three million rows', async () => {
  const sql = 'select a.busy + b.busy s from heavy a cross join (select busy from heavy limit 10) b order by s desc limit 5';
  expect((await ended(sql, 30_000)).code).toBe('ok');
});

it.each([
  ['a distinct count', "select count_distinct(rpad((a.busy * 300000 + b.busy)::string, 60, 'x')) from heavy a cross join heavy b"],
  ['a join', 'select count() from heavy a cross join heavy b where a.busy > b.busy + 1e9'],
  ['a percentile of each row', 'select a.busy * 300000 + b.busy k, approx_percentile(a.busy, 0.5, 3) p from heavy a cross join heavy b'],
  ['a sort', 'select a.busy + b.busy s from heavy a cross join heavy b order by s desc'],
  [
    'a costly pattern',
    "select count() from heavy a cross join heavy b where regexp_replace((a.busy + b.busy)::string || 'aaaaaaaa!', '(a|aa)+$', 'x') = 'q'",
  ],
])('ends %s at its limit, twice at once, and answers and stores meanwhile', async (_, sql) => {
  let over = false;
  const both = Promise.all([ended(sql), ended(sql)]).finally(() => {
    over = true;
  });
  // One that needs too much memory is over before it is seen.
  await until('both run', async () => over || (await running()) >= 2);
  const meanwhile: { answerMs: number; storeMs: number }[] = [];
  do {
    const [answerMs, storeMs] = await Promise.all([answered(), stored(Math.random())]);
    meanwhile.push({ answerMs, storeMs });
    await wait(50);
  } while (!over);
  for (const { code, elapsedMs } of await both) {
    expect(['deadline_exceeded', 'limit_exceeded']).toContain(code);
    expect(elapsedMs).toBeLessThan(TIMEOUT_MS + BESIDE_MS);
  }
  await until('nothing of it runs in the database', async () => (await running()) === 0);
  expect(Math.max(...meanwhile.map(({ answerMs }) => answerMs))).toBeLessThan(BESIDE_MS);
  expect(Math.max(...meanwhile.map(({ storeMs }) => storeMs))).toBeLessThan(BESIDE_MS);
});
