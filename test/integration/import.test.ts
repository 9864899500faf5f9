// `muster import` on a whole pipeline: every row once, however often it is run and wherever it is killed; what is not acceptable is told by its row.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Pipeline, startPipeline } from '../harness/pipeline.ts';
import { builtProgram } from '../harness/program.ts';
import { until } from '../harness/until.ts';

let pipeline: Pipeline;

beforeAll(async () => {
  pipeline = await startPipeline();
});
afterAll(() => pipeline?.stop());

function file(name: string, content: string | Buffer): string {
  const path = join(pipeline.home, name);
  writeFileSync(path, content);
  return path;
}

async function count(table: string): Promise<number> {
  const rows = await pipeline.sql(`select count() from ${table}`).catch(() => [[0]]);
  return Number(rows[0]?.[0]);
}

async function importOf(path: string, ...options: string[]) {
  const { code, stdout, stderr } = await pipeline.muster('import', path, '--json', ...options);
  return { code, stderr, result: stdout === '' ? undefined : (JSON.parse(stdout) as Record<string, number>) };
}

/** `rows` seconds up to a minute ago, of `hosts` hosts. */
function recording(rows: number, hosts: number): string {
  const startMs = Math.floor(Date.now() / 1000) * 1000 - 60_000 - Math.ceil(rows / hosts) * 1000;
  const lines = ['time,host,region,usage,free'];
  for (let i = 0; i < rows; i++) {
    const host = i % hosts;
    lines.push(
      `${new Date(startMs + Math.floor(i / hosts) * 1000).toISOString()},web-${host},${host % 2 ? 'gh' : 'ng'},${(i * 7) % 101}.25,${i}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

it('stores a file once, also when it is imported twice', async () => {
  const path = file('recording.csv', recording(5000, 10));
  const first = await importOf(path);
  expect(first.result).toMatchObject({ rowsStored: 5000, rowsRefused: 0 });
  expect(first.code).toBe(0);
  await until('5,000 rows are stored', async () => (await count('recording')) === 5000);
  expect((await importOf(path)).result).toMatchObject({ rowsStored: 5000, rowsAcceptedNow: 0 });
  expect((await importOf(path, '--restart')).result).toMatchObject({ rowsAcceptedNow: 5000 });
  const sum = async () => pipeline.sql('select count(), sum(free), sum(usage), count_distinct(node_id) from recording');
  await until('all is applied', async () => (await pipeline.client.call('getPipelineStatus', {})).pendingMessages === 0);
  expect(await sum()).toEqual([[5000, (5000 * 4999) / 2, expect.any(Number), 10]]);
  const account = await pipeline.client.call('verify', { nodeId: '', waitMs: 10_000 }, { timeoutMs: 60_000 });
  expect(account).toMatchObject({ lost: 0, doubled: 0, missingRows: 0, holes: [] });
});

it('goes on where it was killed, to the very row', async () => {
  const rows = 500_000;
  const path = file('long.csv', recording(rows, 100));
  const args = [builtProgram('muster'), 'import', path, '--json', '--home', pipeline.home];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'ignore'] });
  // By its own checkpoint, which says that a part is durably in the stream and another is not.
  const folder = join(pipeline.home, 'imports');
  const checkpoints = () => readdirSync(folder).filter((name) => /^[0-9a-f]{24}\.json$/.test(name));
  const partly = (name: string) => {
    const { file: of, rows: done } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { file: string; rows: number };
    return of === path && done > 0 && done < rows;
  };
  await until('a part is stored', () => checkpoints().some(partly), 60_000);
  child.kill('SIGKILL');
  const { code, stderr, result } = await importOf(path);
  expect([code, result]).toMatchObject([0, { rowsStored: rows, rowsRefused: 0 }]);
  expect(stderr).toContain('it goes on after row');
  await until('all rows are stored', async () => (await count('long')) === rows, 60_000);
  expect((await pipeline.sql('select sum(free), count_distinct(node_id) from long'))[0]).toEqual([(rows * (rows - 1)) / 2, 100]);
  expect(await pipeline.client.call('verify', { nodeId: '', waitMs: 10_000 }, { timeoutMs: 60_000 })).toMatchObject({
    lost: 0,
    doubled: 0,
    missingRows: 0,
  });
});

it('reads what spreadsheets write: a mark, semicolons, decimal commas, quotes, day first', async () => {
  const day = new Date(Date.now() - 86_400_000);
  const date = `${String(day.getUTCDate()).padStart(2, '0')}.${String(day.getUTCMonth() + 1).padStart(2, '0')}.${day.getUTCFullYear()}`;
  const text = `\ufeffDatum;Gerät;Auslastung (%)\r\n"${date} 10:00:00";"Büro ""Süd""; 1";12,5\r\n${date} 10:00:01;"zwei\nZeilen";-0,25\r\n`;
  const { code, result, stderr } = await importOf(file('tabelle.csv', text), '--node-column', 'Gerät', '--time', 'Datum');
  expect([code, result, stderr]).toMatchObject([0, { rowsStored: 2 }, expect.stringContaining('decimal comma')]);
  await until('it is stored', async () => (await count('tabelle')) === 2);
  expect(await pipeline.sql('select auslastung_percent from tabelle order by timestamp')).toEqual([[12.5], [-0.25]]);
  const { nodes } = await pipeline.client.call('listNodes', { filter: 'Büro' });
  expect(nodes.map(({ info }) => info?.name)).toEqual(['Büro "Süd"; 1']);
});

it('reads UTF-16', async () => {
  const bytes = Buffer.from(`\ufefftime,host,v\n${new Date().toISOString()},ä,1\n`, 'utf16le');
  expect((await importOf(file('wide.csv', bytes))).result).toMatchObject({ rowsStored: 1 });
});

it('takes the good rows and names the bad ones, or with --strict none at all', async () => {
  const now = new Date().toISOString();
  const path = file('ragged.csv', `time,host,v\n${now},a,1\n${now},b\n${now},c,fast\nnever,d,4\n2020-01-01T00:00:00Z,e,5\n`);
  const strict = await importOf(path, '--strict');
  expect([strict.code, strict.stderr]).toEqual([1, expect.stringContaining('nothing was stored')]);
  const rejects = join(pipeline.home, 'rejects.txt');
  const { code, result } = await importOf(path, '--rejects', rejects);
  expect([code, result]).toMatchObject([1, { rowsStored: 1, rowsRefused: 4 }]);
  expect(readFileSync(rejects, 'utf8').trim().split('\n')).toEqual([
    'time,host,v',
    '# row 3: it has 2 cells, the header has 3',
    `${now},b`,
    '# row 4: v is "fast": no number of a double\'s range',
    `${now},c,fast`,
    '# row 5: time is "never": no time as iso',
    'never,d,4',
    expect.stringMatching(/^# row 6: time 2020-01-01T00:00:00Z is older than the table keeps rows/),
    '2020-01-01T00:00:00Z,e,5',
  ]);
  await until('the good row is stored', async () => (await count('ragged')) === 1);
  expect(await importOf(path)).toMatchObject({ code: 1, result: { rowsStored: 1, rowsRefused: 4, rowsAcceptedNow: 0 } });
});

it.each([
  ['empty', '', 'is empty: a header and rows are needed'],
  ['doubled', 'time,v,v\n', 'the header (row 1) has the column "v" twice, as columns 2 and 3'],
  ['timeless', 'a,b\n1,2\n', 'no column looks like a time'],
  ['headless', '2026-11-23T10:00:00Z,1\n2026-11-23T10:00:01Z,2\n', 'row 1 is data, not a header'],
  ['open', 'time,v\n"2026-11-23T10:00:00Z,1\n', 'row 2 has a quote that is never closed'],
  ['ambiguous', 'time,v\n11/12/2026 10:00,1\n', 'name its format with --time-format'],
])('refuses a file that is %s, and stores nothing of it', async (name, text, words) => {
  const { code, stderr } = await importOf(file(`${name}.csv`, text));
  expect([code, stderr]).toEqual([expect.toSatisfy((exit: number) => exit === 1 || exit === 2), expect.stringContaining(words)]);
  expect(await count(name)).toBe(0);
});

it('stores nothing of a file with a header alone, and says so', async () => {
  expect((await importOf(file('bare.csv', 'time,host,v\n'))).result).toBeUndefined();
  expect((await importOf(file('barer.csv', 'time,host,v\n'), '--fields', 'v', '--tags', 'host')).result).toMatchObject({
    rowsStored: 0,
    rowsRefused: 0,
  });
});

it('moves a recording to now and takes its newest part', async () => {
  const lines = Array.from(
    { length: 100 },
    (_, i) => `2019-05-01T00:${String(Math.floor(i / 60)).padStart(2, '0')}:${String(i % 60).padStart(2, '0')}Z,x,${i}`,
  );
  const path = file('old.csv', `time,host,v\n${lines.join('\n')}\n`);
  expect((await importOf(path, '--now', '--window', '10s', '--measurement', 'shifted')).result).toMatchObject({
    rowsStored: 11,
    rowsLeftOut: 89,
  });
  await until('it is stored', async () => (await count('shifted')) === 11);
  const [row] = await pipeline.sql("select max(timestamp) > dateadd('m', -1, now()), min(v) from shifted");
  expect(row).toEqual([true, 89]);
});
