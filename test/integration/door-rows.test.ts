// Rows of one time, node and tags that come by doors in several messages: each value stays, and the ledger says what met what. A real ETL and a real QuestDB.
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { doorEpoch } from '../../core/common/door-epoch.ts';
import { until } from '../harness/until.ts';
import { countOf, type EtlSetup, envelope, frame, publish, startEtl, startEtlSetup } from './etl-setup.ts';

let setup: EtlSetup;
beforeAll(async () => {
  setup = await startEtlSetup();
});
afterAll(() => setup?.stop());

const START_US = Date.now() * 1000 - 60_000_000;
const newEpoch = () => Buffer.from(doorEpoch('push', randomBytes(12)));

async function send(seq: number, epoch: Buffer, ...frames: ReturnType<typeof frame>[]): Promise<void> {
  await publish(setup.js, envelope({ epoch, seq, frames }));
}

async function ledger(epoch: Buffer) {
  const columns = 'sum(rows), sum(bad_rows), sum(merged_rows), sum(met_rows), sum(replaced_rows), sum(overwritten_rows)';
  const [row] = await setup.questdb.sql(`select count(), ${columns} from deliveries where epoch = '${epoch.toString('hex')}'`);
  return (row ?? []).map(Number);
}

const untilInLedger = (epoch: Buffer, batches: number) =>
  until(`${batches} batches are in the ledger`, async () => (await ledger(epoch))[0] === batches, 30_000);

it('keeps the fields of one moment that came in two messages, one after the other and at once', async () => {
  const epoch = newEpoch();
  await send(
    1,
    epoch,
    frame(
      'two',
      ['a'],
      [
        [START_US, 'x', 1],
        [START_US + 1, 'x', 1],
      ],
    ),
  );
  await untilInLedger(epoch, 1);
  await send(
    2,
    epoch,
    frame(
      'two',
      ['b'],
      [
        [START_US, 'x', 2],
        [START_US + 2, 'x', 2],
      ],
    ),
  );
  await send(3, epoch, frame('two', ['c'], [[START_US, 'x', 3]]));
  await untilInLedger(epoch, 3);
  await until('it can be read', async () => (await countOf(setup.questdb, 'select count() from two where c = 3')) === 1);
  expect(await setup.questdb.sql('select a, b, c from two order by timestamp')).toEqual([
    [1, 2, 3],
    [1, null, null],
    [null, 2, null],
  ]);
  expect(await ledger(epoch)).toEqual([3, 5, 0, 0, 2, 0, 0]);
});

it('changes neither a row nor the ledger where a batch comes again', async () => {
  const epoch = newEpoch();
  const rows = [
    [START_US, 'x', 1],
    [START_US, 'x', 2],
    [START_US + 1, 'x', 3],
  ] as [number, string, number][];
  const bytes = envelope({ epoch, seq: 1, frames: [frame('again', ['a'], rows)] });
  await publish(setup.js, bytes);
  await untilInLedger(epoch, 1);
  const before = await ledger(epoch);
  expect(before).toEqual([1, 3, 0, 1, 0, 1, 0]);
  const stored = async () => (await setup.questdb.sql(`select stored from deliveries where epoch = '${epoch.toString('hex')}'`))[0]?.[0];
  const first = await stored();
  await publish(setup.js, bytes);
  await until('it was worked on again', async () => (await stored()) !== first, 30_000);
  expect(await ledger(epoch)).toEqual(before);
  expect(await setup.questdb.sql('select a from again order by timestamp')).toEqual([[2], [3]]);
});

it('knows after a restart what the table had, also among very many rows of the same series', async () => {
  const epoch = newEpoch();
  const rows = 120_000;
  await setup.questdb.sql(
    'create table many (timestamp timestamp, node_id symbol, tag symbol, a double, b double) timestamp(timestamp) partition by day wal ' +
      'dedup upsert keys(timestamp, node_id, tag)',
  );
  await setup.questdb.sql(
    `insert into many select cast(${START_US - rows * 100} + x * 100 as timestamp), 'node-1', 'x', x, null from long_sequence(${rows})`,
  );
  await setup.etl.stop();
  setup.etl = await startEtl(setup.nats, setup.questdb.httpUrl, setup.questdb, 'etl-2');
  const wanted = Array.from({ length: 1000 }, (_, i) => (i + 1) * 100);
  await send(
    1,
    epoch,
    frame(
      'many',
      ['b'],
      wanted.map((x) => [START_US - rows * 100 + x * 100, 'x', -x]),
    ),
  );
  await untilInLedger(epoch, 1);
  await until('it can be read', async () => (await countOf(setup.questdb, 'select count() from many where b < 0')) === wanted.length);
  expect(await countOf(setup.questdb, 'select count() from many where b = -a')).toBe(wanted.length);
  expect(await countOf(setup.questdb, 'select count() from many where a is null')).toBe(0);
  expect(await ledger(epoch)).toEqual([1, 1000, 0, 0, 1000, 0, 0]);
});

it('says why rows were set aside', async () => {
  const epoch = newEpoch();
  await send(1, epoch, frame('typed', ['status'], [[START_US, 'x', 1]]));
  await send(2, epoch, {
    ...frame(
      'typed',
      [],
      [
        [START_US + 1, 'x'],
        [START_US + 2, 'x'],
      ],
    ),
    textFields: ['status'],
    texts: ['ok', 'bad'],
  });
  await untilInLedger(epoch, 2);
  const [row] = await setup.questdb.sql(`select reasons from deliveries where seq = 2 and epoch = '${epoch.toString('hex')}'`);
  expect(JSON.parse(String(row?.[0]))).toEqual({ type_changed: { rows: 2, detail: 'typed.status is DOUBLE and came as VARCHAR' } });
});
