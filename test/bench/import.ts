// `npm run bench -- import [--bytes N] [--json]`: a CSV file and its twin in Parquet through the whole path, as a ratio to what QuestDB takes at
// most in the same run; then killed half-way and gone on with, and imported twice: every row once.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { basicAuthorization } from '../../cli/parts/questdb-part.ts';
import { startPipeline } from '../harness/pipeline.ts';
import { builtProgram } from '../harness/program.ts';
import { until } from '../harness/until.ts';
import { type Recording, writeCsv, writeParquet } from './import/recording.ts';
import { peakRssMb } from './pipeline/process-cost.ts';
import { rawLimit } from './pipeline/raw-limit.ts';
import { FIELDS, TABLE, TAGS } from './pipeline/rows.ts';

const MOST_RAW_ROWS = 800_000;
/** The limit is measured by whole requests. */
const RAW_STEP_ROWS = 20_000;
const LOOK_EVERY_MS = 50;
const STORED_WITHIN_MS = 600_000;

const { values: options } = parseArgs({
  options: { bytes: { type: 'string', default: '1e9' }, json: { type: 'boolean', default: false } },
});
const startUs = Math.floor((Date.now() - 12 * 3_600_000) / 1000) * 1e6;

const pipeline = await startPipeline();
try {
  const csv = join(pipeline.home, 'recording.csv');
  const parquet = join(pipeline.home, 'recording.parquet');
  const recording = await writeCsv(csv, Number(options.bytes), startUs);
  await writeParquet(parquet, recording, startUs);
  const ofCsv = await importOnce(csv, TABLE, recording);
  const ofParquet = await importOnce(parquet, `${TABLE}_parquet`, recording);
  const raw = await rawLimit({
    ...{ httpUrl: pipeline.addresses.questdbHttp, authorization: authorization(), sql: pipeline.sql },
    ...{ rows: Math.min(Math.floor(recording.rows / RAW_STEP_ROWS) * RAW_STEP_ROWS, MOST_RAW_ROWS), startUs },
  });
  // Its rows came past the ledger.
  await pipeline.sql(`drop table ${TABLE}_raw`);
  await killedAndTwice(csv, `${TABLE}_killed`, recording, (ofCsv.programSeconds * 1000) / 2);
  const { lost, doubled, missingRows } = await pipeline.client.call('verify', { nodeId: '', waitMs: 60_000 }, 120_000);
  if (lost + doubled + missingRows > 0) throw new Error(`the ledger says ${lost} lost, ${doubled} doubled, ${missingRows} rows missing`);
  report({ rows: recording.rows, rawLimitRowsPerSecond: Math.round(raw), csv: ofCsv, parquet: ofParquet, killedAndTwice: 'exact' });
} finally {
  await pipeline.stop();
}

interface Cost {
  bytes: number;
  /** From the start of the program until the last row is visible. */
  rowsPerSecond: number;
  peakRssMb: number;
  /** Until everything is durably in the stream. */
  programSeconds: number;
}

function start(path: string, table: string, ...more: string[]): ChildProcess {
  const args = [builtProgram('muster'), 'import', path, '--json', '--home', pipeline.home, '--measurement', table];
  return spawn(process.execPath, [...args, '--tags', TAGS.join(','), ...more], { stdio: ['ignore', 'ignore', 'inherit'] });
}

async function importOnce(path: string, table: string, recording: Recording): Promise<Cost> {
  const from = performance.now();
  const child = start(path, table);
  let peak = 0;
  const ended = once(child, 'exit');
  while (child.exitCode === null && child.signalCode === null) {
    try {
      peak = Math.max(peak, peakRssMb(child.pid ?? 0) || 0);
    } catch {
      // It has just ended: its peak was seen.
    }
    await wait(LOOK_EVERY_MS);
  }
  await ended;
  const programSeconds = (performance.now() - from) / 1000;
  if (child.exitCode !== 0) throw new Error(`the import of ${path} ended with ${child.exitCode}`);
  await untilStored(table, recording.rows);
  const seconds = (performance.now() - from) / 1000;
  await assertExact(table, recording);
  return { bytes: statSync(path).size, rowsPerSecond: Math.round(recording.rows / seconds), peakRssMb: peak, programSeconds };
}

async function killedAndTwice(path: string, table: string, recording: Recording, killAfterMs: number): Promise<void> {
  const child = start(path, table);
  await wait(killAfterMs);
  // As it is killed, so it must not have ended by itself.
  if (!child.kill('SIGKILL')) throw new Error('the import was over before it could be killed');
  for (const more of [[], ['--restart']]) {
    const [code] = await once(start(path, table, ...more), 'exit');
    if (code !== 0) throw new Error(`the import of ${path} ended with ${code}`);
    await untilStored(table, recording.rows);
    await until(
      'the stream is empty',
      async () => (await pipeline.client.call('getPipelineStatus', {})).pendingMessages === 0,
      STORED_WITHIN_MS,
    );
    await assertExact(table, recording);
  }
}

async function count(table: string): Promise<number> {
  return Number((await pipeline.sql(`select count() from ${table}`).catch(() => [[0]]))[0]?.[0]);
}

async function untilStored(table: string, rows: number): Promise<void> {
  await until(`${rows} rows are in ${table}`, async () => (await count(table)) >= rows, STORED_WITHIN_MS);
}

async function assertExact(table: string, { rows, sums }: Recording): Promise<void> {
  const columns = FIELDS.map((field) => `sum(cast(round(${field} * 100, 0) as long))`).join(', ');
  const [found] = await pipeline.sql(`select count(), ${columns} from ${table}`);
  const wanted = [rows, ...sums];
  if (JSON.stringify(found) !== JSON.stringify(wanted))
    throw new Error(`${table} has ${JSON.stringify(found)}, wanted ${JSON.stringify(wanted)}`);
}

function authorization(): string {
  const { questdbHttpUser: user, questdbHttpPasswordFile } = pipeline.addresses;
  return basicAuthorization({ user, password: readFileSync(questdbHttpPasswordFile, 'utf8').trim() });
}

interface Result {
  rows: number;
  rawLimitRowsPerSecond: number;
  csv: Cost;
  parquet: Cost;
  /** Count and sums after a kill half-way, going on, and a second import. */
  killedAndTwice: 'exact';
}

function report(result: Result): void {
  const line = (name: string, cost: Cost): string =>
    `${name} ${cost.rowsPerSecond.toLocaleString('en')} rows/s, from the file (${Math.round(cost.bytes / 1e6)} MB) to visible, ${cost.peakRssMb} MB peak RSS, ${(cost.rowsPerSecond / result.rawLimitRowsPerSecond).toFixed(2)} of the raw limit\n`;
  process.stdout.write(line('CSV    ', result.csv) + line('Parquet', result.parquet));
  process.stdout.write(`${result.rawLimitRowsPerSecond.toLocaleString('en')} rows/s is what QuestDB takes at most\n`);
  process.stdout.write(`killed half-way, gone on with and imported twice: ${result.rows.toLocaleString('en')} rows, every sum exact\n`);
  if (options.json) process.stdout.write(`${JSON.stringify(result)}\n`);
}
