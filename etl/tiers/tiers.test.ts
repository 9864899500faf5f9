import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { isTtl, parsePartitionBy, ttlClause } from '../questdb/table-ttl.ts';
import { createRollUp, rollUpColumns } from './roll-up-sql.ts';
import { TierKeeper, type TierOptions } from './tier-keeper.ts';

const NOW_MS = Date.UTC(2026, 0, 10);
const DAY_US = 86_400_000_000;
const SHAPE = { tags: ['core'], fields: ['busy'] };
const OPTIONS: TierOptions = {
  tiers: true,
  rollUps: { '1m': { ttlDays: 180, partitionBy: 'day' }, '1h': { ttlDays: 1826, partitionBy: 'month' } },
  telemetryTtlDays: 30,
};

test.each([
  [30, 'day', '30 DAYS'],
  [14, 'week', '2 WEEKS'],
  [15, 'week', '3 WEEKS'],
  [1826, 'month', '60 MONTHS'],
  [1, 'month', '1 MONTHS'],
  [31, 'month', '1 MONTHS'],
  [33, 'month', '2 MONTHS'],
  [0.5, 'hour', '12 HOURS'],
  [7 / 24, 'hour', '7 HOURS'],
  [30, 'hour', '720 HOURS'],
  [0.5, 'day', '1 DAYS'],
] as const)('%d days by %s are %s', (days, partitionBy, clause) => {
  expect(ttlClause(days, partitionBy)).toBe(clause);
});

test('a TTL is compared by what it says, in whichever unit', () => {
  expect([
    isTtl(5, 'YEAR', '60 MONTHS'),
    isTtl(60, 'MONTH', '60 MONTHS'),
    isTtl(720, 'HOUR', '30 DAYS'),
    isTtl(2, 'WEEK', '14 DAYS'),
  ]).toEqual([true, true, true, true]);
  expect([isTtl(4, 'YEAR', '60 MONTHS'), isTtl(0, '', '30 DAYS'), isTtl(1, 'MONTH', '30 DAYS'), isTtl(29, 'DAY', '30 DAYS')]).toEqual([
    false,
    false,
    false,
    false,
  ]);
  expect([parsePartitionBy('DAY'), parsePartitionBy('HOUR'), parsePartitionBy('NONE')]).toEqual(['day', 'hour', undefined]);
});

test('a roll-up of rows and one of a roll-up have the same columns and weigh means by their values', () => {
  expect(rollUpColumns(SHAPE)).toEqual([
    'timestamp',
    'node_id',
    'core',
    'rows',
    ...['count', 'min', 'max', 'mean', 'last'].map((figure) => `busy_${figure}`),
  ]);
  const minutes = createRollUp('1m', 'cpu_1m', 'cpu', SHAPE, OPTIONS.rollUps['1m']);
  expect(minutes).toBe(
    'CREATE MATERIALIZED VIEW IF NOT EXISTS "cpu_1m" REFRESH EVERY 1m AS (SELECT timestamp, node_id, "core", count() rows, ' +
      'count("busy") "busy_count", min("busy") "busy_min", max("busy") "busy_max", avg("busy") "busy_mean", last_not_null("busy") "busy_last" ' +
      'FROM "cpu" SAMPLE BY 1m) PARTITION BY day TTL 180 DAYS',
  );
  const hours = createRollUp('1h', 'cpu_1h', 'cpu_1m', SHAPE, OPTIONS.rollUps['1h']);
  expect(hours).toContain(
    'REFRESH EVERY 10m AS (SELECT timestamp, node_id, "core", sum(rows) rows, sum("busy_count") "busy_count", min("busy_min")',
  );
  expect(hours).toContain(
    'sum("busy_mean" * "busy_count") / sum("busy_count") "busy_mean", last_not_null("busy_last") "busy_last" FROM "cpu_1m" SAMPLE BY 1h',
  );
  expect(hours).toContain('PARTITION BY month TTL 60 MONTHS');
});

beforeEach(() => {
  vi.useFakeTimers({ now: NOW_MS });
});
afterEach(() => {
  vi.useRealTimers();
});

type Facts = [name: string, type: string, partitionBy: string, ttl: number, unit: string, minUs: number | null, maxUs: number | null];
type View = [name: string, base: string, status: string, refresh: string];

/** A database of one table `cpu` with some views, that notes what changes it. */
function staged(
  given: { table?: Partial<Record<3 | 4, unknown>>; views?: [Facts, View][]; columns?: Record<string, [string, string][]> } = {},
) {
  const changes: string[] = [];
  const retried: string[] = [];
  const table = Object.assign(['cpu', 'T', 'DAY', 30, 'DAY', NOW_MS * 1000 - 10 * DAY_US, NOW_MS * 1000] as Facts, given.table);
  const columns: Record<string, [string, string][]> = {
    cpu: [
      ['timestamp', 'TIMESTAMP'],
      ['node_id', 'SYMBOL'],
      ['core', 'SYMBOL'],
      ['busy', 'DOUBLE'],
      ['note', 'VARCHAR'],
    ],
    ...given.columns,
  };
  let failure: Error | undefined;
  const sql = async (statement: string): Promise<unknown[][]> => {
    if (failure !== undefined) throw failure;
    if (/^SELECT min/.test(statement)) return [[table[5]]];
    if (/information_schema/.test(statement)) return [['cpu'], ['deliveries']];
    if (/materialized_views/.test(statement)) return (given.views ?? []).map(([, view]) => view);
    if (/table_type = 'T'/.test(statement))
      return [table, ['deliveries', 'T', 'DAY', 0, '', null, null], ['plain', 'T', 'DAY', 0, '', null, null]];
    if (/table_type = 'M'/.test(statement)) return (given.views ?? []).map(([facts]) => facts);
    const shown = /SHOW COLUMNS FROM "(\w+)"/.exec(statement)?.[1];
    if (shown !== undefined) return columns[shown] ?? [];
    changes.push(statement);
    return [];
  };
  const told: string[] = [];
  const events = {
    schemaChanged: (name: string, statement: string) => void told.push(`${name}: ${statement}`),
    retried: (what: string) => void retried.push(what),
  };
  const keeper = (options: Partial<TierOptions> = {}) => new TierKeeper({ sql }, { ...OPTIONS, ...options }, events);
  const fail = (error: Error | undefined): void => {
    failure = error;
  };
  return { keeper, changes, retried, told, fail };
}

const MINUTES: [string, string][] = rollUpColumns(SHAPE).map((name) => [name, 'DOUBLE']);
const facts = (name: string): Facts => {
  const [partitionBy, ttl, unit] = name.includes('1h') ? (['MONTH', 5, 'YEAR'] as const) : (['DAY', 180, 'DAY'] as const);
  return [name, 'M', partitionBy, ttl, unit, NOW_MS * 1000 - 10 * DAY_US, NOW_MS * 1000];
};
const view = (name: string, base: string, status = 'valid', refresh = 'immediate'): View => [name, base, status, refresh];
const STANDING: [Facts, View][] = [
  [facts('cpu_1m'), view('cpu_1m', 'cpu')],
  [facts('cpu_1h'), view('cpu_1h', 'cpu_1m')],
];
const words = (changes: readonly string[]): string[] => changes.map((statement) => statement.split(/ REFRESH EVERY| AS \(/)[0] as string);

test('a table without roll-ups gets both, one on the other', async () => {
  const { keeper, changes } = staged();
  await keeper().ensure('cpu');
  expect(changes.map((statement) => /VIEW IF NOT EXISTS "(\w+)".* FROM "(\w+)"/.exec(statement)?.slice(1))).toEqual([
    ['cpu_1m', 'cpu'],
    ['cpu_1h', 'cpu_1m'],
  ]);
});

test('each change is told with the table or view that it was made to', async () => {
  const { keeper, changes, told } = staged({ table: { 3: 7 } });
  await keeper().ensure('cpu');
  expect(told).toEqual(['cpu', 'cpu_1m', 'cpu_1h'].map((name, i) => `${name}: ${changes[i]}`));
});

test('what is no table of measurements gets nothing', async () => {
  const { keeper, changes } = staged();
  await keeper().ensure('deliveries');
  await keeper().ensure('plain');
  await keeper().ensure('gone');
  expect(changes).toEqual([]);
});

test('a table by the hour gets a TTL of hours, and one by the day whole days', async () => {
  const byHour = staged({ table: { 2: 'HOUR', 3: 30, 4: 'DAY' } as never });
  await byHour.keeper({ tiers: false, telemetryTtlDays: 0.5 }).ensure('cpu');
  expect(byHour.changes).toEqual(['ALTER TABLE "cpu" SET TTL 12 HOURS']);
  const byDay = staged({ table: { 2: 'DAY', 3: 30, 4: 'DAY' } as never });
  await byDay.keeper({ tiers: false, telemetryTtlDays: 0.5 }).ensure('cpu');
  expect(byDay.changes).toEqual(['ALTER TABLE "cpu" SET TTL 1 DAYS']);
});

test('a table by the year keeps what it has of a TTL', async () => {
  const { keeper, changes } = staged({ table: { 2: 'YEAR', 3: 7 } as never });
  await keeper({ tiers: false }).ensure('cpu');
  expect(changes).toEqual([]);
});

test('a view of another base, or one that nothing refreshes, is made anew', async () => {
  for (const wrong of [view('cpu_1m', 'other'), view('cpu_1m', 'cpu', 'valid', 'manual')]) {
    const { keeper, changes } = staged({ views: [[facts('cpu_1m'), wrong]], columns: { cpu_1m: MINUTES } });
    await keeper().ensure('cpu');
    expect(words(changes).slice(0, 2)).toEqual([
      'DROP MATERIALIZED VIEW IF EXISTS "cpu_1m"',
      'CREATE MATERIALIZED VIEW IF NOT EXISTS "cpu_1m"',
    ]);
  }
});

test('a view that begins in the minute of its table’s first row goes back no further, one that begins a minute before does', async () => {
  const first = Math.floor((NOW_MS * 1000 - 10 * DAY_US) / 60e6) * 60e6;
  const begin = async (us: number | null): Promise<string | undefined> => {
    const old = facts('cpu_1m');
    old[5] = us;
    const { keeper, changes } = staged({ views: [[old, view('cpu_1m', 'cpu')]], columns: { cpu_1m: MINUTES.slice(1) } });
    await keeper().ensure('cpu');
    return words(changes)[0];
  };
  expect(await begin(first)).toBe('DROP MATERIALIZED VIEW IF EXISTS "cpu_1m"');
  expect(await begin(first - 1)).toBe('ALTER MATERIALIZED VIEW "cpu_1m" SET REFRESH MANUAL');
  expect(await begin(null)).toBe('DROP MATERIALIZED VIEW IF EXISTS "cpu_1m"');
});

test('all tables are looked at every ten minutes, and a table that failed after a minute', async () => {
  const { keeper, changes, fail } = staged();
  const tiers = keeper();
  await tiers.start();
  await vi.advanceTimersByTimeAsync(5000);
  expect(changes).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(595_000);
  expect(changes).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(changes).toHaveLength(4);
  fail(new Error('away'));
  tiers.changed('cpu');
  await vi.advanceTimersByTimeAsync(30_000);
  expect(tiers.problems).toHaveLength(1);
  fail(undefined);
  await vi.advanceTimersByTimeAsync(59_000);
  expect(tiers.problems).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(6000);
  expect(tiers.problems).toEqual([]);
  await tiers.stop();
});

test('a round that the database does not answer is told, and asked for again', async () => {
  const { keeper, changes, retried, fail } = staged();
  const tiers = keeper();
  fail(new Error('away'));
  await tiers.start();
  await vi.advanceTimersByTimeAsync(5000);
  expect([retried, tiers.problems]).toEqual([['tiers'], []]);
  fail(undefined);
  await vi.advanceTimersByTimeAsync(5000);
  expect(changes).toHaveLength(2);
  await tiers.stop();
});

test('what is as it should be is left alone; a TTL that differs is set', async () => {
  const columns = { cpu_1m: MINUTES, cpu_1h: MINUTES };
  const same = staged({ views: STANDING, columns });
  await same.keeper().ensure('cpu');
  expect(same.changes).toEqual([]);
  const other = staged({ views: STANDING, columns, table: { 3: 7 } });
  await other.keeper({ rollUps: { ...OPTIONS.rollUps, '1m': { ttlDays: 90, partitionBy: 'day' } } }).ensure('cpu');
  expect(other.changes).toEqual(['ALTER TABLE "cpu" SET TTL 30 DAYS', 'ALTER MATERIALIZED VIEW "cpu_1m" SET TTL 90 DAYS']);
  const cold = staged({ table: { 3: 7 } });
  await cold.keeper({ telemetryTtlDays: undefined, tiers: false }).ensure('cpu');
  expect(cold.changes).toEqual([]);
});

test('a view that lacks a column and holds nothing that its table lost is made anew', async () => {
  const { keeper, changes } = staged({ views: STANDING, columns: { cpu_1m: MINUTES.slice(1), cpu_1h: MINUTES } });
  await keeper().ensure('cpu');
  expect(words(changes)).toEqual(['DROP MATERIALIZED VIEW IF EXISTS "cpu_1m"', 'CREATE MATERIALIZED VIEW IF NOT EXISTS "cpu_1m"']);
});

test('one that goes back further than its table stays as it is, and a new one goes on', async () => {
  const old = facts('cpu_1m');
  old[5] = NOW_MS * 1000 - 90 * DAY_US;
  const valid = staged({ views: [[old, view('cpu_1m', 'cpu')]], columns: { cpu_1m: MINUTES.slice(1) } });
  await valid.keeper().ensure('cpu');
  expect(words(valid.changes).slice(0, 2)).toEqual([
    'ALTER MATERIALIZED VIEW "cpu_1m" SET REFRESH MANUAL',
    'CREATE MATERIALIZED VIEW IF NOT EXISTS "cpu_1m_2"',
  ]);
  expect(valid.changes[2]).toContain('FROM "cpu_1m_2" SAMPLE BY 1h');
  const invalid = staged({ views: [[old, view('cpu_1m', 'cpu', 'invalid')]], columns: { cpu_1m: MINUTES } });
  await invalid.keeper().ensure('cpu');
  expect(words(invalid.changes)[0]).toBe('CREATE MATERIALIZED VIEW IF NOT EXISTS "cpu_1m_2"');
});

test('an earlier generation whose rows are all too old goes, a younger one stays', async () => {
  const generation = (name: string, maxUs: number | null): [Facts, View] => {
    const one = facts(name);
    one[6] = maxUs;
    return [one, view(name, 'cpu', 'valid', 'manual')];
  };
  const views = [
    generation('cpu_1m', NOW_MS * 1000 - 181 * DAY_US),
    generation('cpu_1m_2', NOW_MS * 1000 - 179 * DAY_US),
    generation('cpu_1m_3', null),
    [facts('cpu_1m_4'), view('cpu_1m_4', 'cpu')] as [Facts, View],
  ];
  const { keeper, changes } = staged({ views, columns: { cpu_1m_4: MINUTES } });
  await keeper().ensure('cpu');
  expect(words(changes).slice(0, 2)).toEqual(['DROP MATERIALIZED VIEW IF EXISTS "cpu_1m"', 'DROP MATERIALIZED VIEW IF EXISTS "cpu_1m_3"']);
});

test('a table without numbers has no roll-up, one with too many or with names that would meet is told', async () => {
  const none = staged({
    columns: {
      cpu: [
        ['timestamp', 'TIMESTAMP'],
        ['note', 'VARCHAR'],
      ],
    },
  });
  await none.keeper().ensure('cpu');
  expect(none.changes).toEqual([]);
  const fields = (count: number): [string, string][] => Array.from({ length: count }, (_, i) => [`f${i}`, 'DOUBLE']);
  await expect(
    staged({ columns: { cpu: fields(201) } })
      .keeper()
      .ensure('cpu'),
  ).rejects.toThrow('it has 201 fields and roll-ups are made of at most 200');
  const many = staged({ columns: { cpu: fields(200) } });
  await many.keeper().ensure('cpu');
  expect(many.changes).toHaveLength(2);
  const twice = staged({
    columns: {
      cpu: [
        ['busy', 'DOUBLE'],
        ['busy_min', 'SYMBOL'],
      ],
    },
  });
  await expect(twice.keeper().ensure('cpu')).rejects.toThrow('would have the column busy_min twice: rename the tag or field');
});

test('tables are looked at by themselves, one that changes after it has settled, and what fails is said until it is mended', async () => {
  const { keeper, changes, retried, fail } = staged();
  const tiers = keeper();
  await tiers.start();
  tiers.changed('cpu');
  await vi.advanceTimersByTimeAsync(25_000);
  expect(changes).toEqual([]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(changes).toHaveLength(2);
  fail(new Error('disk full'));
  tiers.changed('cpu');
  await vi.advanceTimersByTimeAsync(35_000);
  expect(tiers.problems).toEqual(['the tiers of cpu are not as they should be: disk full']);
  expect(retried).toEqual(['tiers']);
  fail(undefined);
  await vi.advanceTimersByTimeAsync(65_000);
  expect(tiers.problems).toEqual([]);
  await tiers.stop();
  tiers.changed('cpu');
  await vi.advanceTimersByTimeAsync(700_000);
  expect(changes).toHaveLength(4);
});
