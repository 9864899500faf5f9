// Raw rows, minutes and hours say the same; what the tiers, TTLs and the cold tier do to a real QuestDB.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { coldFileProblem } from '../../core/files/cold/cold-file.ts';
import { type ColdPartition, readColdManifest } from '../../core/files/cold/cold-manifest.ts';
import { runColdPass } from '../../etl/cold/cold-pass.ts';
import { QuestdbHttp } from '../../etl/questdb/questdb-http.ts';
import { TierKeeper } from '../../etl/tiers/tier-keeper.ts';
import { MeasurementCatalog } from '../../gateway/fleet/query/measurements.ts';
import { QueryRunner } from '../../gateway/fleet/query/query.ts';
import { ReadDatabase } from '../../gateway/fleet/query/read-database.ts';
import { TierReader } from '../../gateway/fleet/query/tier-series.ts';
import type { HttpRequest } from '../../gateway/http/http-door.ts';
import { metricsRoute } from '../../gateway/http/metrics-route.ts';
import type { Measurement, SeriesFrame } from '../../proto/gen/messages.ts';
import { type QuestdbHarness, startQuestdb } from '../harness/questdb.ts';
import { temporaryFolder } from '../harness/server.ts';
import { until } from '../harness/until.ts';

const MINUTE_US = 60_000_000;
const HOUR_US = 3_600_000_000;
const DAY_US = 24 * HOUR_US;
/** The begin of today: what is older is at rest. */
const TODAY_US = Math.floor((Date.now() * 1000) / DAY_US) * DAY_US;

let questdb: QuestdbHarness;
let database: QuestdbHttp;
let reader: TierReader;
let measurements: () => Promise<Measurement[]>;
let query: QueryRunner['run'];
const components: { stop(): Promise<void> }[] = [];
const events = { schemaChanged: () => {}, retried: () => {} };

beforeAll(async () => {
  questdb = await startQuestdb();
  database = new QuestdbHttp({ url: questdb.httpUrl, user: 'admin', passwordFile: questdb.admin.passwordFile });
  const options = { host: '127.0.0.1', port: questdb.pgPort, user: 'reader', passwordFile: questdb.reader.passwordFile };
  const [rows, queries] = [new ReadDatabase(options), new QueryRunner(options)];
  await rows.start();
  await queries.start();
  components.push(rows, queries);
  const catalog = new MeasurementCatalog(rows, () => performance.now() * 1000);
  measurements = () => catalog.list();
  query = (request, signal, caller) => queries.run(request, signal, caller);
  reader = new TierReader({ database: rows, now: Date.now, measurements, query });
});
afterAll(async () => {
  for (const component of components) await component.stop();
  database?.close();
  await questdb?.stop();
});

const keeper = (cold = false): TierKeeper => {
  const rollUps = { '1m': { ttlDays: 180, partitionBy: 'week' }, '1h': { ttlDays: 1826, partitionBy: 'month' } } as const;
  return new TierKeeper(database, { tiers: true, rollUps, telemetryTtlDays: cold ? undefined : 30 }, events);
};

const makeTable = (table: string): Promise<unknown> =>
  database.sql(
    `CREATE TABLE ${table} (timestamp TIMESTAMP, node_id SYMBOL, cpu SYMBOL, busy DOUBLE, gap DOUBLE, note VARCHAR) TIMESTAMP(timestamp)
     PARTITION BY DAY TTL 30 DAYS WAL DEDUP UPSERT KEYS(timestamp, node_id, cpu)`.replace(/\s+/g, ' '),
  );

interface Row {
  timeUs: number;
  node: string;
  cpu: string;
  busy: number;
  gap: number;
}

async function write(table: string, rows: readonly Row[]): Promise<void> {
  const lines = rows.map(({ timeUs, node, cpu, busy, gap }) => {
    const fields = [Number.isNaN(busy) ? '' : `busy=${busy}`, Number.isNaN(gap) ? '' : `gap=${gap}`, 'note="x"'].filter(Boolean).join(',');
    return `${table},node_id=${node},cpu=${cpu} ${fields} ${timeUs}\n`;
  });
  const { status, words } = await database.write(Buffer.from(lines.join('')));
  expect([status, words]).toEqual([204, '']);
}

/** A change is acknowledged before it is applied. */
async function addColumn(table: string, name: string, type: string): Promise<void> {
  await database.sql(`ALTER TABLE ${table} ADD COLUMN ${name} ${type}`);
  await until('the column is there', async () => (await questdb.sql(`show columns from ${table}`)).some(([column]) => column === name));
}

/** Takes up what is new, and waits until the view has as many rows as were written. */
async function refresh(view: string, rows: number, more = ''): Promise<void> {
  let asked = 0;
  await until(`${view} has ${rows} rows`, async () => {
    // What was written may not be applied yet, and then a refresh finds nothing.
    if (asked++ % 10 === 0) await questdb.sql(`refresh materialized view ${view} incremental`);
    const [sum] = await questdb.sql(`select sum(rows)${more === '' ? '' : `, ${more}`} from ${view}`);
    return Number(sum?.[0]) === rows && (more === '' || sum?.[1] === true);
  });
}

/** What the figures of `rows` must be, by bucket and series. */
function expected(rows: readonly Row[], bucketUs: number): Map<string, number[]> {
  const groups = new Map<string, Row[]>();
  for (const row of [...rows].sort((a, b) => a.timeUs - b.timeUs)) {
    const key = `${Math.floor(row.timeUs / bucketUs) * bucketUs} ${row.node} ${row.cpu}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  const figures = (values: readonly number[]): number[] => {
    const present = values.filter((value) => !Number.isNaN(value));
    if (present.length === 0) return [0, Number.NaN, Number.NaN, Number.NaN, Number.NaN];
    const mean = present.reduce((sum, value) => sum + value, 0) / present.length;
    return [present.length, Math.min(...present), Math.max(...present), mean, present.at(-1) as number];
  };
  return new Map(
    [...groups].map(([key, group]) => [
      key,
      [group.length, ...figures(group.map(({ busy }) => busy)), ...figures(group.map(({ gap }) => gap))],
    ]),
  );
}

const FIGURES = ['busy', 'gap'].flatMap((field) => ['count', 'min', 'max', 'mean', 'last'].map((figure) => `${field}_${figure}`));

async function stored(view: string): Promise<Map<string, number[]>> {
  const rows = await questdb.sql(`select cast(timestamp as long), node_id, cpu, rows, ${FIGURES.join(', ')} from ${view}`);
  return new Map(
    rows.map(([time, node, cpu, ...figures]) => [
      `${time} ${node} ${cpu}`,
      figures.map((value) => (value === null ? Number.NaN : Number(value))),
    ]),
  );
}

function expectSame(actual: Map<string, number[]>, wanted: Map<string, number[]>): void {
  expect([...actual.keys()].sort()).toEqual([...wanted.keys()].sort());
  for (const [key, figures] of wanted) {
    for (const [i, value] of (actual.get(key) as number[]).entries()) {
      const want = figures[i] as number;
      // All but the mean are exact; the mean is summed in another order.
      const same = Object.is(value, want) || (i % 5 === 4 && Math.abs(value - want) <= Math.abs(want) * 1e-12);
      if (!same) expect.fail(`${key}: figure ${i} is ${value} and should be ${want}`);
    }
  }
}

describe('roll-ups', () => {
  const rows: Row[] = [];
  const random = (n: number): number => Math.floor(Math.random() * n);
  const row = (): Row => ({
    timeUs: TODAY_US - 3 * DAY_US + random(2 * DAY_US),
    ...{ node: `n${random(3)}`, cpu: `c${random(2)}` },
    ...{ busy: Math.random() < 0.1 ? Number.NaN : Math.random() * 100 - 30, gap: Math.random() < 0.9 ? Number.NaN : Math.random() * 1e-9 },
  });

  it('agree with the rows on count, min, max, mean and last, late and replaced rows included', async () => {
    await makeTable('cpu');
    rows.push(...Array.from({ length: 4000 }, row));
    await write('cpu', rows);
    await keeper().ensure('cpu');
    await refresh('cpu_1m', 4000);
    // Late ones between those that the views have, and others with the keys of rows that are there.
    const late = Array.from({ length: 500 }, row);
    const replaced = rows.slice(0, 300).map((old) => ({ ...old, busy: 1000 + Math.random(), gap: 0.5 }));
    rows.splice(0, 300, ...replaced);
    await write('cpu', [...late, ...replaced]);
    rows.push(...late);
    await refresh('cpu_1m', 4500, 'sum(busy_max) > 290000');
    await refresh('cpu_1h', 4500, 'max(busy_max) > 1000');
    expectSame(await stored('cpu_1m'), expected(rows, MINUTE_US));
    expectSame(await stored('cpu_1h'), expected(rows, HOUR_US));
  });

  const ask = async (maxPoints: number, fromUs: number): Promise<SeriesFrame[]> => {
    const frames: SeriesFrame[] = [];
    const request = { nodeId: 'n1', measurement: 'cpu', tags: { cpu: 'c0' }, fields: [], fromUs, toUs: TODAY_US + HOUR_US, maxPoints };
    for await (const frame of reader.series(request, new AbortController().signal, { tokenId: 'test' })) frames.push(frame);
    return frames;
  };

  it('are chosen by the range, and every tier gives the same series', async () => {
    const mine = rows.filter(({ node, cpu }) => node === 'n1' && cpu === 'c0');
    for (const [points, tier, stepUs] of [
      [50_000, 'raw', 10_000_000],
      [4000, '1m', 2 * MINUTE_US],
      [50, '1h', 2 * HOUR_US],
    ] as const) {
      const [plan, ...frames] = await ask(points, TODAY_US - 3 * DAY_US);
      expect(plan?.plan).toMatchObject({ tier, stepUs });
      const wanted = expected(mine, stepUs);
      const actual = new Map<string, number[]>();
      for (const { tags, timesUs, rows: counts, fields } of frames) {
        expect(tags).toEqual({ cpu: 'c0' });
        for (const [i, time] of timesUs.entries()) {
          const figures = fields.flatMap(({ count, min, max, mean, last }) => [count[i], min[i], max[i], mean[i], last[i]] as number[]);
          actual.set(`${time} n1 c0`, [counts[i] as number, ...figures]);
        }
      }
      expectSame(actual, wanted);
    }
  });

  it('answer means over spans of the metrics route, which says the tier', async () => {
    const route = metricsRoute({
      nodeId: (id) => id,
      measurements,
      query,
      tierPlan: (measurement, range) => reader.plan(measurement, range),
    });
    const get = async (params: Record<string, string>) => {
      const { headers, body } = await route.answer({
        query: new URLSearchParams(params),
        signal: new AbortController().signal,
      } as HttpRequest);
      let text = '';
      for await (const part of body as AsyncIterable<string>) text += part;
      return { tier: headers?.['x-muster-tier'], rows: (JSON.parse(text) as { rows: unknown[][] }).rows };
    };
    const range = { measurement: 'cpu', node: 'n1', fields: 'busy', from: new Date((TODAY_US - 3 * DAY_US) / 1000).toISOString() };
    const [hours, fine] = [await get({ ...range, every: '1h' }), await get({ ...range, every: '30s' })];
    expect([hours.tier, fine.tier]).toEqual(['1h', 'raw']);
    const wanted = expected(
      rows.filter(({ node }) => node === 'n1'),
      HOUR_US,
    );
    const actual = new Map(
      hours.rows.map(([time, node, cpu, mean]) => [`${Date.parse(String(time)) * 1000} ${node} ${cpu}`, mean as number | null]),
    );
    expect([...actual.keys()].sort()).toEqual([...wanted.keys()].sort());
    for (const [key, mean] of actual) expect(mean ?? Number.NaN, key).toBeCloseTo(wanted.get(key)?.[4] as number, 9);
  });

  it('keep what the table no longer has when the table gets a column', async () => {
    const [before] = await questdb.sql('select count() from cpu_1m');
    // As if the TTL had taken the first of the days.
    await database.sql('ALTER TABLE cpu SET TTL 2 DAYS');
    await write('cpu', [{ timeUs: TODAY_US, node: 'n1', cpu: 'c0', busy: 1, gap: 2 }]);
    await until(
      'the first day is gone',
      async () => Number((await questdb.sql('select min(cast(timestamp as long)) from cpu'))[0]?.[0]) >= TODAY_US - 2 * DAY_US,
    );
    await addColumn('cpu', 'iowait', 'DOUBLE');
    await keeper().ensure('cpu');
    const left = rows.filter(({ timeUs }) => timeUs >= TODAY_US - 2 * DAY_US).length + 1;
    await refresh('cpu_1m_2', left);
    expect((await questdb.sql('select count() from cpu_1m'))[0]).toEqual(before);
    const state = await questdb.sql(
      "select view_name, base_table_name, view_status != 'invalid', refresh_type from materialized_views() order by view_name",
    );
    expect(state).toEqual([
      ['cpu_1h', 'cpu_1m', true, 'manual'],
      ['cpu_1h_2', 'cpu_1m_2', true, 'timer'],
      ['cpu_1m', 'cpu', true, 'manual'],
      ['cpu_1m_2', 'cpu', true, 'timer'],
    ]);
    const [plan, ...frames] = await ask(4000, TODAY_US - 3 * DAY_US);
    expect(plan?.plan?.pieces.map(({ source }) => source)).toEqual(['cpu_1m', 'cpu_1m_2', 'cpu']);
    const counted = frames.reduce((sum, frame) => sum + frame.rows.reduce((all, count) => all + count, 0), 0);
    expect(counted).toBe(rows.filter(({ node, cpu }) => node === 'n1' && cpu === 'c0').length + 1);
    // Nothing is left to do, and the TTL is as configured again.
    await keeper().ensure('cpu');
    await until('the TTL is back', async () => {
      const [ttl] = await questdb.sql("select ttlValue, ttlUnit from tables() where table_name = 'cpu'");
      return ttl?.[0] === 30 && ttl[1] === 'DAY';
    });
  });

  it('are made anew where nothing is lost by it', async () => {
    await makeTable('young');
    await write('young', [{ timeUs: TODAY_US, node: 'n1', cpu: 'c0', busy: 1, gap: 2 }]);
    await keeper().ensure('young');
    await refresh('young_1m', 1);
    await addColumn('young', 'zone', 'SYMBOL');
    await keeper().ensure('young');
    await refresh('young_1m', 1);
    const columns = (await questdb.sql('show columns from young_1m')).map(([name]) => name);
    expect(columns).toContain('zone');
    expect((await questdb.sql("select count() from materialized_views() where view_name like 'young%'"))[0]).toEqual([2]);
  });
});

describe('the cold tier', () => {
  const folder = temporaryFolder('cold');
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const oldUs = TODAY_US - 40 * DAY_US;
  const values: [number, string | null, number, number, string | null][] = [
    [oldUs + 1, 'ü☃😀', 5e-324, -1.7976931348623157e308, 'two\nlines, "quoted"\r\n, and \\n'],
    [oldUs + 2, null, Number.NaN, Number.NaN, null],
    [oldUs + 3, null, 0.1 + 0.2, -0, ''],
    [oldUs + DAY_US - 1, 'last', 2 ** 53, 1e-7, 'é'.repeat(1000)],
    [oldUs + 2 * DAY_US, 'other day', 1, 2, 'x'],
  ];
  const pass = (nowMs = Date.now()) => runColdPass(database, { folder, telemetryTtlDays: 30, nowMs });
  const rowsLeft = async () => Number((await questdb.sql('select count() from aged'))[0]?.[0]);

  it('writes a partition, reads it back the same to the last bit, and only then lets it go', async () => {
    await makeTable('aged');
    await database.sql('ALTER TABLE aged SET TTL 0 DAYS');
    const text = (value: string | null): string => (value === null ? 'null' : `'${value.replaceAll("'", "''")}'`);
    const double = (value: number): string => (Number.isNaN(value) ? 'null' : Object.is(value, -0) ? '-0.0' : String(value));
    for (const [time, cpu, busy, gap, note] of values) {
      const cells = [`cast(${time} as timestamp)`, "'n1'", text(cpu), double(busy), double(gap), text(note)];
      await database.sql(`INSERT INTO aged VALUES (${cells.join(', ')})`);
    }
    await keeper(true).ensure('aged');
    await refresh('aged_1m', 5);
    await refresh('aged_1h', 5);
    // Newer rows push the old ones out.
    const { status } = await database.write(Buffer.from(`aged,node_id=n1 busy=1 ${Date.now() * 1000}\n`));
    expect(status).toBe(204);
    await until('all rows are there', async () => (await rowsLeft()) === 6);
    const writing = setInterval(() => void database.write(Buffer.from(`aged,node_id=n1 busy=1 ${Date.now() * 1000}\n`)), 200);
    const result = await pass().finally(() => clearInterval(writing));
    expect(result).toMatchObject({ released: 2, problems: [] });
    expect(result.written).toHaveLength(2);
    expect(Number((await questdb.sql('select min(cast(timestamp as long)) from aged'))[0]?.[0])).toBeGreaterThanOrEqual(TODAY_US - DAY_US);

    const [first, second] = readColdManifest(folder);
    expect(first).toMatchObject({
      table: 'aged',
      fromUs: oldUs,
      toUs: oldUs + DAY_US,
      rows: 4,
      minUs: oldUs + 1,
      maxUs: oldUs + DAY_US - 1,
    });
    expect(second).toMatchObject({ rows: 1 });
    const read = await parquetReadObjects({
      file: await asyncBufferFromFile(join(folder, first?.file ?? '')),
      compressors,
      parsers: { timestampFromMicroseconds: (us) => Number(us) },
    });
    expect(read.map(({ timestamp, node_id, cpu, busy, gap, note }) => [timestamp, node_id, cpu, busy, gap, note])).toEqual(
      // NaN is NULL in the database.
      values
        .slice(0, 4)
        .map(([time, cpu, busy, gap, note]) => [time, 'n1', cpu, Number.isNaN(busy) ? null : busy, Number.isNaN(gap) ? null : gap, note]),
    );
    expect(await coldFileProblem(folder, first as ColdPartition)).toBeUndefined();
    // The roll-ups are valid and still know the days that are gone.
    expect(await questdb.sql("select view_status != 'invalid' from materialized_views() where view_name like 'aged%'")).toEqual([
      [true],
      [true],
    ]);
    expect((await questdb.sql(`select sum(rows) from aged_1h where timestamp < cast(${TODAY_US - 30 * DAY_US} as timestamp)`))[0]).toEqual([
      5,
    ]);
    await until(
      'nothing goes by itself',
      async () => (await questdb.sql("select ttlValue from tables() where table_name = 'aged'"))[0]?.[0] === 0,
    );
  });

  it('does nothing twice, and tells of a file that is not what it wrote', async () => {
    expect(await pass()).toEqual({ written: [], released: 0, problems: [] });
    const [first] = readColdManifest(folder) as [ColdPartition];
    const path = join(folder, first.file);
    const bytes = readFileSync(path);
    bytes.writeUInt8(bytes.readUInt8(200) ^ 1, 200);
    writeFileSync(path, bytes);
    expect(await coldFileProblem(folder, first)).toMatch(/SHA-256 differs/);
    rmSync(path);
    expect(await coldFileProblem(folder, first)).toMatch(/is not there/);
  });

  it('keeps rows whose file cannot be written', async () => {
    await makeTable('stuck');
    await database.sql('ALTER TABLE stuck SET TTL 0 DAYS');
    writeFileSync(join(folder, 'stuck'), 'a file where a folder should be');
    await database.write(Buffer.from(`stuck,node_id=n1 busy=1 ${oldUs}\nstuck,node_id=n1 busy=2 ${Date.now() * 1000}\n`));
    const count = async () => Number((await questdb.sql('select count() from stuck'))[0]?.[0]);
    await until('both are there', async () => (await count()) === 2);
    const { problems, written } = await pass();
    expect([problems.filter((problem) => problem.startsWith('stuck')).length, written]).toEqual([1, []]);
    expect(problems[0]).toMatch(/stuck keeps its old rows/);
    expect(await count()).toBe(2);
  });
});
