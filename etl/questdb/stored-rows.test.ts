import { expect, it } from 'vitest';
import type { FrameColumns } from '../../core/common/frame.ts';
import { MusterError } from '../../core/common/muster-error.ts';
import { type DecodedFrame, decodeBatch, encodeBatch } from '../../proto/batch-codec.ts';
import { newAccount } from '../telemetry/batch-account.ts';
import { BufferPool } from '../telemetry/buffer-pool.ts';
import { DoorTable } from '../telemetry/door-tables.ts';
import { newSeriesEntry, type SeriesEntry, storedPrefix } from '../telemetry/series-cache.ts';
import { TableChunk } from '../telemetry/table-chunk.ts';
import { createTablePlan } from '../telemetry/table-plan.ts';
import type { QuestdbHttp } from './questdb-http.ts';
import { StoredRowReader } from './stored-rows.ts';

const START_US = 1_780_000_000_000_000;
const COLUMNS = [
  { name: 'timestamp', type: 'TIMESTAMP' },
  { name: 'node_id', type: 'SYMBOL' },
  { name: 'tag', type: 'SYMBOL' },
  { name: 'a', type: 'DOUBLE' },
  { name: 'note', type: 'VARCHAR' },
];

/** Rows of one series, a second apart. */
function doorTable(rows: number): DoorTable {
  const columns: FrameColumns = {
    ...{ measurement: 'm', tags: ['tag'], series: [['x y']], fields: ['b'], textFields: [], texts: [] },
    seriesIndex: new Uint32Array(rows),
    timeUs: Float64Array.from({ length: rows }, (_, i) => START_US + i * 1_000_000),
    values: new Float64Array(rows),
  };
  const epoch = Buffer.alloc(16);
  const batch = encodeBatch({ epoch, seq: 1, createdUs: 1, frames: [columns], events: [], dropped: [] });
  const frame = decodeBatch(batch).frames[0] as DecodedFrame;
  const delivery = { nodeId: 'n', receivedUs: 1, gateway: 'g', batch, epoch, seq: 1, skewUs: 0 };
  const table = new DoorTable('m', (shape) => new TableChunk(shape, new BufferPool()));
  const entry = newSeriesEntry(Buffer.from(storedPrefix('m', 'n', [['tag', 'x y']])));
  table.begin({ account: newAccount(delivery, false), frame, plan: createTablePlan(frame), entries: [entry] });
  for (let row = 0; row < rows; row++) table.add(frame.timeUs[row] as number, entry);
  return table;
}

/** A table that has a row for each second of the span asked for, `perSecond` of them of other series. */
function database(perSecond: number) {
  const asked: string[] = [];
  const table = async (statement: string) => {
    if (statement.includes('wal_tables')) return { columns: [], rows: [[1, 1, false]] };
    asked.push(statement);
    const [from = 0, to = 0] = [...statement.matchAll(/'(\d{4}-[^']+Z)'/g)]
      .map(([, time]) => Date.parse(time as string))
      .filter((_, i, all) => i === 0 || i === all.length - 1);
    const limit = Number(/limit (\d+)/.exec(statement)?.[1]);
    const rows: unknown[][] = [];
    for (let ms = from; ms <= to && rows.length < limit; ms += 1000) {
      const time = `${new Date(ms).toISOString().slice(0, -1)}000Z`;
      rows.push([time, 'n', 'x y', ms, 'old']);
      for (let i = 1; i < perSecond && rows.length < limit; i++) rows.push([time, 'n', null, 1, null]);
    }
    return { columns: COLUMNS, rows };
  };
  return { asked, database: { table, sql: async (statement: string) => (await table(statement)).rows } as unknown as QuestdbHttp };
}

const reader = (one: QuestdbHttp) =>
  new StoredRowReader({
    database: one,
    written: async () => undefined,
    events: { retried: () => undefined },
    signal: new AbortController().signal,
  });
const entryOf = (table: DoorTable) => table.frames[0]?.from.entries[0] as SeriesEntry;

it('finds the values of the rows that are there, by time, node and tags', async () => {
  const table = doorTable(3);
  const found = await reader(database(2).database).find(table);
  expect(found?.(entryOf(table), START_US + 1_000_000)).toEqual({
    fields: new Map([['a', START_US / 1000 + 1000]]),
    texts: new Map([['note', 'old']]),
  });
  expect(found?.(entryOf(table), START_US + 500_000)).toBeUndefined();
});

it('asks in parts where an answer would be too large, and finds every row', async () => {
  const table = doorTable(1500);
  const { asked, database: one } = database(40);
  const found = await reader(one).find(table);
  for (const at of [0, 749, 1499]) expect(found?.(entryOf(table), START_US + at * 1_000_000)?.texts.get('note')).toBe('old');
  expect(asked.length).toBeGreaterThan(3);
  expect(Math.max(...asked.map((statement) => Number(/limit (\d+)/.exec(statement)?.[1])))).toBe(50_001);
  // Nothing was known of the table's width at first.
  expect(asked[0]).toContain('limit 1001');
});

it('takes a table that is not there for an empty one', async () => {
  const gone = {
    sql: async () => [],
    table: () => Promise.reject(new MusterError('failed_precondition', 'QuestDB: table does not exist')),
  } as unknown as QuestdbHttp;
  expect(await reader(gone).find(doorTable(1))).toBeUndefined();
});

it('says of rows that they were not compared where the table is behind with what it was given', async () => {
  const { database: one } = database(1);
  const behind = { ...one, sql: async () => [[1, 2, false]] } as unknown as QuestdbHttp;
  const table = doorTable(3);
  const options = { written: async () => undefined, events: { retried: () => undefined }, signal: new AbortController().signal };
  await new StoredRowReader({ database: behind, ...options, applyWaitMs: 0 }).find(table);
  expect([...(table.frames[0]?.from.account.reasons ?? [])]).toEqual([
    ['not_compared', { rows: 3, detail: 'the table m was behind with what it was given' }],
  ]);
});

it('gives a batch that came once more the counts of its row in the ledger, looked for between its making and its receipt', async () => {
  const DAY_US = 86_400_000_000;
  const receivedUs = 10 * DAY_US + 5;
  const accountOf = (seq: number, createdUs?: number) => {
    const delivery = { nodeId: 'n', receivedUs, gateway: 'g', batch: Buffer.alloc(1), epoch: Buffer.alloc(16, 0xab), seq, skewUs: 0 };
    return Object.assign(
      newAccount(delivery, false),
      { metRows: 3 },
      createdUs === undefined ? {} : { batch: { createdUs } },
    ) as ReturnType<typeof newAccount>;
  };
  const asked: string[] = [];
  const one = {
    table: async (statement: string) => {
      asked.push(statement);
      return { columns: [], rows: [['n', 'ab'.repeat(16), 1, 9, 1, 2, 3, 4]] };
    },
  } as unknown as QuestdbHttp;
  const [known, other] = [accountOf(1, 11 * DAY_US), accountOf(2)];
  await reader(one).recall([known, other]);
  expect(asked).toHaveLength(1);
  // From the day of its receipt to when it says that it was made.
  expect(asked[0]).toContain(`timestamp between cast(${10 * DAY_US} as timestamp) and cast(${11 * DAY_US} as timestamp)`);
  expect(asked[0]).toContain(`epoch in ('${'ab'.repeat(16)}')`);
  expect(known).toMatchObject({ mergedRows: 1, metRows: 2, replacedRows: 3, overwrittenRows: 4 });
  expect(other).toMatchObject({ metRows: 3 });
  await reader(one).recall([accountOf(1)]);
  expect(asked[1]).toContain(`timestamp between cast(${10 * DAY_US} as timestamp) and cast(${receivedUs} as timestamp)`);
});
