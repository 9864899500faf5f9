// `muster export` and `muster tail` on a whole pipeline: what goes out comes in again row for row, whatever the format.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Pipeline, type Simulation, startPipeline, startSimulation } from '../harness/pipeline.ts';
import { until } from '../harness/until.ts';

const ROWS = 120_000;
const HOSTILE = ['=cmd|/c calc', 'say "hi", ok', 'two\nlines', '<img onerror=x>', '-1', ''];
let pipeline: Pipeline;
let simulation: Simulation | undefined;

beforeAll(async () => {
  pipeline = await startPipeline();
  const start = Date.now() - 3 * 86_400_000;
  const lines = Array.from({ length: ROWS }, (_, i) => {
    const time = new Date(start + Math.floor(i / 20) * 15_000).toISOString();
    const text = (HOSTILE[i % HOSTILE.length] as string).replaceAll('"', '""');
    return `${time},node-${i % 20},"${text}",${i},${i % 7 ? i / 3 : ''}`;
  });
  const path = join(pipeline.home, 'source.csv');
  writeFileSync(path, `time,host,note,number,third\n${lines.join('\n')}\n`);
  const { code, stderr } = await pipeline.muster('import', path, '--tags', 'note', '--json');
  expect([code, stderr]).toEqual([0, expect.any(String)]);
  await stored('source', ROWS);
});
afterAll(async () => {
  await simulation?.stop();
  await pipeline?.stop();
});

async function stored(table: string, rows: number): Promise<void> {
  const count = async () => Number((await pipeline.sql(`select count() from ${table}`).catch(() => [[0]]))[0]?.[0]);
  await until(`${rows} rows are in ${table}`, async () => (await count()) === rows, 60_000);
}

/** Every bit of a third counts, and in whole numbers, whose sum is the same in whatever order the database's workers add. */
const THIRDS = `sum(cast(third * ${2 ** 37} as long) % 1000003)`;

const content = (table: string) =>
  pipeline.sql(
    `select note, count(), sum(number), ${THIRDS} thirds, count(third), min(timestamp), max(timestamp), count_distinct(node_id) from ${table} order by note`,
  );

it.each(['csv', 'parquet', 'ndjson'])(
  'writes %s that comes in again row for row',
  async (format) => {
    const path = join(pipeline.home, `out.${format}`);
    const out = await pipeline.muster('export', '--measurement', 'source', '-o', path);
    expect([out.code, out.stderr]).toEqual([0, expect.stringContaining(`120,000 rows in ${path}`)]);
    expect(readdirSync(pipeline.home).filter((name) => name.includes('.partial'))).toEqual([]);
    const back = await pipeline.muster('import', path, '--measurement', `back_${format}`, '--tags', 'note', '--json');
    expect([back.code, JSON.parse(back.stdout)]).toMatchObject([0, { rowsStored: ROWS, rowsRefused: 0 }]);
    await stored(`back_${format}`, ROWS);
    expect(await content(`back_${format}`)).toEqual(await content('source'));
  },
  60_000,
);

it('quotes what a spreadsheet would run, and takes the format of the import by default', async () => {
  const { stdout } = await pipeline.muster('export', '--measurement', 'source', '--filter', 'number < 6', '--quiet');
  expect(stdout.split('\r\n')[0]).toBe('timestamp,node_id,note,number,third');
  expect(stdout).toContain(',"=cmd|/c calc",0,');
  expect(stdout).toContain(',"say ""hi"", ok",1,');
  expect(stdout).toContain(',"-1",4,');
  await pipeline.muster('import', join(pipeline.home, 'out.ndjson'), '--measurement', 'back_ndjson', '--tags', 'note', '--json');
  // Imported means durable in the stream: the table has the rows a moment later.
  await until('what was imported can be asked for', async () => {
    const { stdout: lines } = await pipeline.muster('export', '--measurement', 'back_ndjson', '--filter', 'number < 2', '--quiet');
    const numbers = lines
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line).number as number);
    return numbers.includes(0) && numbers.includes(1);
  });
});

it('writes the answer of a statement, and says what is wrong with one', async () => {
  const { stdout } = await pipeline.muster('export', 'select note, count() n from source order by note desc limit 2', '--quiet');
  expect(stdout).toMatch(/^note,n\r\n.*\r\n.*\r\n$/s);
  const paged = await pipeline.muster('export', 'select timestamp, number from source', '--format', 'ndjson', '--quiet');
  const numbers = paged.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).number as number);
  expect([numbers.length, numbers.reduce((sum, each) => sum + each, 0)]).toEqual([ROWS, (ROWS * (ROWS - 1)) / 2]);
  expect(await pipeline.muster('export', 'drop table source')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('DROP is not allowed'),
  });
  expect(await pipeline.muster('export', '--measurement', 'nothing')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('no measurement'),
  });
  expect(await pipeline.muster('export', '--measurement', 'source', '-o', 'x.doc')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--format'),
  });
});

it('dumps for training by day and node, with a manifest that holds', async () => {
  const folder = join(pipeline.home, 'training');
  const { code } = await pipeline.muster('export', '--training', folder, '--measurement', 'source', '--quiet');
  expect(code).toBe(0);
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
  expect(manifest).toMatchObject({ rows: ROWS, measurements: [{ name: 'source', rows: ROWS }] });
  expect(manifest.measurements[0].columns[0]).toEqual({ name: 'timestamp', type: 'time', tag: false });
  let sum = 0;
  for (const { path, sha256, rows, nodeId, day } of manifest.files) {
    const bytes = readFileSync(join(folder, path));
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
    expect(path).toBe(`measurement=source/day=${day}/node=${nodeId}.parquet`);
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
    const objects = await parquetReadObjects({ file, compressors });
    expect(objects).toHaveLength(rows);
    for (const row of objects) sum += row['number'];
    expect([...new Set(objects.map((row) => `${row['node_id']} ${row['timestamp'].toISOString().slice(0, 10)}`))]).toEqual([
      `${nodeId} ${day}`,
    ]);
  }
  expect(sum).toBe((ROWS * (ROWS - 1)) / 2);
});

it('follows live samples as lines of JSON, and ends with its reader', async () => {
  simulation = await startSimulation(pipeline, { nodes: 1, durable: false });
  const nodeId = await until('the node is known', async () => {
    const { nodes } = await pipeline.client.call('listNodes', { filter: '' });
    return nodes.find((node) => node.info?.simulated)?.nodeId;
  });
  const { code, stdout, stderr } = await pipeline.muster('tail', '--node', nodeId, '--measurement', 'cpu', '--count', '4');
  expect([code, stderr]).toEqual([0, '']);
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines).toHaveLength(4);
  for (const line of lines)
    expect(line).toMatchObject({
      node_id: nodeId,
      measurement: 'cpu',
      cpu: expect.any(String),
      busy: expect.any(Number),
      time: expect.stringMatching(/Z$/),
    });
});
