// Columns that come into a table while the ETL has connections open that wrote to it, against a real QuestDB.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLog } from '../../core/node/log.ts';
import { createEtlEvents } from '../../etl/events.ts';
import { QuestdbHttp } from '../../etl/questdb/questdb-http.ts';
import { Schema } from '../../etl/questdb/schema.ts';
import { TableWriter } from '../../etl/questdb/table-writer.ts';
import type { TableChunk } from '../../etl/telemetry/table-chunk.ts';
import type { DecodedFrame } from '../../proto/batch-codec.ts';
import { type QuestdbHarness, startQuestdb } from '../harness/questdb.ts';
import { until } from '../harness/until.ts';

let questdb: QuestdbHarness;
const opened: QuestdbHttp[] = [];
beforeAll(async () => {
  questdb = await startQuestdb();
});
afterAll(async () => {
  for (const database of opened) database.close();
  await questdb?.stop();
});

function connect(): QuestdbHttp {
  const database = new QuestdbHttp({ url: questdb.httpUrl, user: 'admin', passwordFile: questdb.admin.passwordFile });
  opened.push(database);
  return database;
}

/** One for all ETLs: rows of one node at the same moment would be one row, by the table's dedup keys. */
let timeUs = Date.now() * 1000;

/** What one ETL writes with; `store` resolves with the words for the rows that were refused. */
function etl() {
  const database = connect();
  const { signal } = new AbortController();
  const events = createEtlEvents(createLog('test', 'silent'));
  const schema = new Schema(database, { partitionBy: 'day', ttlDays: undefined }, () => undefined, events, signal);
  const tables = new TableWriter(database, (shape) => schema.repair(shape), events, signal);
  return {
    async store(measurement: string, fields: readonly string[]): Promise<string[]> {
      const shape = { measurement, tags: [], fields, textFields: [] } as unknown as DecodedFrame;
      expect(await schema.resolve(`${measurement} ${fields.join()}`, shape)).not.toHaveProperty('reason');
      const line = Buffer.from(`${measurement},node_id=n1 ${fields.map((field) => `${field}=1`).join()} ${++timeUs}\n`);
      const refused: string[] = [];
      const chunk = { table: measurement, rows: 1, shape, slice: () => line } as unknown as TableChunk;
      await tables.store(chunk, (_chunk, _row, words) => refused.push(words));
      return refused;
    },
  };
}

it('a connection that wrote to a table is refused a column that was added since, as the writers expect', async () => {
  const [writing, other] = [connect(), connect()];
  await other.sql('CREATE TABLE kept_open (timestamp TIMESTAMP, node_id SYMBOL, a DOUBLE) TIMESTAMP(timestamp) PARTITION BY DAY WAL');
  const write = (fields: string) => writing.write(Buffer.from(`kept_open,node_id=n1 ${fields} ${Date.now() * 1000}\n`));
  expect(await write('a=1')).toMatchObject({ status: 204 });
  await other.sql('ALTER TABLE kept_open ADD COLUMN b DOUBLE');
  expect(await write('a=1,b=1')).toMatchObject({
    status: 400,
    words: expect.stringContaining('column: b does not exist, creating new columns is disabled'),
  });
  writing.renewWrites();
  expect(await write('a=1,b=1')).toMatchObject({ status: 204 });
});

it('stores every row while columns come, whichever of two ETLs adds them', async () => {
  const [one, two] = [etl(), etl()];
  const fields: string[] = [];
  let rows = 0;
  for (let i = 0; i < 8; i++) {
    fields.push(`f${i}`);
    const [first, second] = i % 2 === 0 ? [one, two] : [two, one];
    // The second finds the column there, and writes over a connection that wrote before it was.
    expect(await first.store('growing', fields)).toEqual([]);
    expect(await second.store('growing', fields)).toEqual([]);
    rows += 2;
  }
  await until('all rows are there', async () => {
    const [row] = await questdb.sql('select count(), count(f7) from growing');
    return Number(row?.[0]) === rows && Number(row?.[1]) === 2;
  });
});
