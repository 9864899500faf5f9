// `npm run bench -- tiers [--nodes N] [--every SECONDS] [--json]`: a month of one node among many, from its rows, minutes and hours, as the gateway reads them.
import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { QuestdbHttp } from '../../etl/questdb/questdb-http.ts';
import { TierKeeper } from '../../etl/tiers/tier-keeper.ts';
import { MeasurementCatalog } from '../../gateway/fleet/query/measurements.ts';
import { QueryRunner } from '../../gateway/fleet/query/query.ts';
import { ReadDatabase } from '../../gateway/fleet/query/read-database.ts';
import { TierReader } from '../../gateway/fleet/query/tier-series.ts';
import { startQuestdb } from '../harness/questdb.ts';
import { temporaryFolder } from '../harness/server.ts';
import { until } from '../harness/until.ts';
import { cpuSeconds } from './pipeline/process-cost.ts';

const DAYS = 30;
const DAY_US = 86_400_000_000;
const RUNS = 30;

const { values: options } = parseArgs({
  options: {
    nodes: { type: 'string', default: '50' },
    every: { type: 'string', default: '30' },
    json: { type: 'boolean', default: false },
  },
});
const nodes = Number(options.nodes);
/** Seconds between the rows of a node. */
const every = Number(options.every);
const endUs = Math.floor((Date.now() * 1000) / DAY_US) * DAY_US;
const rows = (nodes * DAYS * 86_400) / every;

const dir = temporaryFolder('bench-tiers');
const questdb = await startQuestdb({ dir });
const reading = { host: '127.0.0.1', port: questdb.pgPort, user: 'reader', passwordFile: questdb.reader.passwordFile };
const database = new QuestdbHttp({ url: questdb.httpUrl, user: 'admin', passwordFile: questdb.admin.passwordFile });
const [reader, queries] = [new ReadDatabase(reading), new QueryRunner(reading)];
try {
  await Promise.all([reader.start(), queries.start()]);
  await database.sql(
    'CREATE TABLE cpu (timestamp TIMESTAMP, node_id SYMBOL, cpu SYMBOL, busy DOUBLE, user DOUBLE, system DOUBLE, iowait DOUBLE, steal DOUBLE) ' +
      'TIMESTAMP(timestamp) PARTITION BY DAY TTL 40 DAYS WAL DEDUP UPSERT KEYS(timestamp, node_id, cpu)',
  );
  // A day a statement, so that none runs into the time limit of a request.
  for (let day = 0; day < DAYS; day++) {
    const fromUs = endUs - (DAYS - day) * DAY_US;
    await database.sql(
      `INSERT INTO cpu SELECT cast(${fromUs} + ((x - 1) / ${nodes}) * ${every * 1e6} AS timestamp), 'n' || ((x - 1) % ${nodes}), 'total', ` +
        `rnd_double(), rnd_double(), rnd_double(), rnd_double(), rnd_double() FROM long_sequence(${rows / DAYS})`,
    );
  }
  const rollUps = { '1m': { ttlDays: 180, partitionBy: 'week' }, '1h': { ttlDays: 1826, partitionBy: 'month' } } as const;
  const keeper = new TierKeeper(database, { tiers: true, rollUps, telemetryTtlDays: 40 }, { schemaChanged: () => {}, retried: () => {} });
  const counted = async (sql: string): Promise<boolean> => Number((await questdb.sql(sql))[0]?.[0]) === rows;
  await until('all rows are there', () => counted('select count() from cpu'), 300_000);
  const startMs = performance.now();
  const startCpu = cpuSeconds(questdb.pid);
  await keeper.ensure('cpu');
  for (const view of ['cpu_1m', 'cpu_1h']) {
    await database.sql(`REFRESH MATERIALIZED VIEW ${view} INCREMENTAL`);
    await until(`${view} has all rows`, () => counted(`select sum(rows) from ${view}`), 300_000);
  }
  const rollUpSeconds = Math.round(performance.now() - startMs) / 1000;
  const cpuSecondsPerMillionRows = Number((((cpuSeconds(questdb.pid) - startCpu) * 1e6) / rows).toFixed(2));
  const catalog = new MeasurementCatalog(reader, Date.now);
  const tiers = new TierReader({
    ...{ database: reader, now: Date.now, measurements: () => catalog.list() },
    query: (request, signal, caller) => queries.run(request, signal, caller),
  });
  const ask = async (fields: string[], maxPoints: number): Promise<{ tier: string; points: number }> => {
    let tier = '';
    let points = 0;
    const request = { nodeId: 'n7', measurement: 'cpu', tags: {}, fields, fromUs: endUs - DAYS * DAY_US, toUs: endUs, maxPoints };
    for await (const frame of tiers.series(request, new AbortController().signal, { tokenId: 'bench' })) {
      tier = frame.plan?.tier ?? tier;
      points += frame.timesUs.length;
    }
    return { tier, points };
  };
  const results = [];
  for (const [what, fields, maxPoints] of [
    ['a chart', ['busy'], 1500],
    ['a chart of all five fields', [], 1500],
    ['every minute', ['busy'], 50_000],
    ['hours', ['busy'], 800],
  ] as const) {
    const times: number[] = [];
    let answer = { tier: '', points: 0 };
    for (let run = 0; run < RUNS; run++) {
      const fromMs = performance.now();
      answer = await ask([...fields], maxPoints);
      if (run > 4) times.push(performance.now() - fromMs);
    }
    results.push({ what, ...answer, ...quantiles(times) });
  }
  const raw: number[] = [];
  for (let run = 0; run < 8; run++) {
    const fromMs = performance.now();
    await questdb.sql("select timestamp, min(busy), max(busy), avg(busy), last(busy) from cpu where node_id = 'n7' sample by 30m");
    if (run > 2) raw.push(performance.now() - fromMs);
  }
  results.push({ what: 'the same chart from the rows, by SQL', tier: 'raw', points: DAYS * 48, ...quantiles(raw) });
  process.stdout.write(
    `${nodes} nodes, ${DAYS} days, ${rows.toLocaleString('en')} rows; rolled up in ${rollUpSeconds} s, ${cpuSecondsPerMillionRows} CPU s a million\n`,
  );
  for (const { what, tier, points, p50Ms, p95Ms } of results)
    process.stdout.write(`${what.padEnd(38)} ${tier.padEnd(4)} ${String(points).padStart(6)} points  p50 ${p50Ms} ms  p95 ${p95Ms} ms\n`);
  if (options.json) process.stdout.write(`${JSON.stringify({ nodes, rows, rollUpSeconds, cpuSecondsPerMillionRows, results })}\n`);
} finally {
  await queries.stop();
  await reader.stop();
  database.close();
  await questdb.stop();
  rmSync(dir, { recursive: true, force: true });
}

function quantiles(times: number[]): { p50Ms: number; p95Ms: number } {
  const sorted = times.sort((a, b) => a - b);
  const at = (share: number): number => Number((sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN).toFixed(1));
  return { p50Ms: at(0.5), p95Ms: at(0.95) };
}
