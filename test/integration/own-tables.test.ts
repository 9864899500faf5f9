// Muster's own tables as somebody else left them: the ETL puts right what it can, and names what it cannot.
import type { NatsConnection } from 'nats';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { FleetEvent } from '../../core/common/frame.ts';
import { ETL_CONSUMER, NODES_BUCKET, TELEMETRY_STREAM } from '../../core/common/streams.ts';
import { connectNats } from '../../core/node/nats-connection.ts';
import { ensureStreams } from '../../core/node/streams.ts';
import { LAG_BY_TABLE, PENDING_ROWS } from '../../etl/questdb/database-watch.ts';
import { ownTableStatements } from '../../etl/questdb/own-tables.ts';
import { type NatsHarness, startNats } from '../harness/nats.ts';
import { type QuestdbHarness, startQuestdb } from '../harness/questdb.ts';
import type { Server } from '../harness/server.ts';
import { until } from '../harness/until.ts';
import { countOf, envelope, etlStatus, plainFrame, publish, startEtl } from './etl-setup.ts';

const LIMITS = { streamMaxBytes: 64 * 1024 ** 2, maxAgeHours: 1 };

let nats: NatsHarness;
let questdb: QuestdbHarness;
let nc: NatsConnection;
let etl: Server;
let seq = 0;

/** As the version before the last would have made it: the newest column is not there, and the number of a batch is no key. */
const OLDER = (ownTableStatements(30)[0] as string).replace(', reasons VARCHAR', '').replace(', seq)', ')');

beforeAll(async () => {
  [nats, questdb] = await Promise.all([startNats(), startQuestdb()]);
  nc = await connectNats(nats.gateway);
  await ensureStreams(nc, LIMITS);
  await questdb.sql(OLDER);
  etl = await startEtl(nats, questdb.httpUrl, questdb, 'etl-own-tables', { tiers: 'false' });
});
afterAll(async () => {
  await etl?.stop();
  await nc?.close();
  await Promise.all([nats?.stop(), questdb?.stop()]);
});

async function send(events: FleetEvent[] = []): Promise<number> {
  seq++;
  await publish(nc.jetstream(), envelope({ seq, frames: [plainFrame('own', 10, seq * 10)], events }));
  return seq;
}

async function unacknowledged(): Promise<number> {
  const { num_pending, num_ack_pending } = await (await nc.jetstreamManager()).consumers.info(TELEMETRY_STREAM, ETL_CONSUMER);
  return num_pending + num_ack_pending;
}

const accounted = (number: number) =>
  until(
    `the ledger row of batch ${number}`,
    async () => (await countOf(questdb, `select count() from deliveries where seq = ${number}`)) === 1,
  );

it('adds the column and the key that a table of an older version lacks', async () => {
  await accounted(await send());
  const columns = await questdb.sql(`SELECT "column", upsertKey FROM (SHOW COLUMNS FROM deliveries)`);
  expect(columns).toContainEqual(['reasons', false]);
  expect(columns).toContainEqual(['seq', true]);
});

it('adds a column again that an operator has dropped while the ETL runs', async () => {
  await questdb.sql('ALTER TABLE deliveries DROP COLUMN merged_rows');
  // Until the ETL looks, the database takes the rows and leaves away the values of a column that is not there.
  await until('the column', async () => {
    await send();
    return Number(await countOf(questdb, 'select count() from deliveries where merged_rows = 0 and seq > 1')) > 0;
  });
  await accounted(seq);
});

it('adds a column of telemetry again that an operator has dropped', async () => {
  await questdb.sql('ALTER TABLE own DROP COLUMN b');
  await until('values of the column', async () => {
    await send();
    return Number(await countOf(questdb, 'select count() from own where b is not null')) > 0;
  });
});

it('names a table of another kind, acknowledges nothing meanwhile, and stores all when it is out of the way', async () => {
  await until('all before is acknowledged', async () => (await unacknowledged()) === 0);
  await questdb.sql('DROP TABLE events');
  await questdb.sql('CREATE TABLE events (timestamp TIMESTAMP, node_id SYMBOL, kind DOUBLE) TIMESTAMP(timestamp) PARTITION BY DAY WAL');
  const event: FleetEvent = { timeUs: Date.now() * 1000, kind: 'boot', severity: 'info', text: 'up', attributes: {} };
  await send([event]);
  const named = (problem: string): boolean => problem.startsWith('the table events takes no rows') && problem.includes('kind as DOUBLE');
  await until('the problem in the status', async () => (await etlStatus(nc))?.problems.some(named));
  expect(await unacknowledged()).toBe(1);
  await questdb.sql('RENAME TABLE events TO events_old');
  await until('the event is stored', async () => (await countOf(questdb, `select count() from events where kind = 'boot'`)) === 1);
  await accounted(seq);
  await until('no problem is left', async () => (await etlStatus(nc))?.problems.every((problem) => !named(problem)));
  expect(await unacknowledged()).toBe(0);
});

it('writes the history of a registry that was made anew meanwhile', async () => {
  const enrol = async (nodeId: string): Promise<void> => {
    const info = { name: nodeId, labels: {}, platform: 'linux', os: '', kernel: '', arch: '', cpuModel: '', agentVersion: '' };
    const entry = {
      nodeId,
      info: { ...info, cpuCores: 1, memoryBytes: 1, simulated: false },
      enrolledMs: 1,
      updatedMs: Date.now(),
      intervalMs: 1,
    };
    await (await nc.jetstream().views.kv(NODES_BUCKET, { bindOnly: true })).put(nodeId, JSON.stringify(entry));
    await until(nodeId, async () => (await countOf(questdb, `select count() from node_history where node_id = '${nodeId}'`)) === 1, 20_000);
  };
  // The new bucket begins to count at 1 again.
  for (const node of ['n1', 'n2', 'n3']) await enrol(node);
  const admin = await connectNats(nats.admin);
  await (await admin.jetstreamManager()).streams.delete(`KV_${NODES_BUCKET}`);
  await admin.close();
  await ensureStreams(nc, LIMITS);
  await enrol('n4');
});

it('is asked by the ETL how far it is behind in words that it knows', async () => {
  const [[pending] = []] = await questdb.sql(PENDING_ROWS);
  expect(Number(pending)).toBeGreaterThanOrEqual(0);
  for (const [table, transactions] of await questdb.sql(LAG_BY_TABLE))
    expect([typeof table, Number(transactions) > 0]).toEqual(['string', true]);
});
