// Bad input at the doors and on the path of a whole pipeline: each costs itself, with its reason, and nothing else.
// The numbers are those of the list of bad inputs.
import { randomBytes } from 'node:crypto';
import type { NatsConnection } from 'nats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FrameColumns } from '../../core/common/frame.ts';
import { telemetrySubject } from '../../core/common/streams.ts';
import { connectNats } from '../../core/node/nats-connection.ts';
import { encodeBatch, encodeEnvelope } from '../../proto/batch-codec.ts';
import { https } from '../harness/https.ts';
import { type Pipeline, startPipeline } from '../harness/pipeline.ts';
import { until } from '../harness/until.ts';
import { plainFrame } from '../integration/etl-setup.ts';

const STREAM_MAX_BYTES = 16 * 1024 ** 2;
let pipeline: Pipeline;
let token: string;
let nats: NatsConnection;

beforeAll(async () => {
  // Dev mode lets a statement suspend a table, as a full disk would.
  const env = { MUSTER_GATEWAY_STREAM_MAX_BYTES: String(STREAM_MAX_BYTES), QDB_DEV_MODE_ENABLED: 'true' };
  pipeline = await startPipeline({ env });
  const wanted = { kind: 'TOKEN_KIND_ACCESS' as const, name: 'doors', scopes: ['push', 'read'], validSeconds: 600, uses: 0, labels: {} };
  token = (await pipeline.client.call('createToken', wanted)).secret;
  const { addresses } = pipeline;
  nats = await connectNats({
    ...{ url: addresses.nats, user: addresses.natsUser, passwordFile: addresses.natsPasswordFile, name: 'bad-input' },
  });
});
afterAll(async () => {
  await nats?.close();
  await pipeline?.stop();
});

const nowUs = (): number => Date.now() * 1000;
const push = (body: unknown) =>
  https(pipeline.addresses, '/api/push', { token, body: typeof body === 'string' ? body : JSON.stringify(body) });
const count = async (table: string, where = 'true'): Promise<number> =>
  Number((await pipeline.sql(`select count() from ${table} where ${where}`).catch(() => [[0]]))[0]?.[0]);
const stored = (table: string, rows: number, timeoutMs = 30_000) =>
  until(`${rows} rows in ${table}`, async () => (await count(table)) === rows, timeoutMs);
const status = () => pipeline.client.call('getPipelineStatus', {});

/** Batches as a gateway publishes them, numbered for each node. */
const epoch = randomBytes(16);
const seqs = new Map<string, number>();
async function publish(nodeId: string, frames: FrameColumns[]): Promise<void> {
  const seq = (seqs.get(nodeId) ?? 0) + 1;
  seqs.set(nodeId, seq);
  const batch = encodeBatch({ epoch, seq, createdUs: nowUs(), frames, events: [], dropped: [] });
  const envelope = encodeEnvelope([{ nodeId, receivedUs: nowUs(), gateway: 'gateway-1', batch, epoch, seq, skewUs: 0 }]);
  await until('the stream takes it', () => nats.jetstream().publish(telemetrySubject(0), envelope));
}

describe('the push door', () => {
  it('takes any host name as clean text, and none as an id (9)', async () => {
    const names = [
      'ü‮txt.exe',
      "'; DROP TABLE push",
      '<img onerror=alert(1)>',
      '../../x',
      '=cmd|calc',
      '💥',
      'x'.repeat(300),
      'a\nb\u0000c',
    ];
    const bodies = names.map((name, i) => ({ node_id: `named-${i}`, name, v: i }));
    expect((await push(bodies)).status).toBe(202);
    await until('all are stored', async () => (await count('push', "node_id like 'named-%'")) === names.length);
    const { nodes } = await pipeline.client.call('listNodes', { filter: '' });
    const shown = nodes.filter(({ nodeId }) => nodeId.startsWith('named-')).map(({ info }) => info?.name ?? '');
    expect(shown).toHaveLength(names.length);
    // Control characters, marks that turn the direction, and ends without end are gone; the rest is text and stays.
    for (const name of shown) expect(name).toMatch(/^[^\p{Cc}\u202a-\u202e\u2066-\u2069]{1,255}$/u);
    expect(shown).toEqual(expect.arrayContaining(["'; DROP TABLE push", '<img onerror=alert(1)>', '../../x', '=cmd|calc', '💥']));
    for (const nodeId of names) {
      const { json } = await push([
        { node_id: nodeId, v: 1 },
        { node_id: 'good', v: 1 },
      ]);
      expect(json()).toMatchObject({ accepted: 1, refused: [{ index: 0, reason: 'bad_node' }] });
    }
  });

  it('keeps extremes exact, and refuses what is no finite number (12)', async () => {
    const time = nowUs();
    const good = `{"node_id":"values","measurement":"extremes","time":${time},"tiny":5e-324,"huge":1.797e308,"zero":-0,"absent":null}`;
    const bad = `{"node_id":"values","measurement":"extremes","time":${time + 1},"tiny":1e400}`;
    expect((await push(`[${good},${bad}]`)).json()).toMatchObject({ accepted: 1, refused: [{ index: 1, reason: 'not_finite' }] });
    await stored('extremes', 1);
    expect(await pipeline.sql('select tiny, huge, zero from extremes')).toEqual([[5e-324, 1.797e308, 0]]);
    expect((await push(`{"node_id":"values","v":NaN}`)).status).toBe(400);
  });

  it('refuses each wrong time with its reason, however old or new (14, 15)', async () => {
    const times: [unknown, string][] = [
      [0, 'time_missing'],
      [-5, 'time_negative'],
      [Math.floor(Date.now() / 1000), 'time_in_seconds'],
      [Date.now(), 'time_in_milliseconds'],
      ['2262-01-01T00:00:00Z', 'time_too_far'],
      [nowUs() - 31 * 86_400_000_000, 'time_too_old'],
      ['2026-11-23T08:15:00', 'malformed'],
      ['2026-02-30T00:00:00Z', 'malformed'],
      [1.5, 'malformed'],
    ];
    const samples = times.map(([time]) => ({ node_id: 'times', measurement: 'times', time, v: 1 }));
    const yesterday = { node_id: 'times', measurement: 'times', time: nowUs() - 86_400_000_000, v: 1 };
    const { json } = await push([...samples, yesterday, { node_id: 'times', measurement: 'times', v: 2 }]);
    expect(json()).toMatchObject({ accepted: 2, refused: times.map(([, reason], index) => ({ index, reason })) });
    await stored('times', 2);
  });

  it('refuses names that would have to be quoted, and says which (17)', async () => {
    const names = ['a.b', 'a-b', "a'b", 'a"b', 'A', 'x'.repeat(200), 'select', 'node_id', '__proto__'];
    const fields = names.map((name) => JSON.parse(`{"node_id":"names","measurement":"names",${JSON.stringify(name)}:1,"v":1}`));
    const tables = ['a.b', 'deliveries', 'x'.repeat(200), 'cpu_nodes'].map((measurement) => ({ node_id: 'names', measurement, v: 1 }));
    const { json } = await push([...fields, ...tables, { node_id: 'names', measurement: 'names', v: 1 }]);
    const answer = json() as unknown as { accepted: number; refused: { reason: string; detail: string }[] };
    const reasons = answer.refused.map(({ reason }) => reason);
    expect(reasons.slice(0, names.length)).toEqual(names.map((name) => (name === 'node_id' ? 'bad_node' : 'bad_name')));
    expect(reasons.slice(-4)).toEqual(['bad_name', 'reserved_measurement', 'bad_name', 'reserved_measurement']);
    expect(answer.refused[0]?.detail).toContain('field "a.b" is not a name');
    await stored('names', answer.accepted);
  });
});

it('stores on while a field changes its type: that row is a dead letter (18)', async () => {
  const text = (n: number): FrameColumns => ({
    ...{ measurement: 'typed', tags: [], series: [[]], seriesIndex: Uint32Array.of(0), timeUs: Float64Array.of(nowUs() + n) },
    ...{ fields: [], values: new Float64Array(0), textFields: ['v'], texts: ['word'] },
  });
  expect((await push({ node_id: 'typed', measurement: 'typed', v: 1 })).status).toBe(202);
  await stored('typed', 1);
  await publish('typed', [text(1), plainFrame('typed_beside', 10)]);
  await stored('typed_beside', 10);
  expect((await push({ node_id: 'typed', measurement: 'typed', v: 2 })).status).toBe(202);
  await stored('typed', 2);
  const { deadLetters } = await pipeline.client.call('listDeadLetters', { limit: 10, reason: 'type_changed', beforeId: 0 });
  expect(deadLetters).toMatchObject([{ measurement: 'typed', nodeId: 'typed', detail: expect.stringContaining('v') }]);
});

it('says which table is suspended within 30 s, resumes it by itself and has every row (34)', async () => {
  await publish('halting', [plainFrame('halted', 10)]);
  await stored('halted', 10);
  await pipeline.sql("ALTER TABLE halted SUSPEND WAL WITH 28, 'No space left on device'");
  const startedMs = Date.now();
  const table = await until('it is told', async () => (await status()).suspendedTables.find((one) => one.table === 'halted'));
  expect(Date.now() - startedMs).toBeLessThan(30_000);
  expect(table.error).toContain('No space left on device');
  expect((await status()).problems.join()).toContain('QuestDB suspended the table halted');
  await publish('halting', [plainFrame('halted', 10, 10)]);
  await stored('halted', 20, 60_000);
  await until('it is told no more', async () => (await status()).suspendedTables.length === 0);
});

it('stores what is live within a minute while a day-old burst comes in (35)', async () => {
  const dayAgo = nowUs() - 86_400_000_000;
  let done = false;
  let latest = 0;
  const watchLive = async (): Promise<void> => {
    while (!done) {
      const time = nowUs();
      await publish('live', [{ ...plainFrame('live_beside', 1), timeUs: Float64Array.of(time) }]);
      await until('the live row', async () => (await count('live_beside', `timestamp = cast(${time} as timestamp)`)) === 1, 60_000);
      latest = Math.max(latest, (nowUs() - time) / 1e6);
    }
  };
  const live = Promise.allSettled([watchLive()]);
  for (let i = 0; i < 30; i++) {
    const frame = plainFrame('burst', 10_000);
    frame.timeUs.forEach((_, row) => {
      frame.timeUs[row] = dayAgo + (i * 10_000 + row) * 1000;
    });
    await publish('returning', [frame]);
  }
  await stored('burst', 300_000, 60_000);
  done = true;
  expect((await live)[0]).toMatchObject({ status: 'fulfilled' });
  expect(latest).toBeGreaterThan(0);
  expect(latest).toBeLessThan(60);
});

it('gives no receipt while the stream is full, and takes samples again by itself when there is space (30)', async () => {
  // A database that stands still: the ETL stores nothing, and the stream fills.
  const database = pipeline.part('questdb').pid;
  process.kill(database, 'SIGSTOP');
  const metadata = { filler: 'x'.repeat(8000) };
  const body = (n: number): object[] =>
    Array.from({ length: 50 }, (_, i) => ({ node_id: 'full', measurement: 'filled', time: nowUs() - n * 100 - i, v: n, metadata }));
  let accepted = 0;
  try {
    const refusedAfter = await until(
      'the stream is full',
      async () => {
        const answers = await Promise.all(Array.from({ length: 8 }, () => push(body(++accepted))));
        const refused = answers.filter((answer) => answer.status !== 202);
        accepted -= refused.length;
        return refused[0];
      },
      60_000,
    );
    expect([refusedAfter.text, refusedAfter.status]).toEqual([
      expect.stringMatching(/send it again|sending it again does no harm/),
      expect.toSatisfy((code: number) => code === 503 || code === 504),
    ]);
  } finally {
    process.kill(database, 'SIGCONT');
  }
  const resumedMs = Date.now();
  await until('it takes samples again', async () => (await push({ node_id: 'full', measurement: 'again', v: 1 })).status === 202, 60_000);
  expect(Date.now() - resumedMs).toBeLessThan(60_000);
  await until('they are stored', async () => (await count('again')) >= 1, 60_000);
  const { lost, doubled, missingRows } = await pipeline.client.call('verify', { nodeId: '', waitMs: 20_000 }, { timeoutMs: 60_000 });
  expect({ lost, doubled, missingRows }).toEqual({ lost: 0, doubled: 0, missingRows: 0 });
});

it('caps the series of a node that makes a million tag values a minute, names the tag, and stores the others meanwhile (16)', async () => {
  // As many as a million a minute in twelve seconds.
  const batches = 20;
  const rows = 10_000;
  const startedMs = Date.now();
  for (let i = 0; i < batches; i++) {
    const frame = plainFrame('flood', rows, i * rows);
    const series = Array.from({ length: rows }, (_, row) => ['same', `request-${i * rows + row}`]);
    await publish('flooding', [{ ...frame, tags: ['kind', 'request'], series, seriesIndex: Uint32Array.from(series, (_, row) => row) }]);
    if (i % 2 === 0) await publish('beside', [plainFrame('beside_flood', 10, i)]);
  }
  await stored('beside_flood', 100, 60_000);
  await until('all of it is settled', async () => (await status()).pendingMessages === 0, 60_000);
  expect(Date.now() - startedMs).toBeLessThan(60_000);
  expect(await count('flood')).toBe(10_000);
  const { problems } = await status();
  expect(problems.join()).toMatch(/node flooding makes too many series in flood: .*the tag request of flood has \d+ values/);
  expect((await status()).deadLetters['too_many_series']).toBeGreaterThanOrEqual(19);
});
