import { expect, it } from 'vitest';
import { MusterError } from '../../core/common/muster-error.ts';
import { OwnSchema } from './own-schema.ts';
import { type OwnTable, ownTables } from './own-tables.ts';
import { WriteProblems } from './write-problems.ts';

const DELIVERIES = ownTables(30)[0] as OwnTable;

interface Found {
  kind: string;
  wal: boolean;
  designated: string;
  columns: Map<string, string>;
  keys: string[];
}

const whole = (): Found => ({
  ...{ kind: 'T', wal: true, designated: 'timestamp', keys: [...DELIVERIES.keys] },
  columns: new Map(Object.entries(DELIVERIES.columns).map(([name, type]) => [name, type.split(' ')[0] as string])),
});

/** A database with one table, whose changes are noted and made. */
function stage(found: Found | undefined, refuse: (statement: string) => MusterError | undefined = () => undefined) {
  let table = found;
  const changes: string[] = [];
  const sql = async (statement: string): Promise<unknown[][]> => {
    const refusal = refuse(statement);
    if (refusal !== undefined) throw refusal;
    if (statement.startsWith('SELECT table_type')) return table === undefined ? [] : [[table.kind, table.wal, table.designated]];
    if (statement.startsWith('SELECT table_name')) return table === undefined ? [] : [['deliveries']];
    if (statement.startsWith('SELECT "column"')) {
      return [...(table?.columns ?? [])].map(([name, type]) => [name, type, table?.keys.includes(name) === true]);
    }
    changes.push(statement);
    if (statement.startsWith('CREATE TABLE')) table = whole();
    const [, column, type] = /ADD COLUMN IF NOT EXISTS (\w+) (\w+)/.exec(statement) ?? [];
    if (column !== undefined) table?.columns.set(column, type as string);
    return [];
  };
  const problems = new WriteProblems();
  const events = { retried: () => undefined, schemaChanged: () => undefined, schemaFailed: () => undefined };
  const parts = { database: { sql, renewWrites: () => undefined }, problems, events, signal: new AbortController().signal };
  return { schema: new OwnSchema(parts, 30), changes, problems };
}

it('makes a table that is not there, and changes nothing in one that is as it must be', async () => {
  const missing = stage(undefined);
  expect(await missing.schema.repair('deliveries')).toBeUndefined();
  expect(missing.changes).toEqual([
    expect.stringMatching(/^CREATE TABLE IF NOT EXISTS deliveries .* DEDUP UPSERT KEYS\(timestamp, node_id, epoch, seq\)$/),
  ]);
  const there = stage(whole());
  expect(await there.schema.repair('deliveries')).toBeUndefined();
  expect(there.changes).toEqual([]);
});

it('adds what an older version did not know, and leaves the columns of a newer one', async () => {
  const older = whole();
  older.columns.delete('problem');
  older.columns.set('of_a_newer_version', 'DOUBLE');
  older.keys = ['timestamp', 'node_id'];
  const { schema, changes } = stage(older);
  expect(await schema.repair('deliveries')).toBeUndefined();
  expect(changes).toEqual([
    'ALTER TABLE deliveries ADD COLUMN IF NOT EXISTS problem VARCHAR',
    'ALTER TABLE deliveries DEDUP ENABLE UPSERT KEYS(timestamp, node_id, epoch, seq)',
  ]);
});

it.each<[string, Partial<Found>, RegExp]>([
  ['a view', { kind: 'V' }, /deliveries is a view, and a table is needed/],
  ['a table without a log', { wal: false }, /deliveries is no WAL table: rename it/],
  ['a table of another time', { designated: 'ts' }, /deliveries has the designated timestamp ts, and "timestamp" is needed: rename it/],
  [
    'a column of another type',
    {
      columns: new Map([
        ['timestamp', 'TIMESTAMP'],
        ['seq', 'STRING'],
      ]),
    },
    /deliveries has seq as STRING, and LONG is needed/,
  ],
])('changes nothing in %s, and names it until it is put right', async (_, config, words) => {
  const { schema, changes, problems } = stage({ ...whole(), ...config });
  expect(await schema.repair('deliveries')).toMatch(words);
  expect(changes).toEqual([]);
  expect(problems.problems).toEqual([expect.stringMatching(words)]);
});

it('names what the database refuses for good, and throws what passes', async () => {
  const older = (): Found => {
    const found = whole();
    found.columns.delete('problem');
    return found;
  };
  const refused = stage(older(), (statement) =>
    statement.startsWith('ALTER') ? new MusterError('permission_denied', 'QuestDB: no') : undefined,
  );
  expect(await refused.schema.repair('deliveries')).toBe('QuestDB: no');
  expect(refused.problems.problems).toEqual(['the table deliveries takes no rows, and what needs it waits in the stream: QuestDB: no']);
  const away = stage(older(), () => new MusterError('unavailable', 'QuestDB is away'));
  await expect(away.schema.repair('deliveries')).rejects.toThrow('QuestDB is away');
});
