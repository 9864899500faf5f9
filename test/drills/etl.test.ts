// What the ETL makes of good and bad batches: stored rows, ledger, dead letters and their words.
import { randomBytes } from 'node:crypto';
import { nanos } from 'nats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ETL_CONSUMER, NODES_BUCKET, TELEMETRY_STREAM } from '../../core/common/streams.ts';
import { until } from '../harness/until.ts';
import {
  countOf,
  deadLetters,
  type EtlSetup,
  envelope,
  etlStatus,
  frame,
  plainFrame,
  publish,
  startEtl,
  startEtlSetup,
} from '../integration/etl-setup.ts';

let setup: EtlSetup;
let seq = 0;
// Dev mode lets a statement suspend a table, as a full disk would.
process.env['QDB_DEV_MODE_ENABLED'] = 'true';

beforeAll(async () => {
  setup = await startEtlSetup();
});
afterAll(async () => {
  delete process.env['QDB_DEV_MODE_ENABLED'];
  await setup?.stop();
});

const nowUs = (): number => Date.now() * 1000;
const rowsOf = (table: string) => setup.questdb.sql(`SELECT * FROM ${table} ORDER BY timestamp`);
const lettersOf = async (measurement: string) => (await deadLetters(setup.nc)).filter((letter) => letter.measurement === measurement);
const stored = (table: string, count: number, timeoutMs = 20_000) =>
  until(`${count} rows in ${table}`, async () => (await countOf(setup.questdb, `SELECT count() FROM ${table}`)) === count, timeoutMs);
const ledger = (number: number) =>
  until(`ledger row ${number}`, async () => {
    const [row] = await setup.questdb.sql(`SELECT rows, bad_rows, merged_rows, problem FROM deliveries WHERE seq = ${number}`);
    return row;
  });

describe('values', () => {
  it('keeps the extremes exact, takes NaN as absent and -0 as 0, and sets infinities aside', async () => {
    const time = nowUs();
    const values: [number, string, number, number][] = [
      [time, 'tiny', 5e-324, 1.797e308],
      [time + 1, 'absent', Number.NaN, -0],
      [time + 2, 'endless', Number.POSITIVE_INFINITY, 1],
      [time + 3, 'nothing', Number.NaN, Number.NaN],
      [time + 4, 'minus', Number.NEGATIVE_INFINITY, Number.NaN],
    ];
    await publish(setup.js, envelope({ seq: ++seq, frames: [frame('extremes', ['a', 'b'], values)] }));
    await stored('extremes', 3);
    expect(
      (await setup.questdb.sql('SELECT tag, a, b FROM extremes ORDER BY timestamp')).map((row) => row.map((value) => value ?? 'null')),
    ).toEqual([
      ['tiny', 5e-324, 1.797e308],
      ['absent', 'null', 0],
      ['nothing', 'null', 'null'],
    ]);
    expect(await ledger(seq)).toEqual([5, 2, 0, null]);
    const letters = await lettersOf('extremes');
    expect(letters.map(({ reason, row }) => [reason, row?.['tag'], row?.['a']])).toEqual([
      ['not_finite', 'endless', 'Infinity'],
      ['not_finite', 'minus', '-Infinity'],
    ]);
  });

  it('lets the last of equal keys win and counts the others', async () => {
    const time = nowUs();
    await publish(
      setup.js,
      envelope({
        seq: ++seq,
        frames: [
          frame(
            'twice',
            ['a'],
            [
              [time, 'x', 1],
              [time, 'y', 2],
              [time, 'x', 3],
            ],
          ),
        ],
      }),
    );
    await stored('twice', 2);
    expect(await setup.questdb.sql('SELECT tag, a FROM twice ORDER BY tag')).toEqual([
      ['x', 3],
      ['y', 2],
    ]);
    expect(await ledger(seq)).toEqual([3, 0, 1, null]);
  });

  it('makes a new tag a part of the dedup key', async () => {
    const time = nowUs();
    await publish(setup.js, envelope({ seq: ++seq, frames: [frame('grows', ['a'], [[time, 'x', 1]])] }));
    const wider = {
      ...frame(
        'grows',
        ['a', 'b'],
        [
          [time, 'x', 2, 3],
          [time, 'y', 4, 5],
        ],
      ),
      tags: ['tag', 'zone'],
      series: [
        ['x', 'one'],
        ['x', 'two'],
      ],
    };
    await publish(setup.js, envelope({ seq: ++seq, frames: [wider] }));
    await stored('grows', 3);
  });
});

describe('bad input', () => {
  it('refuses each wrong time with its reason', async () => {
    const times: [number, string][] = [
      [0, 'time_missing'],
      [-5, 'time_negative'],
      [Math.floor(Date.now() / 1000), 'time_in_seconds'],
      [Date.now(), 'time_in_milliseconds'],
      [9_214_646_400_000_000, 'time_too_far'],
      [nowUs() * 1000, 'time_too_far'],
      [nowUs() - 40 * 86_400_000_000, 'time_too_old'],
    ];
    const rows = [
      ...times.map(([time], i) => [time, `t${i}`, 1] as [number, string, number]),
      [nowUs(), 'good', 1] as [number, string, number],
    ];
    await publish(setup.js, envelope({ seq: ++seq, frames: [frame('times', ['a'], rows)] }));
    await stored('times', 1);
    expect((await lettersOf('times')).map((letter) => letter.reason)).toEqual(times.map(([, reason]) => reason));
    expect(await ledger(seq)).toEqual([8, 7, 0, null]);
  });

  it('sets the rows of a node aside whose clock is more than a day off', async () => {
    const sent = envelope({ seq: ++seq, skewUs: 90_000_000_000, frames: [plainFrame('skewed', 10)] });
    await publish(setup.js, sent);
    expect((await ledger(seq))[1]).toBe(10);
    expect((await deadLetters(setup.nc)).find((letter) => letter.reason === 'clock_skew')?.receivedUs).toBeGreaterThan(0);
    expect(await countOf(setup.questdb, 'SELECT count() FROM skewed')).toBeUndefined();
  });

  it('refuses names and type changes row by row and goes on', async () => {
    const time = nowUs();
    await publish(setup.js, envelope({ seq: ++seq, frames: [frame('typed', ['a'], [[time, 'x', 1]])] }));
    await stored('typed', 1);
    const asText = { ...frame('typed', [], [[time + 1, 'y']]), textFields: ['a'], texts: ['word'] };
    const names = ['Bad-Name', "x'; DROP TABLE events", 'a'.repeat(200), 'select', ''].map((name) => frame(name, ['a'], [[time, 'x', 1]]));
    const own = frame('deliveries', ['a'], [[time, 'x', 1]]);
    const badField = frame('fields', ['a.b'], [[time, 'x', 1]]);
    await publish(
      setup.js,
      envelope({ seq: ++seq, frames: [asText, ...names, own, badField, frame('typed', ['a'], [[time + 2, 'z', 2]])] }),
    );
    await stored('typed', 2);
    expect(await ledger(seq)).toEqual([9, 8, 0, null]);
    const reasons = (await deadLetters(setup.nc)).filter((letter) => letter.seq === seq).map((letter) => letter.reason);
    expect(reasons).toEqual(['type_changed', ...names.map(() => 'bad_name'), 'reserved_measurement', 'bad_name']);
  });

  it('keeps the bytes of what cannot be decoded and goes on within a second', async () => {
    const junk = randomBytes(300);
    junk[0] = 0x0f;
    await publish(setup.js, junk);
    await publish(setup.js, envelope({ seq: ++seq, frames: [plainFrame('after_junk', 10)] }));
    const from = Date.now();
    await stored('after_junk', 10);
    expect(Date.now() - from).toBeLessThan(1500);
    const letter = (await deadLetters(setup.nc)).find(({ reason, raw }) => reason === 'malformed' && raw === junk.toString('base64'));
    expect(letter?.detail).toMatch(/byte|wire type/);
  });

  it('stores 9,999 rows of 10,000 where the database would refuse the whole request for one', async () => {
    const rows = plainFrame('one_bad', 10_000);
    const bad = {
      ...rows,
      series: rows.series.map((series, i) => (i === 3 ? ['nul\0'] : series)),
      seriesIndex: rows.seriesIndex.map((i) => (i === 3 ? 4 : i)),
    };
    bad.seriesIndex[5003] = 3;
    await publish(setup.js, envelope({ seq: ++seq, frames: [bad] }));
    await stored('one_bad', 9_999);
    expect(await ledger(seq)).toEqual([10_000, 1, 0, null]);
    const letters = await lettersOf('one_bad');
    expect(letters.map(({ reason, row }) => [reason, row?.['tag'], row?.['a']])).toEqual([['malformed', 'nul\0', 5003]]);
    expect(letters[0]?.detail).toBe('a tag value has a NUL in it');
  });

  it("sets the rows aside whose table the database refuses to change, with the database's words, and goes on with the others", async () => {
    await setup.questdb.sql(
      'CREATE TABLE foreign_one (timestamp TIMESTAMP, node_id SYMBOL, tag SYMBOL, a DOUBLE, b DOUBLE) TIMESTAMP(timestamp) PARTITION BY DAY BYPASS WAL',
    );
    const startedMs = Date.now();
    await publish(setup.js, envelope({ seq: ++seq, frames: [plainFrame('foreign_one', 3), plainFrame('beside_it', 5)] }));
    await stored('beside_it', 5);
    expect(Date.now() - startedMs).toBeLessThan(10_000);
    expect(await ledger(seq)).toEqual([8, 3, 0, null]);
    const letters = await lettersOf('foreign_one');
    expect(letters.map(({ reason }) => reason)).toEqual(Array(3).fill('rejected_by_database'));
    expect(letters[0]?.detail).toMatch(/^QuestDB: .+WAL.+\(for ALTER TABLE "foreign_one" DEDUP ENABLE/);
    // While that is remembered, and when it is put right.
    await publish(setup.js, envelope({ seq: ++seq, frames: [plainFrame('beside_it', 5, 5)] }));
    await stored('beside_it', 10);
  });

  it('keeps a batch of nothing but bad rows in few letters', async () => {
    const rows = plainFrame('all_bad', 1000);
    rows.timeUs.fill(0);
    await publish(setup.js, envelope({ seq: ++seq, frames: [rows] }));
    expect(await ledger(seq)).toEqual([1000, 1000, 0, null]);
    expect((await lettersOf('all_bad')).length).toBe(100);
    expect((await deadLetters(setup.nc)).find((letter) => letter.seq === seq && letter.raw !== undefined)?.detail).toMatch(/^1000 rows/);
  });
});

it('writes events, the history of nodes, and a view that joins them', async () => {
  const bucket = await setup.nc.jetstream().views.kv(NODES_BUCKET, { bindOnly: true });
  const info = {
    ...{ name: 'alpha', platform: 'linux', os: 'Debian', kernel: '6', arch: 'x64', cpuModel: 'c', cpuCores: 2, memoryBytes: 1e9 },
    ...{
      virtualization: '',
      model: '',
      addresses: [],
      agentVersion: '1',
      labels: { country: 'gh', region: 'accra' },
      bootUs: 1,
      simulated: false,
    },
  };
  await bucket.put('node-1', JSON.stringify({ nodeId: 'node-1', info, enrolledMs: 1e12, updatedMs: Date.now(), intervalMs: 1000 }));
  const event = { timeUs: nowUs(), kind: 'boot', severity: 'info' as const, text: 'it "boots"\nnow', attributes: { why: 'power' } };
  await publish(setup.js, envelope({ seq: ++seq, events: [event], frames: [plainFrame('joined', 10)] }));
  await until(
    'the view shows the region',
    async () => (await countOf(setup.questdb, "SELECT count() FROM joined_nodes WHERE region = 'accra'")) === 10,
  );
  const [row] = await until('the event', async () => {
    const rows = await rowsOf('events');
    return rows.length > 0 && rows;
  });
  expect(row?.slice(1)).toEqual(['node-1', 'boot', 'info', 'it "boots"\nnow', '{"why":"power"}']);
});

it("says which table is suspended, with the database's words, and has it resumed", async () => {
  await publish(setup.js, envelope({ seq: ++seq, frames: [plainFrame('halted', 10)] }));
  await stored('halted', 10);
  await setup.questdb.sql("ALTER TABLE halted SUSPEND WAL WITH 28, 'No space left on device'");
  const suspended = await until('it is reported', async () =>
    (await etlStatus(setup.nc))?.suspendedTables.find(({ table }) => table === 'halted'),
  );
  expect(suspended.error).toContain('No space left on device');
  await publish(setup.js, envelope({ seq: ++seq, frames: [plainFrame('halted', 10, 10)] }));
  await stored('halted', 20, 60_000);
  await until('it is no longer reported', async () => (await etlStatus(setup.nc))?.suspendedTables.length === 0);
});

it('stores each row once with two ETLs at work, and when both are killed', async () => {
  const second = await startEtl(setup.nats, setup.questdb.httpUrl, setup.questdb, 'etl-2');
  try {
    const epoch = randomBytes(16);
    for (let i = 0; i < 60; i++) {
      await publish(setup.js, envelope({ seq: i + 1, epoch, frames: [plainFrame('shared', 1000, i * 1000)] }));
      if (i === 20) await second.kill();
      if (i === 40) await setup.etl.kill();
    }
    await setup.etl.restart();
    await stored('shared', 60_000, 90_000);
    const sum = `SELECT sum(rows - bad_rows - merged_rows) FROM deliveries WHERE epoch = '${epoch.toString('hex')}'`;
    await until('the ledger agrees', async () => (await countOf(setup.questdb, sum)) === 60_000, 60_000);
  } finally {
    await second.stop();
  }
});

it('has what an earlier ETL left unacknowledged come again after its own time, not after that of the consumer it finds', async () => {
  await setup.etl.kill();
  const { consumers } = await setup.nc.jetstreamManager();
  const { config } = await consumers.info(TELEMETRY_STREAM, ETL_CONSUMER);
  await consumers.update(TELEMETRY_STREAM, ETL_CONSUMER, { ...config, ack_wait: nanos(60_000) });
  await setup.etl.restart();
  expect((await consumers.info(TELEMETRY_STREAM, ETL_CONSUMER)).config.ack_wait).toBe(config.ack_wait);
});

it('stores each row once when QuestDB is killed in the middle', async () => {
  for (let i = 0; i < 60; i++) {
    await publish(setup.js, envelope({ seq: ++seq, frames: [plainFrame('survives', 1000, i * 1000)] }));
    if (i === 30) await setup.questdb.kill();
  }
  await setup.questdb.restart();
  await stored('survives', 60_000, 60_000);
});
