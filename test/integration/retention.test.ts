// Raw rows, minutes and hours say the same; what the tiers, TTLs and the cold tier do to a real QuestDB.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { QuestdbHttp } from '../../etl/questdb/questdb-http.ts';
import { TierKeeper } from '../../etl/tiers/tier-keeper.ts';
import { MeasurementCatalog } from '../../gateway/fleet/measurements.ts';
import { QueryRunner } from '../../gateway/fleet/query.ts';
import { ReadDatabase } from '../../gateway/fleet/read-database.ts';
import { TierReader } from '../../gateway/fleet/tier-series.ts';
import type { SeriesFrame } from '../../proto/gen/messages.ts';
import { type QuestdbHarness, startQuestdb } from '../harness/questdb.ts';
import { until } from '../harness/until.ts';

const MINUTE_US = 60_000_000;
const HOUR_US = 3_600_000_000;
const DAY_US = 24 * HOUR_US;
/** The begin of today: what is older is at rest. */
const TODAY_US = Math.floor((Date.now() * 1000) / DAY_US) * DAY_US;

let questdb: QuestdbHarness;
let database: QuestdbHttp;
let reader: TierReader;
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
  reader = new TierReader({
    ...{ database: rows, now: Date.now, measurements: () => catalog.list() },
    query: (request, signal) => queries.run(request, signal),
  });
});
afterAll(async () => {
  for (const component of components) await component.stop();
  database?.close();
  await questdb?.stop();
});

const keeper = (): TierKeeper => {
  const rollUps = { '1m': { ttlDays: 180, partitionBy: 'week' }, '1h': { ttlDays: 1826, partitionBy: 'month' } } as const;
  return new TierKeeper(database, { tiers: true, rollUps, telemetryTtlDays: 30 }, events);
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
  }, 60_000);

  const ask = async (maxPoints: number, fromUs: number): Promise<SeriesFrame[]> => {
    const frames: SeriesFrame[] = [];
    const request = { nodeId: 'n1', measurement: 'cpu', tags: { cpu: 'c0' }, fields: [], fromUs, toUs: TODAY_US + HOUR_US, maxPoints };
    for await (const frame of reader.series(request, new AbortController().signal)) frames.push(frame);
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
      'select view_name, base_table_name, view_status, refresh_type from materialized_views() order by view_name',
    );
    expect(state).toEqual([
      ['cpu_1h', 'cpu_1m', 'valid', 'manual'],
      ['cpu_1h_2', 'cpu_1m_2', 'valid', 'timer'],
      ['cpu_1m', 'cpu', 'valid', 'manual'],
      ['cpu_1m_2', 'cpu', 'valid', 'timer'],
    ]);
    const [plan, ...frames] = await ask(4000, TODAY_US - 3 * DAY_US);
    expect(plan?.plan?.pieces.map(({ source }) => source)).toEqual(['cpu_1m', 'cpu_1m_2', 'cpu']);
    const counted = frames.reduce((sum, frame) => sum + frame.rows.reduce((all, count) => all + count, 0), 0);
    expect(counted).toBe(rows.filter(({ node, cpu }) => node === 'n1' && cpu === 'c0').length + 1);
    // Nothing is left to do, and the TTL is as configured again.
    await keeper().ensure('cpu');
    expect(await questdb.sql("select ttlValue, ttlUnit from tables() where table_name = 'cpu'")).toEqual([[30, 'DAY']]);
  }, 60_000);

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
  }, 60_000);
});
