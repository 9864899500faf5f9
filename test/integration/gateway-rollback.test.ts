// A restored disk or virtual machine brings back a spool that would give out numbers again which were acknowledged before: the gateway
// says so before it takes anything, whichever gateway took them, and the agent begins a new epoch.
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { HostSpool } from '../../agent/spool/host-spool.ts';
import { PRESENCE_BUCKET, type PresenceEntry, summarySubject } from '../../core/common/streams.ts';
import { decodeBatch } from '../../proto/batch-codec.ts';
import { HEARTBEAT_FIELDS, type Heartbeat } from '../../proto/gen/messages.ts';
import { encodeMessage } from '../../proto/message-codec.ts';
import { temporaryFolder } from '../harness/server.ts';
import { until } from '../harness/until.ts';
import { type Edge, startEdge } from './edge/edge.ts';
import { createIdentity, type Identity, TestStream } from './edge/test-agent.ts';
import { createUplinkAgent } from './edge/uplink-agent.ts';

let edge: Edge;

beforeAll(async () => {
  edge = await startEdge();
});
afterAll(() => edge?.stop());

/** A stream of `epoch` that had the numbers up to `last` acknowledged, and ended. */
async function used(identity: Identity, epoch: Buffer, last: number): Promise<void> {
  const stream = new TestStream(edge, identity, epoch);
  stream.hello(1);
  for (let seq = 1; seq <= last; seq++) stream.batch(seq);
  await stream.untilAcked(last);
  stream.close();
  const kv = await edge.connection.jetstream().views.kv(PRESENCE_BUCKET, { bindOnly: true });
  await until('the end of the stream', async () => {
    const said = (await kv.get(identity.nodeId))?.json<PresenceEntry>();
    return said?.gateway === '' && said.acknowledgedSeq === last && said.epoch === epoch.toString('hex');
  });
}

async function expectRolledBack(at: Edge, identity: Identity, epoch: Buffer, nextSeq: number, last: number): Promise<void> {
  const restored = new TestStream(at, identity, epoch);
  restored.hello(1, nextSeq);
  expect(await restored.ended).toMatchObject({
    code: status.ABORTED,
    details: `the spool goes on at ${nextSeq}, and numbers up to ${last} of its epoch were acknowledged before: begin a new epoch`,
  });
  expect(restored.received.map((message) => message.welcome ?? message.refuse)).toMatchObject([
    { code: 'rolled_back', permanent: false, seq: nextSeq, expectedSeq: last + 1 },
  ]);
  restored.close();
}

async function expectWelcome(at: Edge, identity: Identity, epoch: Buffer, oldest: number, next = oldest): Promise<void> {
  const stream = new TestStream(at, identity, epoch);
  stream.hello(oldest, next);
  await stream.until('welcome');
  stream.close();
  await stream.ended;
}

it('refuses a spool that is behind its own acknowledgements, and welcomes it with a new epoch', async () => {
  const node = await createIdentity(edge);
  const epoch = randomBytes(16);
  await used(node, epoch, 6);
  await expectRolledBack(edge, node, epoch, 6, 6);
  await expectRolledBack(edge, node, epoch, 1, 6);
  expect(await edge.count('security_events_total', { kind: 'rolled_back' })).toBe(2);
  // An agent that was killed before the acknowledgement came sends again what it has.
  await expectWelcome(edge, node, epoch, 3, 7);
  await expectWelcome(edge, node, randomBytes(16), 1);
  // A snapshot from before the last epoch.
  await expectRolledBack(edge, node, epoch, 2, 6);
});

it('knows at another gateway, after a restart, and from what an agent said elsewhere', async () => {
  const node = await createIdentity(edge);
  const epoch = randomBytes(16);
  await used(node, epoch, 4);
  // Its own memory is empty: it has what the first one wrote at the end of the stream.
  const other = await startEdge(['--name', 'gateway-2'], edge.nats, edge.authority);
  try {
    await expectRolledBack(other, node, epoch, 2, 4);
    const spool: Heartbeat['spool'] = {
      ...{ epoch, oldestSeq: 41, nextSeq: 50, bytes: 0, rows: 0, durable: true, problem: '' },
      ...{ oldestUs: 0, drops: [], retries: 0, lastError: '', setAside: 0 },
    };
    edge.connection.publish(summarySubject(node.nodeId), encodeMessage(HEARTBEAT_FIELDS, { sentUs: 0, spool }));
    await edge.connection.flush();
    await until('the word of the agent', async () => {
      await expectRolledBack(other, node, epoch, 30, 40);
      return true;
    });
    await expectWelcome(other, node, epoch, 41, 50);
  } finally {
    await other.stop();
  }
});

it('has a real agent on a restored disk begin a new epoch by itself, and every row of it stored', async () => {
  const folder = temporaryFolder('rollback');
  const path = join(folder, 'spool.db');
  const own = await createIdentity(edge);
  const identity = { nodeId: own.nodeId, key: Buffer.from(own.keyPem), certificate: Buffer.from(own.certificatePem) };
  const quiet = (): void => undefined;
  const reports = { fileSetAside: quiet, notDurable: quiet, durableAgain: quiet, epochBegun: quiet };
  const live = async (batches: number): Promise<{ epoch: Buffer; refused: string[] }> => {
    const spool = new HostSpool(path, { maxBytes: 1e8, maxRows: 1e6 }, reports);
    const agent = createUplinkAgent(`localhost:${edge.port}`, { ...identity, ca: Buffer.from(edge.authority.certificatePem) }, spool);
    for (let i = 0; i < batches; i++) agent.append();
    await agent.uplink.start();
    await until('all acknowledged', () => spool.statistics().batches === 0);
    await agent.uplink.stop();
    spool.close();
    return { epoch: Buffer.from(spool.status().epoch), refused: agent.refused };
  };
  try {
    await live(3);
    const snapshot = readFileSync(path);
    expect(existsSync(`${path}-wal`)).toBe(false);
    const before = await live(5);
    // Into the file that is there: one with a place of its own on the disk the agent tells by itself.
    writeFileSync(path, snapshot);
    const after = await live(2);
    expect(before.refused).toEqual([]);
    expect(after.refused).toEqual(['rolled_back']);
    expect(after.epoch.equals(before.epoch)).toBe(false);
    const deliveries = (await edge.deliveries()).filter(({ nodeId }) => nodeId === own.nodeId);
    const rows = deliveries.flatMap(({ batch }) => decodeBatch(Buffer.from(batch)).frames.flatMap(({ timeUs }) => [...timeUs]));
    expect(rows.length).toBe(10);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('takes a rolled-back spool that nobody can know of: acknowledged by nobody, or forgotten with gateway, nats-server and ledger', async () => {
  const node = await createIdentity(edge);
  const epoch = randomBytes(16);
  const stream = new TestStream(edge, node, epoch);
  stream.hello(1, 100);
  await stream.until('welcome');
  stream.close();
  await stream.ended;
  // Numbers up to 99 were given out, none was acknowledged: what was in flight may come twice, under two times of creation, and is kept.
  await expectWelcome(edge, node, epoch, 1, 50);
});
