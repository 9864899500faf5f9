// The audit in a real stream: what its gateways wrote is whole, and whoever holds the store alters, removes or adds nothing unseen.
import type { JetStreamManager } from 'nats';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AUDIT_STREAM } from '../../core/common/streams.ts';
import { connectNats } from '../../core/node/nats-connection.ts';
import { ensureStreams } from '../../core/node/streams.ts';
import { createAuthority } from '../../core/node/tls-authority.ts';
import { type AuditKey, auditKey } from '../../gateway/audit/audit-chain.ts';
import { examineAudit, newestAudit } from '../../gateway/audit/audit-examine.ts';
import { AuditLog } from '../../gateway/audit/audit-log.ts';
import { NatsLink } from '../../gateway/nats-link.ts';
import { createJetStream } from '../../gateway/publisher/durable-stream.ts';
import { type NatsHarness, startNats } from '../harness/nats.ts';

const LIMITS = { streamMaxBytes: 64 * 1024 ** 2, maxAgeHours: 1 };
let nats: NatsHarness;
let link: NatsLink;
/** The login of whoever holds the store. */
let holder: NatsLink;
let manager: JetStreamManager;
let key: AuditKey;

beforeAll(async () => {
  nats = await startNats();
  const linked = async (options: NatsHarness['gateway']): Promise<NatsLink> => {
    const made = new NatsLink(await connectNats(options), { natsChanged: () => undefined });
    await made.start();
    return made;
  };
  link = await linked(nats.gateway);
  holder = await linked(nats.admin);
  await ensureStreams(link.connection, LIMITS);
  manager = await holder.connection.jetstreamManager();
  key = auditKey((await createAuthority()).keyPem);
});
afterAll(async () => {
  await holder?.stop();
  await link?.stop();
  await nats?.stop();
});

async function startLog(gateway: string): Promise<AuditLog> {
  const events = { retried: () => undefined, auditLost: () => undefined };
  const log = new AuditLog({ stream: createJetStream(link), gateway, events, key, newest: () => newestAudit(link.connection) });
  await log.start();
  return log;
}

async function write(log: AuditLog, count: number): Promise<void> {
  const records = Array.from({ length: count }, (_, i) => log.record({ kind: 'token', caller: 'anna', text: `token ${i}`, outcome: 'ok' }));
  expect(await Promise.all(records)).not.toContain(false);
}

interface Message {
  subject: string;
  data: Uint8Array;
}

async function allMessages(): Promise<Message[]> {
  const { first_seq: first, last_seq: last } = (await manager.streams.info(AUDIT_STREAM)).state;
  const messages: Message[] = [];
  for (let seq = first; seq <= last; seq++) {
    const { subject, data } = await manager.streams.getMessage(AUDIT_STREAM, { seq });
    messages.push({ subject, data });
  }
  return messages;
}

/** The stream as its holder would have it: made again, since it lets nobody remove a record. */
async function replaceBy(messages: readonly Message[]): Promise<void> {
  await manager.streams.delete(AUDIT_STREAM);
  await ensureStreams(link.connection, LIMITS);
  for (const { subject, data } of messages) await holder.connection.jetstream().publish(subject, data);
}

it('is whole as two gateways wrote it, and tells each way in which its holder changes it', async () => {
  const first = await startLog('gateway-1');
  await write(first, 150);
  const second = await startLog('gateway-2');
  await Promise.all([write(first, 100), write(second, 100)]);
  const examine = (live = second.live): ReturnType<typeof examineAudit> => examineAudit(link.connection, key, live);
  expect(await examine()).toMatchObject({ verdict: 'whole', records: 350, chains: 2, unchained: 0, problems: [] });
  expect(await examine(first.live)).toMatchObject({ verdict: 'whole' });

  const messages = await allMessages();
  await replaceBy(messages.filter((_, i) => i !== 19));
  expect(await examine()).toMatchObject({
    verdict: 'broken',
    problems: expect.arrayContaining([expect.stringMatching(/1 records of gateway-1 are missing/)]),
  });
  const altered = messages.map((message, i) =>
    i === 19 ? { ...message, data: Buffer.from(Buffer.from(message.data).toString().replace('anna', 'otto')) } : message,
  );
  await replaceBy(altered);
  expect(await examine()).toMatchObject({ verdict: 'broken', brokenAt: 20 });
  await replaceBy(messages.slice(0, -3));
  expect((await examine()).verdict === 'broken' || (await examine(first.live)).verdict === 'broken').toBe(true);
  const strange = {
    timeMs: 1,
    gateway: 'gateway-1',
    kind: 'token',
    caller: 'otto',
    text: 'nothing',
    outcome: 'ok',
    nodeId: '',
    attributes: {},
  };
  await replaceBy([...messages, { subject: messages[0]?.subject ?? '', data: Buffer.from(JSON.stringify(strange)) }]);
  expect(await examine()).toMatchObject({ verdict: 'unknown', unchained: 1 });
  await replaceBy(messages);
  expect(await examine()).toMatchObject({ verdict: 'whole', records: 350 });
});
