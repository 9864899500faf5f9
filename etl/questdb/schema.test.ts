import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { MAX_TABLE_COLUMNS } from '../../core/common/measurement-names.ts';
import { MusterError } from '../../core/common/muster-error.ts';
import type { DecodedFrame } from '../../proto/batch-codec.ts';
import type { EtlEvents } from '../events.ts';
import type { QuestdbHttp } from './questdb-http.ts';
import { Schema } from './schema.ts';
import { WriteProblems } from './write-problems.ts';

vi.mock('node:timers/promises', () => ({
  // A pause is over at once, and the clock has moved.
  setTimeout: async (ms: number, _: unknown, { signal }: { signal: AbortSignal }) => {
    signal.throwIfAborted();
    vi.setSystemTime(Date.now() + ms);
  },
}));
const NOW_MS = Date.UTC(2026, 0, 10);
beforeEach(() => {
  vi.useFakeTimers({ now: NOW_MS });
});
afterEach(() => {
  vi.useRealTimers();
});

type Columns = Record<string, [type: string, key?: boolean]>;
const CPU: Columns = {
  timestamp: ['TIMESTAMP', true],
  node_id: ['SYMBOL', true],
  core: ['SYMBOL', true],
  busy: ['DOUBLE'],
  note: ['VARCHAR'],
};

const frame = (given: Partial<DecodedFrame> = {}): DecodedFrame =>
  ({ measurement: 'cpu', tags: ['core'], fields: ['busy'], textFields: ['note'], ...given }) as DecodedFrame;

/** A database with these tables, which does what it is told, and remembers what changed it. */
function staged(tables: Record<string, Columns> = {}, { forEver = false, more = 0 } = {}) {
  const changes: string[] = [];
  const told: string[] = [];
  const changed: string[] = [];
  const database = {
    failing: undefined as ((statement: string) => Error | undefined) | undefined,
    looks: 0,
    renewed: 0,
    inWork: 0,
    mostInWork: 0,
  };
  const apply = (statement: string): void => {
    const made = /^CREATE TABLE IF NOT EXISTS "(\w+)" \((.*?)\) TIMESTAMP.*KEYS\((.*)\)$/.exec(statement);
    if (made !== null) {
      const keys = (made[3] as string).replaceAll('"', '').split(', ');
      tables[made[1] as string] = Object.fromEntries(
        (made[2] as string).split(', ').map((column) => {
          const [name = '', type = ''] = column.replaceAll('"', '').split(' ');
          return [name, [type, keys.includes(name)]];
        }),
      );
      return;
    }
    const added = /^ALTER TABLE "(\w+)" ADD COLUMN IF NOT EXISTS "(\w+)" (\w+)$/.exec(statement);
    if (added !== null) (tables[added[1] as string] as Columns)[added[2] as string] = [added[3] as string];
  };
  const answer = (statement: string): unknown[][] => {
    const failure = database.failing?.(statement);
    if (failure !== undefined) throw failure;
    const looked = /table_name = '(\w+)'/.exec(statement)?.[1];
    if (looked !== undefined) {
      database.looks++;
      return tables[looked] === undefined ? [] : [[looked]];
    }
    const shown = /SHOW COLUMNS FROM "(\w+)"/.exec(statement)?.[1];
    if (shown !== undefined) return Object.entries(tables[shown] ?? {}).map(([name, [type, key = false]]) => [name, type, key]);
    if (statement.startsWith('SELECT count()')) return [[Object.keys(tables).length + more]];
    changes.push(statement);
    apply(statement);
    return [];
  };
  const sql = async (statement: string): Promise<unknown[][]> => {
    database.mostInWork = Math.max(database.mostInWork, ++database.inWork);
    try {
      await Promise.resolve();
      return answer(statement);
    } finally {
      database.inWork--;
    }
  };
  const stopping = new AbortController();
  const problems = new WriteProblems();
  const schema = new Schema(
    { sql, renewWrites: () => database.renewed++ } as unknown as QuestdbHttp,
    { partitionBy: 'day', ttlDays: forEver ? undefined : 30 },
    (table) => changed.push(table),
    {
      schemaChanged: (table: string, statement: string) => told.push(`changed ${table}: ${statement.split(' ').slice(0, 2).join(' ')}`),
      schemaFailed: (table: string, error: Error) => told.push(`failed ${table}: ${error.message}`),
    } as unknown as EtlEvents,
    stopping.signal,
    problems,
  );
  return { schema, changes, told, changed, database, tables, problems, stopping };
}

const VIEW =
  'CREATE OR REPLACE VIEW "cpu_nodes" AS (SELECT t.*, n.name, n.country, n.region FROM "cpu" t LEFT JOIN nodes n ON n.node_id = t.node_id)';
const refused = (words: string): MusterError => new MusterError('failed_precondition', words);

test('a table is made with its tags in the key before its first row, and a view with the labels', async () => {
  const { schema, changes, changed, told, database } = staged();
  expect(schema.plan('s')).toBeUndefined();
  expect(await schema.resolve('s', frame())).not.toHaveProperty('reason');
  expect(changes).toEqual([
    'CREATE TABLE IF NOT EXISTS "cpu" (timestamp TIMESTAMP, node_id SYMBOL CAPACITY 16384, "core" SYMBOL, "busy" DOUBLE, "note" VARCHAR) ' +
      'TIMESTAMP(timestamp) PARTITION BY day TTL 30 DAYS WAL DEDUP UPSERT KEYS(timestamp, node_id, "core")',
    VIEW,
  ]);
  expect([changed, told, database.renewed]).toEqual([['cpu'], ['changed cpu: CREATE TABLE'], 1]);
  expect(schema.plan('s')).toBeDefined();
  expect(schema.plan('s')).not.toHaveProperty('reason');
});

test('a table that the cold tier empties has no TTL', async () => {
  const { schema, changes } = staged({}, { forEver: true });
  await schema.resolve('s', frame());
  expect(changes[0]).toContain('PARTITION BY day WAL');
});

test('a table that fits is left alone, and is looked at once', async () => {
  const { schema, changes, changed, database } = staged({ cpu: { ...CPU } });
  expect(await schema.resolve('s', frame())).not.toHaveProperty('reason');
  await schema.resolve('t', frame({ fields: [] }));
  expect([changes, changed, database.looks]).toEqual([[], [], 1]);
});

test('new columns are added, a new tag becomes part of the key', async () => {
  const { schema, changes, changed } = staged({ cpu: { ...CPU } });
  await schema.resolve('s', frame({ tags: ['core', 'host'], fields: ['busy', 'idle'], textFields: ['why'] }));
  expect(changes).toEqual([
    'ALTER TABLE "cpu" ADD COLUMN IF NOT EXISTS "host" SYMBOL',
    'ALTER TABLE "cpu" ADD COLUMN IF NOT EXISTS "idle" DOUBLE',
    'ALTER TABLE "cpu" ADD COLUMN IF NOT EXISTS "why" VARCHAR',
    'ALTER TABLE "cpu" DEDUP ENABLE UPSERT KEYS(timestamp, "node_id", "core", "host")',
    VIEW,
  ]);
  expect(changed).toEqual(['cpu']);
  await schema.resolve('t', frame({ tags: ['core', 'host'] }));
  expect(changes).toHaveLength(5);
});

test('a tag that another has added is made part of the key', async () => {
  const { schema, changes } = staged({ cpu: { ...CPU, host: ['SYMBOL', false] } });
  await schema.resolve('s', frame());
  expect(changes[0]).toBe('ALTER TABLE "cpu" DEDUP ENABLE UPSERT KEYS(timestamp, "node_id", "core", "host")');
});

test('a column keeps its kind: rows with another are refused', async () => {
  const { schema, changes } = staged({ cpu: { ...CPU } });
  expect(await schema.resolve('s', frame({ tags: [], fields: ['core'] }))).toEqual({
    reason: 'type_changed',
    detail: 'cpu.core is SYMBOL and came as DOUBLE',
  });
  expect(changes).toEqual([]);
  expect(schema.plan('s')).toHaveProperty('reason', 'type_changed');
});

test('a label that is a column of the table is not joined', async () => {
  const { schema, changes } = staged();
  await schema.resolve('s', frame({ tags: ['region'], fields: ['busy'], textFields: [] }));
  expect(changes[1]).toContain('SELECT t.*, n.name, n.country FROM');
});

test('a view that cannot be made stops nothing', async () => {
  const { schema, told, database } = staged();
  database.failing = (statement) => (statement.includes('VIEW') ? new Error('no views') : undefined);
  expect(await schema.resolve('s', frame())).not.toHaveProperty('reason');
  expect(told.at(-1)).toBe('failed cpu_nodes: no views');
});

test.each([
  [{ measurement: 'a b' }, 'bad_name'],
  [{ measurement: 'deliveries' }, 'reserved_measurement'],
  [{ fields: ['a"b'] }, 'bad_name'],
])('%j is refused before the database is asked', async (given, reason) => {
  const { schema, database } = staged();
  expect(await schema.resolve('s', frame(given))).toHaveProperty('reason', reason);
  expect(database.mostInWork).toBe(0);
});

test('a column that comes twice is refused', async () => {
  expect(await staged().schema.resolve('s', frame({ fields: ['core'] }))).toEqual({
    reason: 'bad_name',
    detail: 'cpu has the column core twice',
  });
});

test('there are five hundred tables at most, and one more column than a table may have is refused', async () => {
  expect(await staged({}, { more: 499 }).schema.resolve('s', frame())).not.toHaveProperty('reason');
  expect(await staged({}, { more: 500 }).schema.resolve('s', frame())).toEqual({
    reason: 'too_many_series',
    detail: 'there are 500 tables already: cpu is not made',
  });
  expect(await staged({ cpu: { ...CPU } }, { more: 900 }).schema.resolve('s', frame())).not.toHaveProperty('reason');
  const { schema, tables } = staged({ cpu: { ...CPU } });
  const fields = (count: number): string[] => Array.from({ length: count }, (_, i) => `f${i}`);
  const most = await schema.resolve('s', frame({ fields: fields(MAX_TABLE_COLUMNS - 5) }));
  expect([most, Object.keys(tables['cpu'] ?? {}).length]).toEqual([
    expect.not.objectContaining({ reason: expect.anything() }),
    MAX_TABLE_COLUMNS,
  ]);
  expect(await schema.resolve('t', frame({ fields: [...fields(MAX_TABLE_COLUMNS - 5), 'more'] }))).toMatchObject({
    ...{ reason: 'too_many_series', detail: expect.stringContaining(`cpu has ${MAX_TABLE_COLUMNS} columns, the limit is`) },
  });
});

test('the schema is changed by one at a time', async () => {
  const { schema, database } = staged();
  await Promise.all(['cpu', 'mem', 'disk'].map((measurement) => schema.resolve(measurement, frame({ measurement }))));
  expect(database.mostInWork).toBe(1);
});

test('a database that is away is asked until it is back, and is told of as long', async () => {
  const { schema, told, database, problems } = staged();
  let times = 0;
  const meanwhile: string[] = [];
  database.failing = () => {
    meanwhile.push(...problems.problems);
    return ++times <= 10 ? new Error('refused') : undefined;
  };
  expect(await schema.resolve('s', frame())).not.toHaveProperty('reason');
  expect(told.filter((words) => words === 'failed cpu: refused')).toHaveLength(10);
  expect(meanwhile.at(-1)).toContain('the table cpu has taken no rows for');
  expect(problems.problems).toEqual([]);
});

test('what the database itself refuses is tried six times, refused for a minute, and then tried again', async () => {
  const { schema, told, database } = staged({ cpu: { ...CPU } });
  database.failing = (statement) => (statement.startsWith('ALTER') ? refused('table busy') : undefined);
  const shape = frame({ fields: ['busy', 'idle'] });
  const words = 'table busy (for ALTER TABLE "cpu" ADD COLUMN IF NOT EXISTS "idle" DOUBLE)';
  expect(await schema.resolve('s', shape)).toEqual({ reason: 'rejected_by_database', detail: words });
  expect(told).toEqual(Array.from({ length: 6 }, () => `failed cpu: ${words}`));
  const atMs = Date.now();
  vi.setSystemTime(atMs + 60_000);
  expect(schema.plan('s')).toHaveProperty('reason', 'rejected_by_database');
  vi.setSystemTime(atMs + 60_001);
  database.failing = undefined;
  expect(schema.plan('s')).toBeUndefined();
  expect(await schema.resolve('s', shape)).not.toHaveProperty('reason');
  vi.setSystemTime(atMs + 900_000);
  expect(schema.plan('s')).not.toHaveProperty('reason');
});

test('one table that is refused keeps no other from being made', async () => {
  const { schema, database } = staged();
  database.failing = (statement) => (statement.startsWith('CREATE TABLE IF NOT EXISTS "cpu"') ? refused('no') : undefined);
  const both = Promise.all([schema.resolve('s', frame()), schema.resolve('t', frame({ measurement: 'mem' }))]);
  const [cpu, mem] = await both;
  expect([cpu, mem]).toEqual([
    expect.objectContaining({ reason: 'rejected_by_database' }),
    expect.not.objectContaining({ reason: expect.anything() }),
  ]);
});

test('a repair looks at the table again and makes what somebody has dropped', async () => {
  const { schema, tables, changes, database } = staged({ cpu: { ...CPU } });
  await schema.resolve('s', frame());
  delete (tables['cpu'] as Columns)['busy'];
  expect(await schema.repair(frame())).toBe(true);
  expect(changes[0]).toBe('ALTER TABLE "cpu" ADD COLUMN IF NOT EXISTS "busy" DOUBLE');
  (tables['cpu'] as Columns)['busy'] = ['VARCHAR'];
  expect(await schema.repair(frame())).toBe(false);
  delete (tables['cpu'] as Columns)['busy'];
  database.failing = (statement) => (statement.startsWith('ALTER') ? refused('no') : undefined);
  expect(await schema.repair(frame())).toBe(false);
});

test('a stop ends the attempts', async () => {
  const { schema, database, stopping } = staged();
  database.failing = () => new Error('refused');
  const resolving = schema.resolve('s', frame());
  const repairing = schema.repair(frame());
  stopping.abort();
  await expect(resolving).rejects.toMatchObject({ code: 'cancelled' });
  await expect(repairing).rejects.toMatchObject({ code: 'cancelled' });
});
