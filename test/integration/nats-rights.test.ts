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
  STATUS_BUCKET,
  TELEMETRY_STREAM,
  TOKENS_BUCKET,
  telemetrySubject,
} from '../../core/common/streams.ts';
import { connectNats } from '../../core/node/nats-connection.ts';
import { ensureStreams } from '../../core/node/streams.ts';
import { type NatsHarness, startNats } from '../harness/nats.ts';

let nats: NatsHarness;
let gateway: NatsConnection;
let etl: NatsConnection;
let admin: NatsConnection;

beforeAll(async () => {
  nats = await startNats();
  [gateway, etl, admin] = await Promise.all([connectNats(nats.gateway), connectNats(nats.etl), connectNats(nats.admin)]);
  await ensureStreams(gateway, { streamMaxBytes: 64 * 1024 ** 2, maxAgeHours: 1 });
  await gateway.jetstream().publish(telemetrySubject(0), 'a batch');
  await gateway.jetstream().publish(auditSubject(''), 'a record');
  await (await gateway.jetstream().views.kv(TOKENS_BUCKET, { bindOnly: true })).put('token', 'hash');
  const manager = await etl.jetstreamManager();
  await manager.consumers.add(TELEMETRY_STREAM, {
    ...{ durable_name: ETL_CONSUMER, ack_policy: AckPolicy.Explicit, filter_subject: 'muster.telemetry.*' },
  });
});
afterAll(async () => {
  await Promise.all([gateway?.close(), etl?.close(), admin?.close()]);
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

it.each(GATEWAY_REFUSED)('does not let a gateway %s', (_, attempt) => refused(gateway, attempt));

it('lets nobody remove a record of the audit, whatever the login may do', async () => {
  const manager = await admin.jetstreamManager();
  await expect(manager.streams.purge(AUDIT_STREAM)).rejects.toThrow(/purge/);
  await expect(manager.streams.deleteMessage(AUDIT_STREAM, 1)).rejects.toThrow(/delete/);
  expect((await manager.streams.info(AUDIT_STREAM)).state.messages).toBe(1);
});
