// What each login of nats-server is refused: the others' records, streams and subjects.
import { AckPolicy, type NatsConnection, NatsError } from 'nats';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  AUDIT_STREAM,
  auditSubject,
  commandSubject,
  DEAD_LETTER_STREAM,
  deadLetterSubject,
  ETL_CONSUMER,
  NODES_BUCKET,
  PROCESSED_STREAM,
  processedSubject,
  STATUS_BUCKET,
  TELEMETRY_STREAM,
  TOKENS_BUCKET,
  telemetrySubject,
} from '../../core/common/streams.ts';
import { connectNats } from '../../core/node/nats-connection.ts';
import { processedPolicy } from '../../core/node/stream-policy.ts';
import { ensureStream, ensureStreams } from '../../core/node/streams.ts';
import { type NatsHarness, startNats } from '../harness/nats.ts';

let nats: NatsHarness;
let gateway: NatsConnection;
let etl: NatsConnection;
let consumer: NatsConnection;
let admin: NatsConnection;

beforeAll(async () => {
  nats = await startNats();
  [gateway, etl, consumer, admin] = await Promise.all([
    ...[connectNats(nats.gateway), connectNats(nats.etl), connectNats(nats.consumer), connectNats(nats.admin)],
  ] as const);
  await ensureStreams(gateway, { streamMaxBytes: 64 * 1024 ** 2, maxAgeHours: 1 });
  await gateway.jetstream().publish(telemetrySubject(0), 'a batch');
  await gateway.jetstream().publish(auditSubject(''), 'a record');
  await (await gateway.jetstream().views.kv(TOKENS_BUCKET, { bindOnly: true })).put('token', 'hash');
  const manager = await etl.jetstreamManager();
  await ensureStream(manager, processedPolicy({ maxBytes: 1_000_000, maxAgeHours: 1 }));
  for (const node of ['a', 'b']) await etl.jetstream().publish(processedSubject(node, 'cpu'), `{"node_id":"${node}"}`);
  await manager.consumers.add(TELEMETRY_STREAM, {
    ...{ durable_name: ETL_CONSUMER, ack_policy: AckPolicy.Explicit, filter_subject: 'muster.telemetry.*' },
  });
});
afterAll(async () => {
  await Promise.all([gateway?.close(), etl?.close(), consumer?.close(), admin?.close()]);
  await nats?.stop();
});

type Attempt = (nc: NatsConnection) => Promise<unknown>;

const API = '$JS.API';
/** A request to nats-server as it goes over the wire, whatever the client library would check before. */
const asks =
  (call: string, body: object = {}): Attempt =>
  (nc) =>
    nc.request(`${API}.${call}`, JSON.stringify(body), { timeout: 1000 });
const publishes =
  (subject: string): Attempt =>
  (nc) =>
    nc.request(subject, 'not mine', { timeout: 1000 });
const listens =
  (subject: string): Attempt =>
  (nc) =>
    new Promise((_, reject) => {
      nc.subscribe(subject, { callback: (error) => error !== null && reject(error) });
    });

const TOKENS = `KV_${TOKENS_BUCKET}`;
const ETL_REFUSED: [string, Attempt][] = [
  ['read a token by key', asks(`DIRECT.GET.${TOKENS}.$KV.${TOKENS_BUCKET}.token`)],
  ['read a token by number', asks(`STREAM.MSG.GET.${TOKENS}`, { seq: 1 })],
  ['watch the tokens', asks(`CONSUMER.CREATE.${TOKENS}`, { stream_name: TOKENS, config: { deliver_policy: 'all', ack_policy: 'none' } })],
  ['pull from the registry', asks(`CONSUMER.MSG.NEXT.KV_${NODES_BUCKET}.mine`)],
  ['write a token', publishes(`$KV.${TOKENS_BUCKET}.mine`)],
  ['write a node', publishes(`$KV.${NODES_BUCKET}.mine`)],
  ['purge the audit', asks(`STREAM.PURGE.${AUDIT_STREAM}`)],
  ['read the audit', asks(`STREAM.MSG.GET.${AUDIT_STREAM}`, { seq: 1 })],
  ['purge the dead letters', asks(`STREAM.PURGE.${DEAD_LETTER_STREAM}`)],
  ['remove a message of the stream', asks(`STREAM.MSG.DELETE.${TELEMETRY_STREAM}`, { seq: 1 })],
  ['remove a stream', asks(`STREAM.DELETE.${TELEMETRY_STREAM}`)],
  ['make a stream', asks('STREAM.CREATE.MINE', { name: 'MINE', subjects: ['mine'] })],
  ['change a stream', asks(`STREAM.UPDATE.${TELEMETRY_STREAM}`, { name: TELEMETRY_STREAM, subjects: ['mine'] })],
  ['restore a stream', asks('STREAM.RESTORE.MINE')],
  ['list the streams', asks('STREAM.LIST')],
  ['publish telemetry', publishes(telemetrySubject(0))],
  ['publish an audit record', publishes(auditSubject(''))],
  ['send a command to a node', publishes(commandSubject('node'))],
  ['answer others', publishes('_INBOX.gateway.x')],
  ['listen to answers of others', listens('_INBOX.gateway.>')],
  ['listen to all answers', listens('_INBOX.>')],
  ['listen to the fleet', listens('muster.>')],
  ['listen to tokens', listens('$KV.>')],
  ['remove the stream of what was stored', asks(`STREAM.DELETE.${PROCESSED_STREAM}`)],
  ['read what was stored', asks(`STREAM.MSG.GET.${PROCESSED_STREAM}`, { seq: 1 })],
];

const CONSUMER_REFUSED: [string, Attempt][] = [
  ['publish what was not stored', publishes(processedSubject('node', 'cpu'))],
  ['purge what was stored', asks(`STREAM.PURGE.${PROCESSED_STREAM}`)],
  ['remove a message of what was stored', asks(`STREAM.MSG.DELETE.${PROCESSED_STREAM}`, { seq: 1 })],
  ['remove its stream', asks(`STREAM.DELETE.${PROCESSED_STREAM}`)],
  ['change its stream', asks(`STREAM.UPDATE.${PROCESSED_STREAM}`, { name: PROCESSED_STREAM, subjects: ['mine'] })],
  ['make a stream', asks('STREAM.CREATE.MINE', { name: 'MINE', subjects: ['mine'] })],
  ['list the streams', asks('STREAM.LIST')],
  ['read telemetry', asks(`STREAM.MSG.GET.${TELEMETRY_STREAM}`, { seq: 1 })],
  ['read telemetry directly', asks(`DIRECT.GET.${TELEMETRY_STREAM}`, { seq: 1 })],
  ['make a consumer of telemetry', asks(`CONSUMER.CREATE.${TELEMETRY_STREAM}.mine`)],
  ["take from the ETL's consumer", asks(`CONSUMER.MSG.NEXT.${TELEMETRY_STREAM}.${ETL_CONSUMER}`)],
  ["acknowledge for the ETL's consumer", publishes(`$JS.ACK.${TELEMETRY_STREAM}.${ETL_CONSUMER}.1.1.1.1.1`)],
  ['read a token by key', asks(`DIRECT.GET.${TOKENS}.$KV.${TOKENS_BUCKET}.token`)],
  ['write a token', publishes(`$KV.${TOKENS_BUCKET}.mine`)],
  ['read the audit', asks(`STREAM.MSG.GET.${AUDIT_STREAM}`, { seq: 1 })],
  ['publish telemetry', publishes(telemetrySubject(0))],
  ['send a command to a node', publishes(commandSubject('node'))],
  ['answer others', publishes('_INBOX.gateway.x')],
  ['listen to answers of others', listens('_INBOX.etl.>')],
  ['listen to the fleet', listens('muster.>')],
  ['listen past the stream', listens('muster.processed.>')],
];

const GATEWAY_REFUSED: [string, Attempt][] = [
  ['purge the audit', asks(`STREAM.PURGE.${AUDIT_STREAM}`)],
  ['remove a record of the audit', asks(`STREAM.MSG.DELETE.${AUDIT_STREAM}`, { seq: 1 })],
  ['purge telemetry', asks(`STREAM.PURGE.${TELEMETRY_STREAM}`)],
  ['remove a stream', asks(`STREAM.DELETE.${TELEMETRY_STREAM}`)],
  ['make a stream of another name', asks('STREAM.CREATE.MINE', { name: 'MINE', subjects: ['mine'] })],
  ["take from the ETL's consumer", asks(`CONSUMER.MSG.NEXT.${TELEMETRY_STREAM}.${ETL_CONSUMER}`)],
  ["acknowledge for the ETL's consumer", publishes(`$JS.ACK.${TELEMETRY_STREAM}.${ETL_CONSUMER}.1.1.1.1.1`)],
  ["remove the ETL's consumer", asks(`CONSUMER.DELETE.${TELEMETRY_STREAM}.${ETL_CONSUMER}`)],
  ["change the ETL's consumer", asks(`CONSUMER.CREATE.${TELEMETRY_STREAM}.${ETL_CONSUMER}.muster.telemetry.*`)],
  ['make a durable consumer', asks(`CONSUMER.DURABLE.CREATE.${TELEMETRY_STREAM}.${ETL_CONSUMER}`)],
  ['publish a dead letter', publishes(deadLetterSubject('malformed'))],
  ["write the ETL's status", publishes(`$KV.${STATUS_BUCKET}.etl`)],
  ['answer others', publishes('_INBOX.etl.x')],
  ['listen to answers of others', listens('_INBOX.etl.>')],
];

async function refused(nc: NatsConnection, attempt: Attempt): Promise<void> {
  const patience = new Promise((_, reject) => setTimeout(() => reject(new Error('not refused within 5 s')), 5000).unref());
  const outcome = await Promise.race([attempt(nc), patience]).then(
    (answer) => answer,
    (error: unknown) => error,
  );
  expect(outcome).toBeInstanceOf(NatsError);
  expect(outcome).toMatchObject({ code: 'PERMISSIONS_VIOLATION' });
}

it.each(ETL_REFUSED)('does not let the ETL %s', (_, attempt) => refused(etl, attempt));

it.each(CONSUMER_REFUSED)('does not let a consumer %s', (_, attempt) => refused(consumer, attempt));

it.each(GATEWAY_REFUSED)('does not let a gateway %s', (_, attempt) => refused(gateway, attempt));

it('lets nobody remove a record of the audit, whatever the login may do', async () => {
  const manager = await admin.jetstreamManager();
  await expect(manager.streams.purge(AUDIT_STREAM)).rejects.toThrow(/purge/);
  await expect(manager.streams.deleteMessage(AUDIT_STREAM, 1)).rejects.toThrow(/delete/);
  expect((await manager.streams.info(AUDIT_STREAM)).state.messages).toBe(1);
});

it('lets a consumer read what was stored in each way that clients have, and acknowledge it', async () => {
  const manager = await consumer.jetstreamManager();
  expect((await manager.streams.info(PROCESSED_STREAM)).config.allow_direct).toBe(true);
  for (const query of [{ next_by_subj: processedSubject('b', 'cpu') }, { last_by_subj: processedSubject('b', '*') }, { seq: 2 }]) {
    expect((await consumer.request(`${API}.DIRECT.GET.${PROCESSED_STREAM}`, JSON.stringify(query))).json()).toEqual({ node_id: 'b' });
  }
  expect((await consumer.request(`${API}.DIRECT.GET.${PROCESSED_STREAM}.${processedSubject('a', 'cpu')}`)).json()).toEqual({
    node_id: 'a',
  });
  expect((await manager.streams.getMessage(PROCESSED_STREAM, { seq: 1 })).json()).toEqual({ node_id: 'a' });
  const config = { durable_name: 'mine', ack_policy: AckPolicy.Explicit, filter_subject: processedSubject('*', 'cpu') };
  await manager.consumers.add(PROCESSED_STREAM, config);
  expect((await manager.consumers.list(PROCESSED_STREAM).next()).map(({ name }) => name)).toEqual(['mine']);
  const jetstream = consumer.jetstream();
  const durable = await jetstream.consumers.get(PROCESSED_STREAM, 'mine');
  const seen: unknown[] = [];
  for await (const message of await durable.fetch({ max_messages: 2, expires: 20_000 })) {
    seen.push(message.json());
    expect(await message.ackAck()).toBe(true);
  }
  expect(seen).toEqual([{ node_id: 'a' }, { node_id: 'b' }]);
  const ordered = await jetstream.consumers.get(PROCESSED_STREAM, { filterSubjects: processedSubject('b', 'cpu') });
  expect((await ordered.next({ expires: 20_000 }))?.json()).toEqual({ node_id: 'b' });
  expect(await manager.consumers.delete(PROCESSED_STREAM, 'mine')).toBe(true);
});

it('lets the ETL follow the registry, and its consumer be made anew as the client does after a gap', async () => {
  const nodes = await (await gateway.jetstream().views.kv(NODES_BUCKET, { bindOnly: true })).put('node', '{}');
  const watch = await (await etl.jetstream().views.kv(NODES_BUCKET, { bindOnly: true })).watch();
  for await (const entry of watch) {
    expect([entry.key, entry.revision]).toEqual(['node', nodes]);
    break;
  }
  const deliver = {
    deliver_subject: '_INBOX.etl.anew',
    filter_subject: `$KV.${NODES_BUCKET}.>`,
    ack_policy: 'none',
    deliver_policy: 'all',
  };
  const config = { ...deliver, name: 'anew', mem_storage: true, inactive_threshold: 1e9 };
  const made = await etl.request(
    `${API}.CONSUMER.CREATE.KV_${NODES_BUCKET}`,
    JSON.stringify({ stream_name: `KV_${NODES_BUCKET}`, config }),
  );
  expect(made.json()).toMatchObject({ name: 'anew' });
});
