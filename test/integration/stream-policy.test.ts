import {
  AckPolicy,
  type ConsumerConfig,
  DiscardPolicy,
  type JetStreamManager,
  type NatsConnection,
  nanos,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from 'nats';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  AUDIT_STREAM,
  AUDIT_SUBJECTS,
  ETL_CONSUMER,
  NODES_BUCKET,
  PRESENCE_BUCKET,
  TELEMETRY_STREAM,
  TELEMETRY_SUBJECTS,
  TOKENS_BUCKET,
  telemetrySubject,
} from '../../core/common/streams.ts';
import { connectNats } from '../../core/node/nats-connection.ts';
import { policyDifferences, streamPolicies } from '../../core/node/stream-policy.ts';
import { ensureStreams } from '../../core/node/streams.ts';
import type { EtlEvents } from '../../etl/events.ts';
import { StreamKeeper } from '../../etl/stream/stream-keeper.ts';
import { TelemetryConsumer } from '../../etl/stream/telemetry-consumer.ts';
import { type NatsHarness, startNats } from '../harness/nats.ts';
import { until } from '../harness/until.ts';

const SECOND_IN_HOURS = 1 / 3600;
const LIMITS = { streamMaxBytes: 64 * 1024 ** 2, maxAgeHours: SECOND_IN_HOURS };

let nats: NatsHarness;
let nc: NatsConnection;
let admin: NatsConnection;
let manager: JetStreamManager;

beforeEach(async () => {
  nats = await startNats();
  nc = await connectNats(nats.gateway);
  admin = await connectNats(nats.admin);
  manager = await admin.jetstreamManager();
});
afterEach(async () => {
  await Promise.all([nc.close(), admin.close()]);
  await nats.stop();
});

async function publishFive(): Promise<void> {
  for (let i = 0; i < 5; i++) await nc.jetstream().publish(telemetrySubject(0), Buffer.from(`${i}`));
}

async function held(): Promise<{ messages: number; first_seq: number }> {
  const { messages, first_seq } = (await manager.streams.info(TELEMETRY_STREAM)).state;
  return { messages, first_seq };
}

/** Resolves when all that is in the stream is older than it is kept for, and the server has had the time to look. */
async function untilOld(): Promise<void> {
  const oldMs = Date.now() + 2500;
  await until('the messages are old', () => Date.now() > oldMs);
}

it('keeps what nobody has stored however old it is, and removes what is stored when it is as old as it is kept for', async () => {
  await ensureStreams(nc, LIMITS);
  await publishFive();
  await untilOld();
  expect(await held()).toEqual({ messages: 5, first_seq: 1 });

  const etl = await connectNats(nats.etl);
  const problems: string[] = [];
  const events = { retried: (what: string, error: Error) => problems.push(`${what}: ${error.message}`), streamTrimmed: () => undefined };
  const consumer = new TelemetryConsumer(etl, events as unknown as EtlEvents);
  await consumer.start();
  const keeper = new StreamKeeper(etl, consumer, { commitMode: 'sync', restarts: 0 }, 0.5, events as unknown as EtlEvents);
  await keeper.start();
  try {
    await until('all five are handed out', () => consumer.waitingBytes === 5);
    const three = consumer.take(3);
    expect(await held()).toEqual({ messages: 5, first_seq: 1 });
    await consumer.acknowledge(three);
    await until('the three that are stored are gone', async () => (await held()).first_seq === 4, 15_000);
    expect(await held()).toEqual({ messages: 2, first_seq: 4 });
    expect(problems).toEqual([]);
  } finally {
    await keeper.stop();
    await consumer.stop();
    await etl.close();
  }
});

it('takes the age limit and the policy of dropping the oldest from a stream of an older version, before it drops a message', async () => {
  await manager.streams.add({
    ...{ name: TELEMETRY_STREAM, subjects: [TELEMETRY_SUBJECTS], max_bytes: LIMITS.streamMaxBytes, storage: StorageType.File },
    ...{ discard: DiscardPolicy.Old, max_age: nanos(2000), duplicate_window: nanos(2000), max_msgs: 100, deny_purge: false },
  });
  await manager.streams.add({ name: AUDIT_STREAM, subjects: [AUDIT_SUBJECTS], discard: DiscardPolicy.Old, max_age: nanos(3_600_000_000) });
  await publishFive();
  await ensureStreams(nc, LIMITS);
  await untilOld();
  expect((await held()).messages).toBe(5);
  for (const { name, wanted } of streamPolicies(LIMITS)) {
    expect(policyDifferences((await manager.streams.info(name)).config, wanted), name).toEqual([]);
  }
});

it.each<[string, Partial<StreamConfig>]>([
  ['retention', { retention: RetentionPolicy.Workqueue }],
  ['storage', { storage: StorageType.Memory }],
  ['deny_purge', { deny_purge: true }],
])('refuses a stream whose %s nats-server does not change, and says what to do', async (setting, config) => {
  await manager.streams.add({ name: TELEMETRY_STREAM, subjects: [TELEMETRY_SUBJECTS], max_bytes: LIMITS.streamMaxBytes, ...config });
  const refused = await ensureStreams(nc, LIMITS).catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: 'failed_precondition' });
  expect(String(refused)).toContain(`${TELEMETRY_STREAM} cannot be used as it is: ${setting} is `);
  expect(String(refused)).toContain(`nats stream rm ${TELEMETRY_STREAM}`);
});

it.each<[string, Partial<StreamConfig>]>([
  ['an age limit', { max_age: nanos(3_600_000) }],
  ['a limit of bytes', { max_bytes: 1_000_000 }],
  ['the policy of dropping the oldest', { discard: DiscardPolicy.Old }],
  ['subjects of others beside its own', { subjects: [`$KV.${TOKENS_BUCKET}.>`, 'somebody.>'] }],
])('takes %s from a bucket that is there', async (_, config) => {
  const name = `KV_${TOKENS_BUCKET}`;
  await manager.streams.add({ name, subjects: [`$KV.${TOKENS_BUCKET}.>`], max_msgs_per_subject: 1, allow_rollup_hdrs: true, ...config });
  await ensureStreams(nc, LIMITS);
  const bucket = await nc.jetstream().views.kv(TOKENS_BUCKET, { bindOnly: true });
  await bucket.put('a', 'b');
  const { wanted = {} } = streamPolicies(LIMITS).find((policy) => policy.name === name) ?? {};
  expect(policyDifferences((await manager.streams.info(name)).config, wanted)).toEqual([]);
});

it('refuses a registry that is kept in memory, and takes the buckets that the client library makes', async () => {
  await nc.jetstream().views.kv(PRESENCE_BUCKET, { history: 1, storage: StorageType.Memory });
  await nc.jetstream().views.kv(TOKENS_BUCKET, { history: 1, storage: StorageType.File });
  await ensureStreams(nc, LIMITS);
  await manager.streams.delete(`KV_${NODES_BUCKET}`);
  await nc.jetstream().views.kv(NODES_BUCKET, { history: 1, storage: StorageType.Memory });
  await expect(ensureStreams(nc, LIMITS)).rejects.toThrow(`KV_${NODES_BUCKET} cannot be used as it is: storage is memory and must be file`);
});

it.each<[string, Partial<ConsumerConfig>]>([
  ['acknowledges by delivery', { ack_policy: AckPolicy.None, max_deliver: -1 }],
  ['acknowledges all before one', { ack_policy: AckPolicy.All }],
  ['gives up after a delivery', { ack_policy: AckPolicy.Explicit, max_deliver: 1 }],
  ['leaves the bytes away', { ack_policy: AckPolicy.Explicit, headers_only: true }],
  ['takes other subjects', { ack_policy: AckPolicy.Explicit, filter_subject: telemetrySubject(7) }],
])('makes a consumer its own that %s', async (_, config) => {
  await ensureStreams(nc, LIMITS);
  await manager.consumers.add(TELEMETRY_STREAM, { durable_name: ETL_CONSUMER, ...config });
  await publishFive();
  const etl = await connectNats(nats.etl);
  const events = { retried: () => undefined, rewound: () => undefined };
  const consumer = new TelemetryConsumer(etl, events as unknown as EtlEvents);
  await consumer.start();
  try {
    await until('all five are handed out', () => consumer.waitingBytes === 5);
    const [first] = consumer.take(1);
    expect(first?.data.length).toBe(1);
    expect(await consumer.floor()).toBe(0);
    await consumer.acknowledge(first === undefined ? [] : [first]);
    expect(await consumer.floor()).toBe(1);
  } finally {
    await consumer.stop();
    await etl.close();
  }
});
