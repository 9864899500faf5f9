// The extraction from a real Prometheus that scrapes a real node_exporter: what is stored is what Prometheus itself answers, each point once,
// over restarts of both ends. MUSTER_PROMETHEUS_SECONDS makes the continuous part longer.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Part } from '../../cli/parts/part.ts';
import { type Child, startChild } from '../../cli/process/child.ts';
import { toNodeId } from '../../core/files/import/batch-builder.ts';
import { type Pipeline, startPipeline } from '../harness/pipeline.ts';
import { builtProgram, runProgram } from '../harness/program.ts';
import { importHistory, type PrometheusHarness, startNodeExporter, startPrometheus } from '../harness/prometheus.ts';
import type { Server } from '../harness/server.ts';
import { until } from '../harness/until.ts';

const SECONDS = Number(process.env['MUSTER_PROMETHEUS_SECONDS'] ?? 20);
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const SERIES = 500;
const POINTS = 1440;
/** The last point of the history, well before what is scraped now. */
const HISTORY_END_MS = Math.floor(Date.now() / MINUTE_MS - 15) * MINUTE_MS;
const HISTORY_START_MS = HISTORY_END_MS - (POINTS - 1) * MINUTE_MS;

let pipeline: Pipeline;
let exporter: Awaited<ReturnType<typeof startNodeExporter>>;
let prometheus: PrometheusHarness;

beforeAll(async () => {
  const [started, dir] = await Promise.all([startPipeline(), importHistory(syntheticHistory())]);
  pipeline = started;
  exporter = await startNodeExporter();
  prometheus = await startPrometheus({ targets: { node: [exporter.address] }, dir });
});
afterAll(() => Promise.all([pipeline, prometheus, exporter].map((server: Pipeline | Server | undefined) => server?.stop())));

/** A day of 500 series of 20 hosts, with gaps longer than Prometheus bridges, NaN and infinities. */
function syntheticHistory(): string {
  const lines = ['# TYPE synthetic gauge'];
  for (let s = 0; s < SERIES; s++) {
    for (let i = 0; i < POINTS; i++) {
      if (s % 50 === 0 && i >= 400 && i < 420) continue;
      const odd = i % 97 === 0 ? s % 100 : 0;
      const value = odd === 1 ? 'NaN' : odd === 2 ? '+Inf' : Math.sin(s + i / 50) * 1000;
      const time = (HISTORY_START_MS + i * MINUTE_MS) / 1000;
      lines.push(`synthetic{instance="host-${s % 20}:9100",job="lab",channel="${Math.floor(s / 20)}"} ${value} ${time}`);
    }
  }
  return `${lines.join('\n')}\n# EOF\n`;
}

function configFile(name: string, text: string): string {
  const file = join(pipeline.home, `${name}.yaml`);
  writeFileSync(file, `name: ${name}\nurl: ${prometheus.url}\n${text}`);
  return file;
}

/** Series → time in ms → value, of what Prometheus answers: finite values only. `tags` tell series apart beside node and table. */
async function answered(query: string, tags: readonly string[], [from, to, step]: [number, number, number]): Promise<Points> {
  const points: Points = new Map();
  for (const { metric, values } of await prometheus.range(query, from, to, step)) {
    const key = [metric['__name__'], toNodeId(metric['instance'] ?? ''), ...tags.map((tag) => metric[tag] ?? '')].join(' ');
    const series = points.get(key) ?? new Map<number, number>();
    points.set(key, series);
    for (const [time, value] of values) if (Number.isFinite(Number(value))) series.set(Math.round(time * 1000), Number(value));
  }
  return points;
}

type Points = Map<string, Map<number, number>>;

/** The same of what is stored. Throws for a point that is there twice. */
async function stored(table: string, tags: readonly string[], [from, to]: readonly number[], into: Points = new Map()): Promise<Points> {
  const columns = ['cast(timestamp as long)', 'node_id', 'value', ...tags].join(', ');
  const where = `timestamp between ${(from as number) * 1000} and ${(to as number) * 1000}`;
  for (const [time, node, value, ...labels] of await pipeline.sql(`select ${columns} from ${table} where ${where}`)) {
    const key = [table, node, ...labels.map((label) => label ?? '')].join(' ');
    const series = into.get(key) ?? new Map<number, number>();
    into.set(key, series);
    const at = Number(time) / 1000;
    if (series.has(at)) throw new Error(`${key} has ${new Date(at).toISOString()} twice`);
    series.set(at, Number(value));
  }
  return into;
}

/** Names what differs, rather than printing half a million points. */
function differences(expected: Points, found: Points): string[] {
  const problems: string[] = [];
  for (const [key, points] of expected) {
    const have = found.get(key) ?? new Map<number, number>();
    for (const [time, value] of points)
      if (have.get(time) !== value) problems.push(`${key} at ${new Date(time).toISOString()}: ${value} expected, ${have.get(time)} stored`);
    for (const time of have.keys()) if (!points.has(time)) problems.push(`${key} at ${new Date(time).toISOString()}: not of Prometheus`);
  }
  for (const key of found.keys()) if (!expected.has(key)) problems.push(`${key}: not of Prometheus`);
  return problems.slice(0, 20);
}

function sizeOf(points: Points): number {
  return [...points.values()].reduce((sum, series) => sum + series.size, 0);
}

/** Batches and rows of extractions in the ledger, and when the last of them was stored. */
async function ledger(): Promise<{ batches: number; rows: number; epochs: number; storedMs: number }> {
  // 'prom' in hexadecimal.
  const ofProm = "from deliveries where epoch like '70726f6d%'";
  const [row = []] = await pipeline.sql(`select count(), sum(rows), count_distinct(epoch), cast(max(stored) as long) ${ofProm}`);
  const [batches = 0, rows = 0, epochs = 0, stored = 0] = row.map(Number);
  return { batches, rows, epochs, storedMs: stored / 1000 };
}

async function untilStored(table: string, expected: Points, [from, to]: readonly number[]): Promise<void> {
  const where = `timestamp between ${(from as number) * 1000} and ${(to as number) * 1000}`;
  const count = async (): Promise<number> => Number((await pipeline.sql(`select count() from ${table} where ${where}`))[0]?.[0]);
  const size = [...expected].reduce((sum, [key, points]) => (key.startsWith(`${table} `) ? sum + points.size : sum), 0);
  await until(`${size} rows of ${table} are stored`, async () => (await count()) >= size, 90_000);
}

async function expectNothingLost(): Promise<void> {
  const found = await pipeline.client.call('verify', { nodeId: '', waitMs: 30_000 }, { timeoutMs: 60_000 });
  expect(found).toMatchObject({ lost: 0, doubled: 0, missingRows: 0, holes: [] });
}

it('tests both ends and every query, and says what is wrong in words', async () => {
  const good = configFile(
    'check',
    'queries:\n  - up\n  - request_rate\n  - p95_latency\n  - error_rate\n  - name: wrong\n    query: up{\n',
  );
  const check = await pipeline.muster('etl', 'prometheus', '--config', good, '--check');
  expect([check.code, check.stdout.split('\n').map((line) => line.split(':')[0])]).toEqual([
    ...[
      1,
      expect.arrayContaining([
        ...['up', 'request_rate', 'p95_latency', 'error_rate'].map((name) => `ok    query ${name}`),
        'fails query wrong',
      ]),
    ],
  ]);
  expect(check.stdout).toContain('it takes the token');
  expect(check.stdout).toContain('Prometheus refuses the query: 1:4: parse error');
  const away = await pipeline.muster('etl', 'prometheus', '--config', good, '--gateway=127.0.0.1:1', '--check');
  expect([away.code, away.stdout]).toEqual([
    69,
    expect.stringContaining('fails gateway 127.0.0.1:1: gateway 127.0.0.1:1 cannot be reached'),
  ]);
});

it('back-fills a day of 500 series as Prometheus tells it, once however often', async () => {
  const file = configFile('history', 'queries:\n  - name: synthetic\n    query: synthetic\n    labels: [channel]\n');
  const span = [HISTORY_START_MS, HISTORY_END_MS, MINUTE_MS] as [number, number, number];
  const backfill = (...ends: number[]) => {
    const words = ends.map((ms) => new Date(ms).toISOString()).join('..');
    return pipeline.muster('etl', 'prometheus', '--config', file, '--backfill', words, '--step', '60s');
  };
  const expected = await answered('synthetic', ['channel'], span);
  expect([expected.size, sizeOf(expected)]).toEqual([SERIES, expect.any(Number)]);
  expect(sizeOf(expected)).toBeGreaterThan(719_000);
  const { code, stdout, stderr } = await backfill(HISTORY_START_MS, HISTORY_END_MS);
  expect([code, stderr.includes('"reason":"infinite"')]).toEqual([0, true]);
  expect(stdout).toMatch(new RegExp(`^synthetic: ${sizeOf(expected)} rows stored in 2 windows; left out: .*75 absent`));
  await untilStored('synthetic', expected, span);
  expect(differences(expected, await stored('synthetic', ['channel'], span))).toEqual([]);
  const first = await until('the ledger has all', async () => {
    const account = await ledger();
    return account.rows === sizeOf(expected) ? account : undefined;
  });
  // A window of its own, whatever the span it lies in: the shorter of the two is sent again.
  const midnight = Math.floor(HISTORY_END_MS / DAY_MS) * DAY_MS;
  const again = HISTORY_END_MS - midnight < DAY_MS / 2 ? [midnight, HISTORY_END_MS] : [HISTORY_START_MS, midnight - MINUTE_MS];
  expect((await backfill(...again)).code).toBe(0);
  const second = await until('the repeat is stored', async () => {
    const account = await ledger();
    return account.storedMs > first.storedMs ? account : undefined;
  });
  expect({ ...second, storedMs: 0 }).toEqual({ ...first, storedMs: 0 });
  await expectNothingLost();
  expect((await pipeline.sql('select count() from synthetic'))[0]).toEqual([sizeOf(expected)]);
});

it(
  'goes on over restarts of Prometheus, of the gateway and of itself without a hole or a double',
  async () => {
    const tags = ['cpu', 'mode', 'device', 'instance'];
    const metrics = ['node_cpu_seconds_total', 'node_load1', 'node_memory_MemAvailable_bytes', 'node_network_receive_bytes_total'];
    const query = `{job="node",__name__=~"${metrics.join('|')}"}`;
    const settings = `step: 1s\nlag: 4s\nlabels: [${tags}]\nqueries:\n  - up\n  - name: node\n    query: '${query}'\n  - name: wrong\n    query: up{\n`;
    const file = configFile('live', settings);
    const extraction = startExtraction(file);
    const doneMs = (name: string): number => {
      const { done } = JSON.parse(readFileSync(join(pipeline.home, 'marks', 'live', `${name}.mark.json`), 'utf8')) as { done: number };
      return done * 1000;
    };
    const quarter = (SECONDS * 1000) / 4;
    let running = extraction();
    await running.ready(30_000);
    await until('it has begun', () => doneMs('up') > 0 && doneMs('node') > 0);
    const second = await runProgram(process.execPath, [...extractionArguments(file), '--once']);
    expect([second.code, second.stderr]).toEqual([2, expect.stringContaining(`is locked by process ${running.pid}: stop it`)]);
    await wait(quarter);
    await prometheus.restart();
    await wait(quarter);
    await pipeline.kill('gateway');
    await wait(quarter);
    await running.kill();
    running = extraction();
    await running.ready(30_000);
    await wait(quarter);
    const endMs = Date.now();
    await until('it has caught up', () => doneMs('up') >= endMs && doneMs('node') >= endMs, 60_000);
    expect(await running.stop(30_000)).toEqual({ code: 1, signal: null });

    await expectNothingLost();
    const begin = async (table: string): Promise<number> =>
      Date.parse(String((await pipeline.sql(`select min(timestamp) from ${table}`))[0]?.[0]));
    const up: [number, number, number] = [await begin('up'), doneMs('up'), 1000];
    const upPoints = await answered('up', tags, up);
    expect(sizeOf(upPoints)).toBeGreaterThan(SECONDS - 2);
    await untilStored('up', upPoints, up);
    expect(differences(upPoints, await stored('up', tags, up))).toEqual([]);
    const node: [number, number, number] = [await begin('node_load1'), doneMs('node'), 1000];
    const nodePoints = await answered(query, tags, node);
    expect(new Set([...nodePoints.keys()].map((key) => key.split(' ')[0]))).toEqual(new Set(metrics));
    const found: Points = new Map();
    for (const table of metrics) {
      await untilStored(table, nodePoints, node);
      await stored(table, tags, node, found);
    }
    expect(differences(nodePoints, found)).toEqual([]);
    process.stdout.write(`prometheus: ${sizeOf(upPoints) + sizeOf(nodePoints)} points over ${(doneMs('node') - node[0]) / 1000} s\n`);
  },
  SECONDS * 1000 + 180_000,
);

/** The program itself: its process is the one that is killed. */
function extractionArguments(config: string): string[] {
  const { gateway, caFile, tokenFile } = pipeline.addresses;
  const ends = ['--gateway', gateway, '--ca-file', caFile, '--token-file', tokenFile];
  return [builtProgram('prometheus'), '--config', config, ...ends, '--state-dir', join(pipeline.home, 'marks')];
}

function startExtraction(config: string): () => Child {
  const part: Part = {
    name: 'extraction',
    command: process.execPath,
    args: extractionArguments(config),
    folders: [],
    files: [],
    readiness: { kind: 'line' },
  };
  return () => startChild(part, join(pipeline.home, 'logs', 'extraction.log'));
}

it('does one cycle', async () => {
  const file = configFile('once', 'step: 1s\nlag: 2s\nfirstSpan: 5s\nqueries: [up]\n');
  const { code, stdout } = await pipeline.muster('etl', 'prometheus', '--config', file, '--once');
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^up: [5-7] rows stored in 1 window/)]);
});
