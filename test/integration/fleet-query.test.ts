// Query: what comes back, to the bit; what is refused, timed out and capped; and that the gateway lives through all of it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ReadDatabase } from '../../gateway/fleet/query/read-database.ts';
import type { QueryFrame, SeriesFrame } from '../../proto/gen/messages.ts';
import { until } from '../harness/until.ts';
import { type FleetFixture, startFleet } from './fleet-fixture.ts';

let fleet: FleetFixture;

beforeAll(async () => {
  fleet = await startFleet();
  await fleet.questdb.sql('create table cpu (timestamp timestamp, node_id symbol, busy double) timestamp(timestamp) partition by day wal');
  await fleet.questdb.sql("insert into cpu select timestamp_sequence('2026-11-22', 1000000), 'a', x::double from long_sequence(100000)");
  await until('the rows can be read', async () => (await fleet.questdb.sql('select count() from cpu'))[0]?.[0] === 100_000);
});
afterAll(() => fleet?.stop());

describe('a series', () => {
  const startUs = Date.parse('2026-11-22T00:00:00Z') * 1000;
  const range = { nodeId: 'a', measurement: 'cpu', fromUs: startUs, toUs: startUs + 100_000e6 };

  it('comes in points of equal steps with the tier they are from', async () => {
    const [plan, frame, ...rest] = await fleet.collect<SeriesFrame>('getSeries', { ...range, maxPoints: 100 });
    expect(plan?.plan).toMatchObject({ tier: 'raw', stepUs: 1_800_000_000, pieces: [{ tier: 'raw', source: 'cpu' }] });
    expect([frame?.rows.reduce((sum, rows) => sum + rows, 0), frame?.timesUs.length, rest]).toEqual([100_000, 56, []]);
    const [busy] = frame?.fields ?? [];
    expect([busy?.name, busy?.min[1], busy?.max[1], busy?.mean[1], busy?.last[1], busy?.count[1]]).toEqual([
      'busy',
      1801,
      3600,
      2700.5,
      3600,
      1800,
    ]);
  });

  it('names the field, tag and measurement that there is not', async () => {
    await expect(fleet.collect('getSeries', { ...range, fields: ['bussy'] })).rejects.toThrow(/cpu has no number bussy: it has busy/);
    await expect(fleet.collect('getSeries', { ...range, tags: { core: '1' } })).rejects.toThrow(/cpu has no tag core/);
    await expect(fleet.collect('getSeries', { ...range, measurement: 'cp' })).rejects.toThrow(/no measurement cp/);
  });
});

function query(sql: string, more: object = {}): Promise<QueryFrame[]> {
  return fleet.collect<QueryFrame>('query', { sql, ...more });
}

async function running(): Promise<number> {
  const rows = await fleet.questdb.sql("select query from query_activity() where query not like '%query_activity%'");
  return rows.length;
}

describe('an answer', () => {
  it('has the percentiles that the console builds', async () => {
    const day = "timestamp >= '2026-11-22' AND timestamp < '2026-11-22T10:00:00.000Z'";
    const [frame] = await query(
      `SELECT timestamp, approx_percentile(busy, 0.5, 3) AS p50, approx_percentile(busy, 0.95, 3) AS p95 FROM cpu WHERE ${day} SAMPLE BY 1h`,
    );
    const [, p50, p95] = frame?.values ?? [];
    expect(p50?.numbers).toHaveLength(10);
    // The first hour counts from 1 to 3600, by one a second.
    expect(p50?.numbers[0]).toBeGreaterThan(1790);
    expect(p50?.numbers[0]).toBeLessThan(1810);
    expect(p95?.numbers[0]).toBeGreaterThan(3410);
    expect(p95?.numbers[0]).toBeLessThan(3430);
    await expect(query('select percentile(busy, 0.95) from cpu')).rejects.toThrow(/did you mean approx_percentile\(column, 0.95, 3\)\?/);
  });

  it('has the rates and ratios that the console builds', async () => {
    await fleet.questdb.sql(
      'create table net (timestamp timestamp, node_id symbol, port symbol, rx double, used double, size double) timestamp(timestamp) partition by day wal',
    );
    // Two counters: one rises by 5 a second, the other by 2, and that one is set back to 0 after half an hour.
    await fleet.questdb.sql(
      `insert into net select timestamp_sequence('2026-11-22', 1000000), 'a', 'p1', 5.0 * x, 30.0, 60.0 from long_sequence(3600)`,
    );
    await fleet.questdb.sql(
      `insert into net select timestamp_sequence('2026-11-22', 1000000), 'b', 'p2', case when x <= 1800 then 1000000 + 2.0 * x else 2.0 * (x - 1800) end, 10.0, 20.0 from long_sequence(3600)`,
    );
    await fleet.questdb.sql(
      'create table errors (timestamp timestamp, node_id symbol, failed long, total long) timestamp(timestamp) partition by day wal',
    );
    const errors = ["'a', 1, 2", "'b', null, null", "'c', 2, 3", "'d', 0, 4"].map((row, i) => `('2026-11-22T00:00:0${i}Z', ${row})`);
    await fleet.questdb.sql(`insert into errors values ${errors.join(', ')}`);
    await until('the rows can be read', async () => (await fleet.questdb.sql('select count() from net'))[0]?.[0] === 7200);
    await until('the others too', async () => (await fleet.questdb.sql('select count() from errors'))[0]?.[0] === 4);
    // As the console's own tests keep them.
    const kept = readFileSync(join(import.meta.dirname, '../fixtures/console/builder-queries.sql'), 'utf8')
      .trim()
      .split(';\n\n');
    const frames = await Promise.all(
      kept.map((sql) => query(sql.replace('$from', "'2026-11-22'").replace('$to', "'2026-11-22T00:59:59.999Z'"))),
    );
    const [rates, highest, ratios, whole, most, least, rows] = frames.map(([frame]) => frame);
    const numbers = (frame: QueryFrame | undefined, column: string): number[] => [
      ...(frame?.values[frame.columns.findIndex(({ name }) => name === column)]?.numbers ?? []),
    ];
    expect(rates?.columns.map(({ name }) => name)).toEqual(['timestamp', 'rx_rate']);
    // Nobody knows how fast they rose before the first step; one that was set back is counted from 0: 1200 in 600 s.
    expect(numbers(rates, 'rx_rate').map((value) => Math.round(value * 1000) / 1000)).toEqual([7, 7, 7, 7, 7]);
    expect(numbers(highest, 'rx_rate')).toEqual([5, 5, 5]);
    expect(numbers(ratios, 'used_per_size')).toEqual(Array(6).fill(0.5));
    expect(numbers(whole, 'used_per_size')).toEqual([0.5, 0.5]);
    // Two whole numbers, not divided to one; who has none stands last, whichever way it is ordered.
    expect(most?.values[0]?.texts).toEqual(['c', 'a', 'd', 'b']);
    expect(numbers(most, 'failed_per_total').slice(0, 3)).toEqual([2 / 3, 0.5, 0]);
    expect(least?.values[0]?.texts).toEqual(['d', 'a', 'c', 'b']);
    expect(numbers(rows, 'failed')).toEqual([2, 1, 0, Number.NaN]);
  });

  it('has each type as the contract says, to the microsecond and the bit', async () => {
    const [frame, ...rest] = await query(
      `select cast('2026-11-22T10:00:00.123456Z' as timestamp) t, 0.1 + 0.2 d, 9007199254740993 l, 5 i, 'xy' v, true b,
        cast('11111111-1111-1111-1111-111111111111' as uuid) u, null::double dn, null::timestamp tn, null::varchar vn, 'it''s "q"' q`,
    );
    expect(rest).toEqual([]);
    expect(frame?.columns.map(({ name, type }) => `${name}:${type}`)).toEqual([
      't:timestamp',
      'd:double',
      'l:long',
      'i:int',
      'v:varchar',
      'b:boolean',
      'u:uuid',
      'dn:double',
      'tn:timestamp',
      'vn:varchar',
      'q:varchar',
    ]);
    expect(
      frame?.values.map(({ numbers, texts, timesUs, nulls }) => [...numbers, ...texts, ...timesUs, ...nulls.map((n) => `null ${n}`)]),
    ).toEqual([
      [Date.UTC(2026, 10, 22, 10) * 1000 + 123_456],
      [0.1 + 0.2],
      ['9007199254740993'],
      [5],
      ['xy'],
      ['true'],
      ['11111111-1111-1111-1111-111111111111'],
      [Number.NaN],
      [0, 'null 0'],
      ['', 'null 0'],
      ['it\'s "q"'],
    ]);
    expect(frame?.totals).toMatchObject({ rows: 1, truncated: false });
  });

  it('comes in frames, columns in the first and totals in the last', async () => {
    const frames = await query('select * from cpu', { maxRows: 12_000 });
    expect(frames.map((frame) => frame.rows)).toEqual([5000, 5000, 2000]);
    expect(frames.map((frame) => frame.columns.length)).toEqual([3, 0, 0]);
    expect(frames.map((frame) => frame.totals?.rows)).toEqual([undefined, undefined, 12_000]);
    expect(frames[2]?.totals).toMatchObject({ truncated: true });
    expect(frames[1]?.values[2]?.numbers.slice(0, 2)).toEqual([5001, 5002]);
  });

  it('is not called cut where it has exactly as many rows as allowed, nor where it has none', async () => {
    expect((await query('select * from cpu limit 5', { maxRows: 5 })).at(-1)?.totals).toMatchObject({ rows: 5, truncated: false });
    expect((await query('cpu where busy < 0')).at(-1)).toMatchObject({ columns: [{}, {}, {}], rows: 0, totals: { rows: 0 } });
  });

  it.each([
    'cpu latest on timestamp partition by node_id',
    'select timestamp, avg(busy) from cpu sample by 1h',
    'with x as (select * from cpu) select count() from x; -- done',
    'select a.busy, b.busy from cpu a asof join cpu b limit 3',
    'tables()',
    'show columns from cpu',
    'show tables',
    'explain select * from cpu',
    'declare @n := 3 select * from cpu limit @n',
  ])('is given to %s', async (sql) => {
    expect((await query(sql)).at(-1)?.totals?.rows).toBeGreaterThan(0);
  });
});

describe('a column whose values the database does not send', () => {
  // Each of these was read out of the gateway's memory once.
  it.each([
    "select rpad('~', 41000, '~') a, table_partitions('cpu') b from long_sequence(8)",
    "select table_partitions('cpu') from long_sequence(9000)",
    "select * from (select table_partitions('cpu') x)",
    "with t as (select table_partitions('cpu') x) select * from t",
    'select to_long128(1, 2), 1',
  ])('is refused: %s', async (sql) => {
    await expect(query(sql)).rejects.toMatchObject({ code: 3, details: expect.stringMatching(/gives a table|not allowed/) });
  });

  it('is refused by what the database announces, and the connection is not used again', async () => {
    const { reader, pgPort } = fleet.questdb;
    const database = new ReadDatabase({ host: '127.0.0.1', port: pgPort, user: reader.user, passwordFile: reader.passwordFile });
    await database.start();
    const unsent = ["rpad('~', 41000, '~') a, table_partitions('cpu') b", 'to_long128(1, 2) b'];
    for (const columns of unsent) {
      const startedMs = performance.now();
      await expect(database.rows(`select ${columns} from long_sequence(9000)`)).rejects.toMatchObject({
        code: 'invalid_argument',
        message: expect.stringContaining('the column "b" has a type whose values the database does not send'),
      });
      expect(performance.now() - startedMs).toBeLessThan(2000);
      expect(await database.rows("select 1, null, 'x' = 'y'")).toEqual([['1', null, 'f']]);
    }
    await database.stop();
  });

  it.each([
    ["'x'::symbol", 'x'],
    ['1::byte', 1],
    ['1::short', 1],
    ['1.5f', 1.5],
    ["'a'::char", 'a'],
    ["cast('2026-11-22T10:00:00.123Z' as date)", Date.UTC(2026, 10, 22, 10) * 1000 + 123_000],
    ["cast('2026-11-22T10:00:00.123456789Z' as timestamp_ns)", Date.UTC(2026, 10, 22, 10) * 1000 + 123_456],
    ['to_long256(1, 2, 3, 4)', '0x04000000000000000300000000000000020000000000000001'],
    ['to_uuid(1, 2)', '00000000-0000-0002-0000-000000000001'],
    ['make_geohash(1, 2, 5)', 's'],
    ["'1.2.3.4'::ipv4", '1.2.3.4'],
    ["from_base64('aP8A')", '\\x68ff00'],
    ["interval('2026-11-22', '2026-11-23')", "('2026-11-22T00:00:00.000Z', '2026-11-23T00:00:00.000Z')"],
    ['ARRAY[[1.0],[2.5]]', '{{1.0},{2.5}}'],
    ['1.25m', '1.25'],
  ])('is none of %s', async (expression, expected) => {
    const [frame] = await query(`select ${expression} a, 'END' b from long_sequence(1)`);
    const [{ numbers = [], texts = [], timesUs = [] } = {}, end] = frame?.values ?? [];
    expect([...numbers, ...texts, ...timesUs, ...(end?.texts ?? [])]).toEqual([expected, 'END']);
  });
});

describe('bad input 38', () => {
  it.each([
    "insert into cpu values (now(), 'b', 1)",
    'update cpu set busy = 0',
    'drop table cpu',
    'alter table cpu add column x int',
    'create table y (a int)',
    'truncate table cpu',
    "copy cpu to '/tmp'",
    'select 1; select 2',
    "select * from files('/etc')",
    "select * from (files)('/etc')",
    "select * from files /* */ ('/etc')",
    "select * from read_parquet('a.parquet')",
    'set statement_timeout = 0',
    "with x as (select 1) insert into cpu select now(), 'b', 1.0 from x",
    'select nothing from nowhere',
    '',
  ])('refuses %s with a position or the words of the database', async (sql) => {
    await expect(query(sql)).rejects.toMatchObject({ code: 3, details: expect.stringMatching(/position \d+|database says/) });
    expect((await fleet.questdb.sql('select count() from cpu'))[0]?.[0]).toBe(100_000);
  });

  it('ends a long query at its limit, in the database too', async () => {
    const startedMs = Date.now();
    const slow = query('select count() from cpu a cross join cpu b cross join cpu c where a.busy > b.busy', { timeoutMs: 3000 });
    await expect(slow).rejects.toMatchObject({ code: 4, details: expect.stringContaining('longer than 3000 ms') });
    // By itself it would run for hours.
    expect(Date.now() - startedMs).toBeLessThan(30_000);
    await until('nothing runs in the database', async () => (await running()) === 0);
  });

  it('ends a query that its caller cancels, in the database too', async () => {
    await fleet.collect('query', { sql: 'select a.busy from cpu a cross join cpu b cross join cpu c', maxRows: 1_000_000 }, () => true);
    await until('nothing runs in the database', async () => (await running()) === 0);
  });

  it('caps ten billion rows', async () => {
    const frames = await query('select a.busy, b.busy * 2 from cpu a cross join cpu b', { maxRows: 20_000 });
    expect(frames.at(-1)?.totals).toMatchObject({ rows: 20_000, truncated: true });
    await until('nothing runs in the database', async () => (await running()) === 0);
  });

  it('keeps memory flat while nobody reads a large answer', async () => {
    const before = process.memoryUsage().rss;
    let most = 0;
    const frames = await fleet.collect<QueryFrame>(
      'query',
      { sql: "select a.busy, b.busy * 2, rpad('a', 200, 'b') from cpu a cross join cpu b", maxRows: 1_000_000, timeoutMs: 60_000 },
      (messages) => {
        most = Math.max(most, process.memoryUsage().rss);
        // What was read is not kept.
        messages.splice(0, messages.length - 1);
        return (messages[0]?.totals?.rows ?? 0) > 0;
      },
    );
    expect(frames.at(-1)?.totals).toMatchObject({ rows: 1_000_000 });
    expect((most - before) / 1024 ** 2).toBeLessThan(200);
  });

  it('refuses limits beyond the limits', async () => {
    await expect(query('select 1', { maxRows: 1_000_001 })).rejects.toMatchObject({ code: 3 });
    await expect(query('select 1', { timeoutMs: 60_001 })).rejects.toMatchObject({ code: 3 });
  });

  it('says so while the database is away, and answers again when it is back', async () => {
    const cut = query('select count() from cpu a cross join cpu b where a.busy > b.busy + 1', { timeoutMs: 30_000 });
    const refused = expect(cut).rejects.toMatchObject({ code: 14 });
    await until('the query runs', async () => (await running()) > 0);
    await fleet.questdb.kill();
    await refused;
    await expect(query('select 1')).rejects.toMatchObject({ code: 14, details: expect.stringContaining('the database does not answer') });
    await fleet.questdb.restart();
    expect((await query('select 1')).at(-1)?.totals).toMatchObject({ rows: 1 });
  });
});
