// Verify against a ledger and tables made by hand: it finds each kind of disorder, and only that.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ETL_CONSUMER, TELEMETRY_STREAM, telemetrySubject } from '../../core/common/streams.ts';
import { ownTableStatements } from '../../etl/questdb/own-tables.ts';
import { encodeBatch, encodeEnvelope } from '../../proto/batch-codec.ts';
import type { PipelineStatus, VerifyResponse } from '../../proto/gen/messages.ts';
import { until } from '../harness/until.ts';
import { type FleetFixture, registryEntry, startFleet } from './fleet-fixture.ts';

const NODE = '3f0c2a9e-0000-4000-8000-00000000000a';
const OTHER = '3f0c2a9e-0000-4000-8000-00000000000b';
const EPOCH = 'aa'.repeat(16);
const ROWS = 10;
const TTL_DAYS = 30;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

let fleet: FleetFixture;

beforeAll(async () => {
  fleet = await startFleet();
  for (const nodeId of [NODE, OTHER]) await fleet.nodes.put(nodeId, JSON.stringify(registryEntry(nodeId)));
});
afterAll(() => fleet?.stop());

beforeEach(async () => {
  const { sql } = fleet.questdb;
  for (const table of ['deliveries', 'drops', 'cpu', 'memory']) await sql(`drop table if exists ${table}`);
  for (const statement of ownTableStatements(TTL_DAYS).slice(0, 2)) await sql(statement.replace(/\s+/g, ' '));
  for (const table of ['cpu', 'memory']) {
    await sql(
      `create table ${table} (timestamp timestamp, node_id symbol, x double) timestamp(timestamp) partition by day ttl ${TTL_DAYS} days wal
        dedup upsert keys(timestamp, node_id, x)`.replace(/\s+/g, ' '),
    );
  }
  await (await fleet.admin.jetstreamManager()).streams.purge(TELEMETRY_STREAM);
  spool(NODE, 1, 1);
  spool(OTHER, 1, 1);
});

/** Ledger rows `first`…`last` of ROWS rows each, one a second from `startMs`, and as many rows in `cpu`. */
async function store(nodeId: string, first: number, last: number, startMs = Date.now() - 3_600_000, epoch = EPOCH): Promise<void> {
  await ledger(nodeId, first, last, startMs, epoch);
  await fleet.questdb.sql(
    `insert into cpu select cast(${startMs * 1000} + x / ${ROWS} * 1000000 as timestamp), '${nodeId}', x::double
      from long_sequence(${(last - first + 1) * ROWS})`.replace(/\s+/g, ' '),
  );
}

async function ledger(nodeId: string, first: number, last: number, startMs = Date.now() - 3_600_000, epoch = EPOCH): Promise<void> {
  await fleet.questdb.sql(
    `insert into deliveries (timestamp, node_id, epoch, seq, rows, bad_rows, merged_rows) select
      cast(${startMs * 1000} + x * 1000000 as timestamp), '${nodeId}', '${epoch}', ${first} + x - 1, ${ROWS + 3}, 2, 1
      from long_sequence(${last - first + 1})`.replace(/\s+/g, ' '),
  );
}

async function drop(first: number, last: number, reason: string): Promise<void> {
  await fleet.questdb.sql(
    `insert into drops values (now(), '${NODE}', '${EPOCH}', ${first}, ${last}, ${(last - first + 1) * ROWS}, '${reason}')`,
  );
}

function spool(nodeId: string, oldestSeq: number, nextSeq: number): void {
  const epoch = Buffer.from(nextSeq === 1 ? '00'.repeat(16) : EPOCH, 'hex');
  fleet.heartbeat(nodeId, {
    sentUs: 0,
    spool: {
      epoch,
      oldestSeq,
      nextSeq,
      bytes: 0,
      rows: 0,
      durable: true,
      problem: '',
      oldestUs: 0,
      drops: [],
      retries: 0,
      lastError: '',
      setAside: 0,
    },
  });
}

async function publish(nodeId: string, seq: number): Promise<void> {
  const epoch = Buffer.from(EPOCH, 'hex');
  const batch = encodeBatch({ epoch, seq, createdUs: Date.now() * 1000, frames: [], events: [], dropped: [] });
  const envelope = encodeEnvelope([{ nodeId, receivedUs: 1, gateway: 'g', batch, epoch, seq, skewUs: 0 }]);
  await fleet.connection.jetstream().publish(telemetrySubject(0), envelope);
}

async function verify(more: object = {}): Promise<VerifyResponse> {
  return fleet.call<VerifyResponse>('verify', { waitMs: 100, ...more });
}

const CLEAN = { lost: 0, doubled: 0, missingRows: 0, inFlight: 0, dropped: 0, inSpools: 0, holes: [] };

describe('verify', () => {
  it('finds an untouched ledger clean, and an empty one too', async () => {
    expect(await verify()).toMatchObject({ ...CLEAN, stored: 0, ledgerRows: 0 });
    await store(NODE, 1, 500);
    await store(OTHER, 1, 300);
    expect(await verify()).toMatchObject({ ...CLEAN, stored: 800, ledgerRows: 8000, tableRows: 8000, badRows: 1600 });
    expect(await verify({ nodeId: NODE })).toMatchObject({ ...CLEAN, stored: 500, ledgerRows: 5000, tableRows: 5000, nodes: 1 });
    await expect(verify({ nodeId: 'no-such-node' })).rejects.toThrow('NOT_FOUND: there is no node "no-such-node"');
  });

  it('names each hole, those at the start and at the end too', async () => {
    await store(NODE, 3, 10);
    await store(NODE, 12, 12, Date.now() - 1_000_000);
    await store(NODE, 15, 20, Date.now() - 500_000);
    spool(NODE, 23, 23);
    const found = await until('the spool is known', async () => {
      const answer = await verify();
      return answer.lost === 7 ? answer : undefined;
    });
    expect(found).toMatchObject({ stored: 15, lost: 7 });
    expect(found.holes.map(({ nodeId, epoch, firstSeq, lastSeq }) => [nodeId, epoch, firstSeq, lastSeq])).toEqual([
      [NODE, EPOCH, 1, 2],
      [NODE, EPOCH, 11, 11],
      [NODE, EPOCH, 13, 14],
      [NODE, EPOCH, 21, 22],
    ]);
    expect(found.holes[0]?.reason).toBe('acknowledged, and neither stored nor in the stream');
  });

  it('accounts for what was dropped, is in the stream, and is in the spool', async () => {
    await store(NODE, 1, 10);
    await store(NODE, 13, 15, Date.now() - 500_000);
    await drop(11, 12, 'spool_limit');
    for (const seq of [15, 16, 17]) await publish(NODE, seq);
    spool(NODE, 18, 21);
    const found = await until('the spool is known', async () => {
      const answer = await verify();
      return answer.inSpools === 3 ? answer : undefined;
    });
    expect(found).toMatchObject({ ...CLEAN, stored: 13, dropped: 2, inFlight: 2, inSpools: 3, droppedByReason: { spool_limit: 2 } });
  });

  it('does not take what the ETL has acknowledged for in flight', async () => {
    const manager = await fleet.admin.jetstreamManager();
    await manager.consumers.add(TELEMETRY_STREAM, { durable_name: ETL_CONSUMER, ack_policy: 'explicit' as never });
    for (const seq of [1, 2, 3]) await publish(NODE, seq);
    const consumer = await fleet.admin.jetstream().consumers.get(TELEMETRY_STREAM, ETL_CONSUMER);
    for (let i = 0; i < 2; i++) await (await consumer.next())?.ackAck();
    await ledger(NODE, 1, 1);
    expect(await verify()).toMatchObject({ stored: 1, inFlight: 1, lost: 0 });
    await (await consumer.next())?.ackAck();
    // The ledger's row says that more rows were stored than there are.
    expect(await verify()).toMatchObject({ stored: 1, inFlight: 0, missingRows: ROWS });
    await manager.consumers.delete(TELEMETRY_STREAM, ETL_CONSUMER);
  });

  it('counts rows too many and too few by node, so that they do not make up for each other', async () => {
    await store(NODE, 1, 10);
    await store(OTHER, 1, 10);
    await fleet.questdb.sql(`insert into memory values (now(), '${NODE}', 1), (now(), '${NODE}', 2)`);
    await fleet.questdb.sql(`insert into memory values (now(), '${OTHER}', 1)`);
    await ledger(OTHER, 11, 11, Date.now() - 60_000);
    expect(await verify()).toMatchObject({ lost: 0, doubled: 2, missingRows: ROWS - 1 });
  });

  it('names a number that is twice in the ledger', async () => {
    await store(NODE, 1, 10);
    await store(NODE, 4, 4, Date.now() - 60_000);
    const found = await verify();
    expect(found).toMatchObject({ stored: 10, lost: 0, doubled: 0 });
    expect(found.holes).toEqual([{ nodeId: NODE, epoch: EPOCH, firstSeq: 4, lastSeq: 4, reason: 'has more than one row in the ledger' }]);
  });

  it('waits for what was in flight at the start', async () => {
    await store(NODE, 1, 9);
    await publish(NODE, 10);
    const answer = verify({ waitMs: 20_000 });
    await store(NODE, 10, 10, Date.now() - 60_000);
    expect(await answer).toMatchObject({ ...CLEAN, stored: 10 });
  });

  it('compares only what ledger and tables still hold when the TTL has begun to bite', async () => {
    const old = Date.now() - (TTL_DAYS - 0.5) * DAY_MS;
    await ledger(NODE, 40, 50, old);
    await store(NODE, 51, 60);
    expect(await verify()).toMatchObject({ ...CLEAN, stored: 21, tableRows: 100, ledgerRows: 100 });
  });

  it('compares only what tables still hold that keep rows for hours while the ledger keeps days, and misses what they should have', async () => {
    for (const table of ['cpu', 'memory']) {
      await fleet.questdb.sql(`drop table ${table}`);
      await fleet.questdb.sql(
        `create table ${table} (timestamp timestamp, node_id symbol, x double) timestamp(timestamp) partition by hour ttl 12 hours wal
          dedup upsert keys(timestamp, node_id, x)`.replace(/\s+/g, ' '),
      );
    }
    await store(NODE, 1, 50, Date.now() - 14.5 * HOUR_MS);
    await store(NODE, 51, 60);
    const rows = await until('the oldest hours are gone', async () => {
      const [[count] = []] = await fleet.questdb.sql('select count() from cpu');
      return count === 100 ? 100 : undefined;
    });
    expect(await verify()).toMatchObject({ ...CLEAN, stored: 60, tableRows: rows, ledgerRows: rows });
    // What a script pushed may be of any age.
    await ledger(OTHER, 1, 1, Date.now() - HOUR_MS, Buffer.from('push').toString('hex') + '00'.repeat(12));
    expect(await verify()).toMatchObject({ ...CLEAN, stored: 61, tableRows: rows, uncomparedRows: ROWS });
    await ledger(NODE, 61, 61);
    expect(await verify()).toMatchObject({ stored: 62, missingRows: ROWS });
  });

  it('is right over a hundred nodes with two epochs each, the earlier one closed', async () => {
    const nodes = 100;
    const numbers = 20;
    const startUs = (Date.now() - 3_600_000) * 1000;
    const nodeOf = (x: string): string => `concat('3f0c2a9e-0000-4000-9000-', lpad((${x})::string, 12, '0'))`;
    const total = nodes * 2 * numbers;
    // Of node 7's closed epoch one number is missing, of node 8's both ends cannot be known to be: the first of them is.
    await fleet.questdb.sql(
      `insert into deliveries (timestamp, node_id, epoch, seq, rows, bad_rows, merged_rows) select * from (
        select cast(${startUs} + x * 100000 as timestamp) ts, ${nodeOf(`(x - 1) / ${2 * numbers}`)} node,
          case when ((x - 1) / ${numbers}) % 2 = 0 then '${'cc'.repeat(16)}' else '${EPOCH}' end epoch,
          (x - 1) % ${numbers} + 1 seq, 1, 0, 0 from long_sequence(${total})
        ) where not (node like '%0007' and epoch like 'cc%' and seq = 9) and not (node like '%0008' and epoch like 'cc%' and seq = 1)`.replace(
        /\s+/g,
        ' ',
      ),
    );
    await fleet.questdb.sql(
      `insert into cpu select * from (select cast(${startUs} + x * 100000 as timestamp) ts, ${nodeOf(`(x - 1) / ${2 * numbers}`)} node, x::double v
        from long_sequence(${total})) where v != ${7 * 2 * numbers + 9} and v != ${8 * 2 * numbers + 1}`.replace(/\s+/g, ' '),
    );
    const startedMs = Date.now();
    const found = await verify();
    expect(Date.now() - startedMs).toBeLessThan(10_000);
    expect(found).toMatchObject({
      stored: total - 2,
      lost: 2,
      doubled: 0,
      missingRows: 0,
      ledgerRows: total - 2,
      tableRows: total - 2,
      nodes: nodes + 2,
    });
    expect(found.holes.map(({ nodeId, epoch, firstSeq, lastSeq }) => [nodeId.slice(-2), epoch.slice(0, 2), firstSeq, lastSeq])).toEqual([
      ['07', 'cc', 9, 9],
      ['08', 'cc', 1, 1],
    ]);
  });

  it('tells in the status how complete the last hour is', async () => {
    await store(NODE, 1, 50, Date.now() - 1_000_000);
    await store(NODE, 101, 150, Date.now() - 900_000);
    const status = await until('a fresh answer', async () => {
      const answer = await fleet.call<PipelineStatus>('getPipelineStatus', {});
      return (answer.completenessPercent ?? 100) < 100 ? answer : undefined;
    });
    expect(status.completenessPercent).toBeCloseTo(100 * (100 / 150), 3);
  });
});

describe('a gateway that starts', () => {
  it('learns from the ledger which numbers each epoch has used, the older epochs too', async () => {
    const before = 'bb'.repeat(16);
    await ledger(NODE, 1, 40, Date.now() - 7_200_000, before);
    await ledger(NODE, 1, 25);
    await until('the ledger', async () => Number((await fleet.questdb.sql('select count() from deliveries'))[0]?.[0]) === 65);
    await fleet.service.stop();
    let learned = 0;
    const remove = fleet.numbers.onLearned(() => learned++);
    await fleet.service.start();
    await until('the numbers', () => fleet.numbers.highest(NODE, EPOCH) >= 25 && fleet.numbers.highest(NODE, before) === 40);
    await until('the listeners', () => learned >= 2);
    remove();
  });
});
