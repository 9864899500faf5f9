// Files as loggers, spreadsheets and libraries write them, through `muster import` into a real database: every row and value, or a word of each.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { https } from '../harness/https.ts';
import { type Pipeline, startPipeline } from '../harness/pipeline.ts';
import { until } from '../harness/until.ts';

const FIXTURES = join(import.meta.dirname, '../fixtures/import');
let pipeline: Pipeline;

beforeAll(async () => {
  pipeline = await startPipeline();
});
afterAll(() => pipeline?.stop());

interface Imported {
  code: number | null;
  stderr: string;
  result: Record<string, unknown> | undefined;
}

/** Moved to now: the files keep their dates, the table keeps thirty days. */
async function importOf(path: string, ...options: string[]): Promise<Imported> {
  const { code, stdout, stderr } = await pipeline.muster('import', path, '--now', '--json', ...options);
  return { code, stderr, result: stdout === '' ? undefined : JSON.parse(stdout) };
}

function file(name: string, content: string | Buffer): string {
  const path = join(pipeline.home, name);
  writeFileSync(path, content);
  return path;
}

/** The rows of a table in the order of their times, once as many are there. Times are seconds since the first. */
async function rowsOf(table: string, rows: number, columns: string): Promise<unknown[]> {
  const count = async (): Promise<number> => Number((await pipeline.sql(`select count() from ${table}`).catch(() => [[0]]))[0]?.[0]);
  await until(`${table} has ${rows} rows`, async () => (await count()) === rows);
  const found = await pipeline.sql(`select timestamp::long t, ${columns} from ${table} order by timestamp, ${columns.split(',')[0]}`);
  const first = Number(found[0]?.[0]);
  return found.map(([time, ...cells]) => [(Number(time) - first) / 1e6, ...cells]);
}

interface Case {
  name: string;
  options?: string[];
  /** Refused rows by their number. */
  refused?: number[];
  columns: string;
  rows: unknown[][];
  code?: number;
}

const CASES: Case[] = [
  {
    name: 'pandas-index',
    columns: 'load',
    rows: [
      [0, 0.25],
      [10, 0.5],
      [20, 0.75],
    ],
  },
  {
    name: 'pandas-time-index',
    columns: 'load',
    rows: [
      [0, 0.25],
      [10, 0.5],
      [20, 0.75],
    ],
  },
  {
    name: 'trailing',
    columns: 'load',
    rows: [
      [0, 1],
      [10, 2],
    ],
  },
  {
    ...{ name: 'units', columns: 'wait_us, wait_ms, busy_percent, heat_c, power_mw, power_megawatt' },
    rows: [
      [0, 1500, 1.5, 40, 21.5, 7, 8],
      [10, 2500, 2.5, 41, 22.5, 9, 10],
    ],
  },
  {
    ...{ name: 'scripts', columns: 'column_2, sigma, cpu_2, cpu, index_, order_' },
    rows: [
      [0, 1, 2, 3, 4, 5, 6],
      [10, 10, 20, 30, 40, 50, 60],
    ],
  },
  {
    ...{ name: 'missing', columns: 'a, b', refused: [9] },
    rows: [
      [0, 1, null],
      [10, 2, null],
      [20, 3, null],
      [30, 4, null],
      [40, 5, null],
      [50, 6, null],
      [60, 7, null],
      [80, 9, 12.5],
    ],
  },
  {
    name: 'whole-numbers',
    columns: 'total',
    refused: [3, 4],
    rows: [
      [0, 9007199254740991],
      [30, 12],
    ],
  },
  {
    ...{ name: 'clocks-back', options: ['--zone', 'Europe/Berlin'], columns: 'kwh, meter' },
    rows: [
      ...[
        [0, 1, 'a'],
        [0, 2, 'b'],
        [1800, 3, 'a'],
        [1800, 4, 'b'],
        [3600, 5, 'a'],
        [3600, 6, 'b'],
      ],
      ...[
        [5400, 7, 'a'],
        [5400, 8, 'b'],
        [7200, 9, 'a'],
        [7200, 10, 'b'],
        [9000, 11, 'a'],
        [9000, 12, 'b'],
      ],
    ],
  },
  {
    name: 'clocks-back-once',
    options: ['--zone', 'Europe/Berlin'],
    columns: 'kwh',
    refused: [3, 4],
    rows: [
      [0, 1],
      [9000, 4],
    ],
  },
  {
    name: 'clocks-forward',
    options: ['--zone', 'Europe/Berlin'],
    columns: 'kwh',
    refused: [3],
    rows: [
      [0, 1],
      [3600, 3],
    ],
  },
  {
    name: 'noon',
    columns: 'v',
    rows: [
      [0, 0],
      [120, 1],
      [3720, 2],
      [43_320, 3],
    ],
  },
  {
    name: 'compact',
    columns: 'v',
    rows: [
      [0, 0],
      [3600, 1],
      [7200, 2],
    ],
  },
  {
    name: 'two-columns',
    columns: 'leistung, spannung',
    rows: [
      [0, 4.25, 231.5],
      [10, 1034.5, null],
    ],
  },
  {
    name: 'calendar-parts',
    columns: 'pm25',
    rows: [
      [0, 129],
      [3600, null],
      [7200, 159],
    ],
  },
  {
    name: 'nanoseconds',
    columns: 'v',
    rows: [
      [0, 1],
      [0.000001, 2],
    ],
  },
  {
    name: 'excel-sep',
    columns: 'v',
    rows: [
      [0, 0],
      [10, 1],
    ],
  },
  {
    name: 'comments',
    columns: 'v',
    rows: [
      [0, 0],
      [10, 1],
    ],
  },
  {
    name: 'header-in-comment',
    columns: 'v',
    rows: [
      [0, 0],
      [10, 1],
    ],
  },
  {
    name: 'logger',
    columns: 'record, wind',
    rows: [
      [0, 1, 3.5],
      [600, 2, null],
    ],
  },
  {
    name: 'annotated',
    columns: 'value, field',
    rows: [
      [0, 0.5, 'idle'],
      [0, 7.5, 'user'],
      [600, 1.5, 'idle'],
    ],
  },
  {
    name: 'preamble',
    columns: 'wind, rain',
    rows: [
      [0, 3, 0],
      [10, 4, 0.5],
      [20, 5, 0],
    ],
  },
  {
    name: 'odd-first-line',
    options: ['--skip-rows', '1'],
    columns: 'wind',
    rows: [
      [0, 3],
      [10, 4],
    ],
  },
  {
    name: 'padded',
    columns: 'load, note, node_id',
    rows: [
      [0, 0.5, 'a, b', 'web-1'],
      [10, 1.5, 'c, d', 'web-1'],
    ],
  },
  // A column whose cells have several units is left out, which is told and fails.
  {
    name: 'cells-with-units',
    columns: 'cpu_host_a_percent',
    code: 1,
    refused: [4],
    rows: [
      [0, 5],
      [10, 7],
      [30, 11],
    ],
  },
  {
    name: 'header-again',
    columns: 'v',
    rows: [
      [0, 1],
      [10, 2],
    ],
  },
  { name: 'one-row', columns: 'v', rows: [[0, 1]] },
];

it.each(CASES)('reads the file $name', async ({ name, options = [], refused = [], columns, rows, code }) => {
  const rejects = join(pipeline.home, `${name}.rejects`);
  const done = await importOf(join(FIXTURES, `${name}.csv`), '--rejects', rejects, ...options);
  expect([done.stderr, done.code, done.result]).toMatchObject([
    expect.any(String),
    code ?? (refused.length > 0 ? 1 : 0),
    { rowsStored: rows.length, rowsRefused: refused.length },
  ]);
  // The header once, then each row under its reason.
  const reasons = [...readFileSync(rejects, 'utf8').matchAll(/^# row (\d+): .+\n./gm)];
  expect(reasons.map(([, row]) => Number(row))).toEqual(refused);
  expect(await rowsOf(name.replaceAll('-', '_'), rows.length, columns)).toEqual(rows);
});

it('takes a sensor that starts late in a file', async () => {
  const rows = Array.from(
    { length: 3000 },
    (_, i) => `${new Date(Date.UTC(2026, 10, 20) + i * 1000).toISOString()},${i},${i < 2500 ? '' : i},`,
  );
  const { code, result, stderr } = await importOf(file('late.csv', `time,a,late,never\n${rows.join('\n')}\n`));
  expect([code, result, stderr]).toMatchObject([0, { rowsStored: 3000 }, expect.stringContaining('left out never: it is empty')]);
  await rowsOf('late', 3000, 'a');
  expect(await pipeline.sql('select count(), count(late), sum(late) from late')).toEqual([[3000, 500, (500 * (2500 + 2999)) / 2]]);
});

it('reads letters of a codepage that come late, and refuses the row whose bytes are no letter of a told encoding', async () => {
  const head = `time,place,v\n${'2026-11-20T08:00:00Z,Accra,1\n'}`;
  const filler = Array.from(
    { length: 12_000 },
    (_, i) => `${new Date(Date.UTC(2026, 10, 20, 9) + i * 1000).toISOString()},Accra,${i}`,
  ).join('\n');
  const end = '\n2026-11-20T20:00:00Z,Zürich,7\n2026-11-20T20:00:01Z,Köln,8\n';
  const path = file('codepage.csv', Buffer.from(head + filler + end, 'latin1'));
  expect(await importOf(path)).toMatchObject({ code: 0, result: { rowsStored: 12_003 } });
  await rowsOf('codepage', 12_003, 'v');
  expect(await pipeline.sql("select place, v from codepage where place <> 'Accra' order by v")).toEqual([
    ['Zürich', 7],
    ['Köln', 8],
  ]);
  const told = await importOf(path, '--encoding', 'utf-8', '--measurement', 'told');
  expect([told.code, told.result, told.stderr]).toMatchObject([
    ...[1, { rowsStored: 12_001, rowsRefused: 2 }],
    expect.stringContaining('row 12003: place has bytes that are no UTF-8'),
  ]);
  const wide = Buffer.concat([Buffer.from('\ufefftime,v\n2026-11-20T08:00:00Z,1\n2026-11-20T08:00:01Z,2', 'utf16le'), Buffer.from([0x30])]);
  expect(await importOf(file('odd.csv', wide))).toMatchObject({ code: 1, result: { rowsStored: 1, rowsRefused: 1 } });
});

it('takes an upload that gzip packed, with columns renamed', async () => {
  const token = readFileSync(pipeline.addresses.tokenFile, 'utf8').trim();
  const form = 'x'.repeat(20);
  const part = (name: string, value: string): string => `--${form}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  const parts = [
    part('shift_to_now', 'true'),
    part('rename', 'latency (µs)=wait_us'),
    part('rename', 'b,c=bc'),
    part('skip_rows', '1'),
  ].join('');
  const packed = gzipSync('anything "at all\ntime,latency (µs),"b,c"\n2026-11-20T08:00:00Z,5,6\n');
  const head = `${parts}--${form}\r\ncontent-disposition: form-data; name="file"; filename="packed.csv.gz"\r\ncontent-type: application/gzip\r\n\r\n`;
  const body = Buffer.concat([Buffer.from(head), packed, Buffer.from(`\r\n--${form}--\r\n`)]);
  const answer = await https(pipeline.addresses, '/api/import', {
    ...{ token, body, headers: { 'content-type': `multipart/form-data; boundary=${form}` } },
  });
  expect([answer.status, answer.text]).toEqual([202, expect.stringContaining('"renames":{"latency (µs)":"wait_us","b,c":"bc"}')]);
  expect(await rowsOf('packed', 1, 'wait_us, bc')).toEqual([[0, 5, 6]]);
});

it('says what a file is that it cannot read, without its bytes', async () => {
  const book = await importOf(file('book.xlsx', Buffer.from('PK\x03\x04\x14\0\x06\0[Content_Types].xml\x1b[31m', 'latin1')));
  expect([book.code === 0, book.stderr]).toEqual([false, expect.stringContaining('is an Excel workbook: save the sheet as CSV')]);
  for (const byte of ['\x1b', '\x03']) expect(book.stderr).not.toContain(byte);
  expect((await importOf(file('bare.csv', 'time,host,v\n'))).stderr).toContain('has no rows: a header alone stores nothing');
  const lost = await importOf(file('states.csv', 'time,state\n2026-11-20T08:00:00Z,up\n'));
  expect(lost.stderr).toContain('the time is time, state is a tag ("up"); name the fields with --fields');
});
