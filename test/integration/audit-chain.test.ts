// The audit in a real stream: what its gateways wrote is whole, and whoever holds the store alters, removes or adds nothing unseen.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JetStreamManager, StreamConfig } from 'nats';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AUDIT_STREAM, auditSubject } from '../../core/common/streams.ts';
import { connectNats } from '../../core/node/nats-connection.ts';
import { DEFAULT_LIMITS, streamPolicies } from '../../core/node/stream-policy.ts';
import { ensureStreams } from '../../core/node/streams.ts';
import { createAuthority } from '../../core/node/tls-authority.ts';
import { type AuditKey, auditKey } from '../../gateway/audit/audit-chain.ts';
import { examineAudit, newestAudit } from '../../gateway/audit/audit-examine.ts';
import { AuditLog } from '../../gateway/audit/audit-log.ts';
import { NatsLink } from '../../gateway/nats-link.ts';
import { createJetStream } from '../../gateway/publisher/durable-stream.ts';
import { type NatsHarness, startNats } from '../harness/nats.ts';
import { until } from '../harness/until.ts';

const LIMITS = { streamMaxBytes: 64 * 1024 ** 2, maxAgeHours: 1 };
let nats: NatsHarness;
let link: NatsLink;
/** The login of whoever holds the store. */
let holder: NatsLink;
let manager: JetStreamManager;
let key: AuditKey;
let keyPem: string;

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
  ({ keyPem } = await createAuthority());
  key = auditKey(keyPem);
});
afterAll(async () => {
  await holder?.stop();
  await link?.stop();
  await nats?.stop();
});

async function startLog(gateway: string, now: () => number = Date.now): Promise<AuditLog> {
  const events = { retried: () => undefined, auditLost: () => undefined };
  const log = new AuditLog({ stream: createJetStream(link), gateway, events, key, now, newest: () => newestAudit(link.connection) });
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

/** `changed` where its holder makes it other than a gateway does. */
async function emptyStream(changed: Partial<StreamConfig> = {}): Promise<void> {
  const policy = streamPolicies(DEFAULT_LIMITS).find(({ name }) => name === AUDIT_STREAM);
  await manager.streams.delete(AUDIT_STREAM);
  await manager.streams.add({ ...policy?.wanted, ...changed, name: AUDIT_STREAM } as StreamConfig);
}

/** The stream as its holder would have it: made again, since it lets nobody remove a record. */
async function replaceBy(messages: readonly Message[]): Promise<void> {
  await emptyStream();
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
    problems: expect.arrayContaining([expect.stringMatching(/1 record of gateway-1 is missing/)]),
  });
  const altered = messages.map((message, i) =>
    i === 19 ? { ...message, data: Buffer.from(Buffer.from(message.data).toString().replace('anna', 'otto')) } : message,
  );
  await replaceBy(altered);
  expect(await examine()).toMatchObject({ verdict: 'broken', brokenAt: 20 });
  await replaceBy(messages.map((message, i) => (i === 19 ? { ...message, subject: auditSubject('web-1') } : message)));
  expect(await examine()).toMatchObject({ verdict: 'broken', brokenAt: 20, problems: ['record 20 was moved to another node'] });
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

const DAY_MS = 86_400_000;

it('tells a beginning that was cut off from one that grew old, and an idle gateway from one whose records are missing', async () => {
  for (const [ageMs, verdict] of [
    [0, 'broken'],
    [401 * DAY_MS, 'whole'],
  ] as const) {
    await emptyStream({ deny_purge: false });
    const first = await startLog('gateway-1', () => Date.now() - ageMs);
    await write(first, 100);
    const idle = await startLog('gateway-2', () => Date.now() - ageMs);
    await write(idle, 1);
    const third = await startLog('gateway-3');
    await write(third, 2);
    expect(await examineAudit(link.connection, key, third.live)).toMatchObject({ verdict: 'whole', beginning: '' });
    await manager.streams.purge(AUDIT_STREAM, { seq: 31 });
    expect(await examineAudit(link.connection, key, third.live)).toMatchObject({ verdict, records: 73 });
    if (ageMs === 0) continue;
    const account = await examineAudit(link.connection, key, third.live);
    expect(account).toMatchObject({ problems: [], beginning: expect.stringContaining('left by age') });
    // What the third one began after was taken by the stream just now: that cannot have grown old.
    await manager.streams.purge(AUDIT_STREAM, { seq: 102 });
    const begun = await examineAudit(link.connection, key, idle.live);
    expect(begun).toMatchObject({ verdict: 'broken', problems: [expect.stringContaining('they were removed')] });
  }
});

it('knows nothing of what it did not read, and breaks nothing by it', async () => {
  await emptyStream();
  const log = await startLog('gateway-1');
  await write(log, 10);
  expect(await examineAudit(link.connection, key, log.live, 0)).toMatchObject({
    verdict: 'unknown',
    problems: expect.arrayContaining([expect.stringMatching(/^0 of 10 records were read/)]),
  });
});

it('calls nothing broken that a killed gateway leaves, from its first record on', async () => {
  await emptyStream();
  const keyFile = join(nats.dir, 'ca.key');
  writeFileSync(keyFile, keyPem, { mode: 0o600 });
  const program = join(import.meta.dirname, '../harness/audit-program.ts');
  for (const stored of [1, 100]) {
    const args = [program, nats.url, nats.gateway.passwordFile, keyFile, `killed-${stored}`];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let lines = 0;
    child.stdout.on('data', (some: Buffer) => {
      lines += some.toString().split('\n').length - 1;
    });
    await until('records of the child', () => lines >= stored, 120_000);
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  const next = await startLog('gateway-1');
  await write(next, 3);
  const account = await examineAudit(link.connection, key, next.live);
  expect(account.problems.filter((words) => !words.includes('was killed'))).toEqual([]);
  expect(account).toMatchObject({ brokenAt: 0, chains: 3 });

  // What a kill at the very start leaves: the first record is not there, the second is.
  const messages = await allMessages();
  await emptyStream();
  const late = await startLog('gateway-2');
  await write(late, 2);
  const [, second] = await allMessages();
  await replaceBy([]);
  await replaceBy(second === undefined ? [] : [second]);
  const lone = await startLog('gateway-1');
  await write(lone, 1);
  expect(messages.length).toBeGreaterThan(100);
  expect(await examineAudit(link.connection, key, lone.live)).toMatchObject({
    ...{ verdict: 'unknown', problems: [expect.stringContaining('was killed')] },
  });
});
