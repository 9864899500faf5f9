// `npm run bench -- pipeline [--rows N] [--json]`: rows a second from the agents' encoding to visible in QuestDB, with durable settings on,
// every process of the path a process of its own on this machine, and in the same run what QuestDB takes at most.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { basicAuthorization } from '../../cli/parts/questdb-part.ts';
import { type PartName, type Pipeline, startPipeline } from '../harness/pipeline.ts';
import { until } from '../harness/until.ts';
import { cpuSeconds, peakRssMb } from './pipeline/process-cost.ts';
import { rawLimit } from './pipeline/raw-limit.ts';
import { TABLE } from './pipeline/rows.ts';

const NODES = 4;
const PARTS: readonly PartName[] = ['gateway', 'nats', 'etl', 'questdb'];

const { values: options } = parseArgs({
  options: { rows: { type: 'string', default: '3000000' }, json: { type: 'boolean', default: false } },
});
const rows = Math.ceil(Number(options.rows) / 1000) * 1000;
const warmUp = Math.min(rows, 500_000);
const startUs = (Date.now() - 12 * 3_600_000) * 1000;

const pipeline = await startPipeline();
try {
  const load = await startLoad(pipeline);
  await flow(pipeline, load, warmUp, warmUp);
  const pids = new Map<string, number>([['load', load.child.pid ?? 0], ...PARTS.map((name) => [name, pipeline.part(name).pid] as const)]);
  const before = new Map([...pids].map(([name, pid]) => [name, cpuSeconds(pid)]));
  const seconds = await flow(pipeline, load, rows, warmUp + rows);
  const perProcess = Object.fromEntries(
    [...pids].map(([name, pid]) => [
      name,
      { cpuSecondsPerMillionRows: round(((cpuSeconds(pid) - (before.get(name) ?? 0)) * 1e6) / rows), peakRssMb: peakRssMb(pid) },
    ]),
  );
  load.child.stdin?.end();
  const rowsPerSecond = Math.round(rows / seconds);
  const rawRows = Math.min(rows, 800_000);
  const rawBefore = cpuSeconds(pipeline.part('questdb').pid);
  const rawLimitRowsPerSecond = Math.round(await rawLimitOf(pipeline, rawRows));
  // The limit's run sends its rows twice: once to warm up.
  const rawCpuSecondsPerMillionRows = round(((cpuSeconds(pipeline.part('questdb').pid) - rawBefore) * 1e6) / (rawRows * 2));
  report({
    rowsPerSecond,
    rawLimitRowsPerSecond,
    rawCpuSecondsPerMillionRows,
    ratioToRawLimit: round(rowsPerSecond / rawLimitRowsPerSecond),
    cpuSecondsPerMillionRows: round(
      Object.values(perProcess).reduce((sum, { cpuSecondsPerMillionRows }) => sum + cpuSecondsPerMillionRows, 0),
    ),
    perProcess,
  });
} finally {
  await pipeline.stop();
}

interface Load {
  child: ChildProcess;
  lines: AsyncIterator<string>;
}

async function startLoad(target: Pipeline): Promise<Load> {
  const dir = join(target.home, 'bench');
  mkdirSync(dir, { recursive: true });
  const { secret } = await target.client.call('createToken', {
    ...{ kind: 'TOKEN_KIND_JOIN', name: 'pipeline benchmark', scopes: [], validSeconds: 3600, uses: NODES, labels: {} },
  });
  const tokenFile = join(dir, 'join.token');
  writeFileSync(tokenFile, `${secret}\n`, { mode: 0o600 });
  const program = join(import.meta.dirname, 'pipeline/load.ts');
  const args = [program, target.addresses.gateway, target.addresses.caFile, tokenFile, dir, String(NODES), String(startUs)];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  await lines.next();
  return { child, lines };
}

/** Seconds from the first encoding until `visible` rows are seen in the database. */
async function flow(target: Pipeline, load: Load, count: number, visible: number): Promise<number> {
  const from = performance.now();
  load.child.stdin?.write(`${JSON.stringify({ rows: count })}\n`);
  await load.lines.next();
  await until(
    `${visible} rows are visible`,
    async () => Number((await target.sql(`SELECT count() FROM ${TABLE}`))[0]?.[0]) >= visible,
    120_000,
  );
  return (performance.now() - from) / 1000;
}

function rawLimitOf(target: Pipeline, count: number): Promise<number> {
  const { addresses } = target;
  const password = readFileSync(addresses.questdbHttpPasswordFile, 'utf8').trim();
  const authorization = basicAuthorization({ user: addresses.questdbHttpUser, password });
  return rawLimit({ httpUrl: addresses.questdbHttp, authorization, sql: target.sql, rows: count, startUs });
}

interface Result {
  rowsPerSecond: number;
  rawLimitRowsPerSecond: number;
  /** QuestDB's alone, while it takes prepared bytes. */
  rawCpuSecondsPerMillionRows: number;
  ratioToRawLimit: number;
  cpuSecondsPerMillionRows: number;
  perProcess: Record<string, { cpuSecondsPerMillionRows: number; peakRssMb: number }>;
}

function report(result: Result): void {
  const lines = [
    `${result.rowsPerSecond.toLocaleString('en')} rows/s of 10 tags and 10 values, from encoding (SQLite spool, synchronous=FULL) to visible`,
    `${result.rawLimitRowsPerSecond.toLocaleString('en')} rows/s is what QuestDB takes at most, at ${result.rawCpuSecondsPerMillionRows} CPU s a million; ratio ${result.ratioToRawLimit}`,
    `${result.cpuSecondsPerMillionRows} CPU seconds per million rows in all:`,
    ...Object.entries(result.perProcess).map(
      ([name, cost]) => `  ${name.padEnd(8)} ${String(cost.cpuSecondsPerMillionRows).padStart(6)} CPU s, ${cost.peakRssMb} MB peak RSS`,
    ),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  if (options.json) process.stdout.write(`${JSON.stringify(result)}\n`);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
