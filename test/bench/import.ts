// `npm run bench -- import [--size 1GB] [--json]`: a CSV file and its twin in Parquet through the whole path, as a ratio to what QuestDB takes at
// most in the same run; then killed half-way and gone on with, and imported twice: every row once.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { basicAuthorization } from '../../cli/parts/questdb-part.ts';
import { startPipeline } from '../harness/pipeline.ts';
import { until } from '../harness/until.ts';
import { type ImportCost, measureImport, startImport, untilImported } from './import/measured-import.ts';
import { type Recording, writeCsv, writeParquet } from './import/recording.ts';
import { rawLimit } from './pipeline/raw-limit.ts';
import { FIELDS, TABLE } from './pipeline/rows.ts';

const MOST_RAW_ROWS = 800_000;
/** The limit is measured by whole requests. */
const RAW_STEP_ROWS = 20_000;
const STORED_WITHIN_MS = 600_000;

const { values: options } = parseArgs({
  options: { size: { type: 'string', default: '1GB' }, json: { type: 'boolean', default: false } },
});
const startUs = Math.floor((Date.now() - 12 * 3_600_000) / 1000) * 1e6;

const pipeline = await startPipeline();
try {
  const csv = join(pipeline.home, 'recording.csv');
  const parquet = join(pipeline.home, 'recording.parquet');
  const recording = await writeCsv(csv, bytesOf(options.size), startUs);
  await writeParquet(parquet, recording, startUs);
  note(`${recording.rows.toLocaleString('en')} rows are written`);
  const ofCsv = await importOnce(csv, TABLE, recording);
  note('the CSV file is imported');
  const ofParquet = await importOnce(parquet, `${TABLE}_parquet`, recording);
  note('its Parquet twin is imported');
  const raw = await rawLimit({
    ...{ httpUrl: pipeline.addresses.questdbHttp, authorization: authorization(), sql: pipeline.sql },
    ...{ rows: Math.min(Math.floor(recording.rows / RAW_STEP_ROWS) * RAW_STEP_ROWS, MOST_RAW_ROWS), startUs },
  });
  // Its rows came past the ledger.
  await pipeline.sql(`drop table ${TABLE}_raw`);
  note("the database's limit is known");
  await killedAndTwice(csv, `${TABLE}_killed`, recording, (ofCsv.programSeconds * 1000) / 2);
  const { lost, doubled, missingRows } = await pipeline.client.call('verify', { nodeId: '', waitMs: 60_000 }, { timeoutMs: 120_000 });
  if (lost + doubled + missingRows > 0) throw new Error(`the ledger says ${lost} lost, ${doubled} doubled, ${missingRows} rows missing`);
  report({ rows: recording.rows, rawLimitRowsPerSecond: Math.round(raw), csv: ofCsv, parquet: ofParquet, killedAndTwice: 'exact' });
} finally {
  await pipeline.stop();
}

/** `100MB`, `1GB` or a number of bytes. */
function bytesOf(size: string): number {
  const [, number, unit] = /^([\d.]+(?:e\d+)?)(MB|GB)?$/i.exec(size) ?? [];
  const bytes = Number(number) * (unit === undefined ? 1 : unit.toUpperCase() === 'GB' ? 1e9 : 1e6);
  if (!(bytes >= 1e6)) throw new Error(`--size is ${size}: 1MB or more is needed, such as 100MB or 1GB`);
  return bytes;
}

/** The whole takes minutes. */
function note(what: string): void {
  process.stderr.write(`${Math.round(performance.now() / 1000)} s: ${what}\n`);
}

async function importOnce(path: string, table: string, recording: Recording): Promise<ImportCost> {
  const cost = await measureImport(pipeline, { path, table, rows: recording.rows }, () => untilStored(table, recording.rows));
  await assertExact(table, recording);
  return cost;
}

async function killedAndTwice(path: string, table: string, recording: Recording, killAfterMs: number): Promise<void> {
  const child = startImport(pipeline, path, table);
  await wait(killAfterMs);
  // As it is killed, so it must not have ended by itself.
  if (!child.kill('SIGKILL')) throw new Error('the import was over before it could be killed');
  for (const [what, ...more] of [['killed and gone on with'], ['imported once more', '--restart']]) {
    await untilImported(startImport(pipeline, path, table, ...more), path);
    await untilStored(table, recording.rows);
    await until(
      'the stream is empty',
      async () => (await pipeline.client.call('getPipelineStatus', {})).pendingMessages === 0,
      STORED_WITHIN_MS,
    );
    await assertExact(table, recording);
    note(`${what}: every row once`);
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
  csv: ImportCost;
  parquet: ImportCost;
  /** Count and sums after a kill half-way, going on, and a second import. */
  killedAndTwice: 'exact';
}

function report(result: Result): void {
  for (const [name, cost] of [
    ['CSV    ', result.csv],
    ['Parquet', result.parquet],
  ] as const) {
    const ratio = (cost.rowsPerSecond / result.rawLimitRowsPerSecond).toFixed(2);
    const hops = Object.entries(cost.cpuMicroseconds).map(([part, us]) => `${part} ${us.toFixed(1)}`);
    process.stdout.write(
      `${name} ${cost.rowsPerSecond.toLocaleString('en')} rows/s, from the file (${Math.round(cost.bytes / 1e6)} MB) to visible, ${cost.peakRssMb} MB peak RSS, ${ratio} of the raw limit; µs of CPU a row: ${hops.join(', ')}\n`,
    );
  }
  process.stdout.write(`${result.rawLimitRowsPerSecond.toLocaleString('en')} rows/s is what QuestDB takes at most\n`);
  process.stdout.write(`killed half-way, gone on with and imported twice: ${result.rows.toLocaleString('en')} rows, every sum exact\n`);
  if (options.json) process.stdout.write(`${JSON.stringify(result)}\n`);
}
