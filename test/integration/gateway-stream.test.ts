// The stream of an agent against a real nats-server: what is acknowledged, what is refused, with which words, and what is in the stream.
import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openFleet } from '../../cli/fleet/open-fleet.ts';
import type { RegistryEntry } from '../../core/common/registry-entry.ts';
import { leaseSubject, liveSubject, NODES_BUCKET, PRESENCE_BUCKET, type PresenceEntry, summarySubject } from '../../core/common/streams.ts';
import { encodeLiveSamples } from '../../proto/batch-codec.ts';
import type { FleetClient } from '../../proto/client/fleet-client.ts';
import { HEARTBEAT_FIELDS, type Heartbeat, LEASE_FIELDS } from '../../proto/gen/messages.ts';
import { decodeMessage, encodeMessage } from '../../proto/message-codec.ts';
import { until } from '../harness/until.ts';
import { type Edge, startEdge } from './edge/edge.ts';
import { createIdentity, type Identity, NODE, TestStream } from './edge/test-agent.ts';

let edge: Edge;
let identity: Identity;

beforeAll(async () => {
  edge = await startEdge();
  identity = await createIdentity(edge);
});
afterAll(() => edge?.stop());

async function stored(nodeId: string): Promise<number[]> {
  return (await edge.deliveries()).filter((delivery) => delivery.nodeId === nodeId).map((delivery) => delivery.seq);
}

async function presenceOf(nodeId: string): Promise<PresenceEntry | undefined> {
  const kv = await edge.connection.jetstream().views.kv(PRESENCE_BUCKET, { bindOnly: true });
  return (await kv.get(nodeId))?.json<PresenceEntry>();
}

async function entryOf(nodeId: string): Promise<RegistryEntry | undefined> {
  const kv = await edge.connection.jetstream().views.kv(NODES_BUCKET, { bindOnly: true });
  return (await kv.get(nodeId))?.json<RegistryEntry>();
}

function operator(at: Edge): FleetClient {
  return openFleet({ gateway: `localhost:${at.port}`, caFile: at.caFile, tokenFile: join(dirname(at.caFile), 'operator.token') });
}

describe('a stream', () => {
  it('is welcomed, acknowledged after the stream has the batches, and brought there byte for byte', async () => {
    const stream = new TestStream(edge, identity);
    stream.hello(5, 8);
    const welcome = await stream.until('welcome');
    expect(welcome).toMatchObject({ nodeId: identity.nodeId, gateway: 'gateway-1', expectedSeq: 5, window: 32, maxBatchBytes: 524_288 });
    const bytes = randomBytes(1000);
    stream.batch(5, bytes);
    stream.batch(6);
    await stream.untilAcked(6);
    const [first] = (await edge.deliveries()).filter((delivery) => delivery.nodeId === identity.nodeId);
    expect(Buffer.compare(first?.batch ?? Buffer.alloc(0), bytes)).toBe(0);
    expect(first).toMatchObject({ seq: 5, gateway: 'gateway-1' });
    expect(Buffer.compare(first?.epoch ?? Buffer.alloc(0), stream.epoch)).toBe(0);
    expect(Math.abs((first?.receivedUs ?? 0) / 1000 - Date.now())).toBeLessThan(10_000);
    stream.call.end();
    expect((await stream.ended).code).toBe(status.OK);
  });

  it('acknowledges an empty batch, stores a repeated number once, and refuses a gap with the number waited for (21)', async () => {
    const node = await createIdentity(edge);
    const stream = new TestStream(edge, node);
    stream.hello(1);
    stream.batch(1, Buffer.alloc(0));
    stream.batch(1);
    await stream.untilAcked(1);
    stream.batch(1);
    stream.batch(4);
    const refuse = await stream.until('refuse');
    expect(refuse).toMatchObject({
      seq: 4,
      code: 'sequence_gap',
      permanent: false,
      expectedSeq: 2,
      reason: 'batch 4 came, 2 is waited for',
    });
    stream.batch(2);
    await stream.untilAcked(2);
    expect(await stored(node.nodeId)).toEqual([1, 2]);
    expect(await edge.count('batches_total', { outcome: 'repeated' })).toBeGreaterThanOrEqual(2);
    expect(await edge.count('batches_total', { outcome: 'sequence_gap' })).toBe(1);
    stream.close();
  });

  it('refuses a batch that is too large for good, and goes on with the next', async () => {
    const node = await createIdentity(edge);
    const stream = new TestStream(edge, node);
    stream.hello(1);
    stream.batch(1, Buffer.alloc(524_289));
    stream.batch(2, Buffer.alloc(524_288));
    const refuse = await stream.until('refuse');
    expect(refuse).toMatchObject({ seq: 1, code: 'batch_too_large', permanent: true, expectedSeq: 2 });
    expect(refuse.reason).toBe('batch 1 has 524289 bytes, at most 524288 are taken');
    await stream.untilAcked(2);
    expect(await stored(node.nodeId)).toEqual([2]);
    stream.close();
  });

  it('refuses a batch of another epoch without storing it', async () => {
    const node = await createIdentity(edge);
    const stream = new TestStream(edge, node);
    stream.hello(1);
    stream.batch(1, Buffer.alloc(10), randomBytes(16));
    expect(await stream.until('refuse')).toMatchObject({ seq: 1, code: 'foreign_epoch', permanent: false, expectedSeq: 0 });
    expect(await stored(node.nodeId)).toEqual([]);
    stream.close();
  });

  it('stores under the identity of the certificate, whatever the batch says (26)', async () => {
    const a = await createIdentity(edge);
    const b = await createIdentity(edge);
    const stream = new TestStream(edge, a);
    stream.hello(1);
    stream.batch(1, Buffer.from(b.nodeId));
    await stream.untilAcked(1);
    expect(await stored(a.nodeId)).toEqual([1]);
    expect(await stored(b.nodeId)).toEqual([]);
    stream.close();
  });

  it('is refused without a certificate of the fleet', async () => {
    const stream = new TestStream(edge, undefined);
    stream.hello(1);
    const { code, details } = await stream.ended;
    expect(code).toBe(status.UNAUTHENTICATED);
    expect(details).toContain("no client certificate of this fleet's CA");
    stream.close();
  });
});

describe('what the gateway tells others', () => {
  it('keeps registry and presence, and passes on summaries and live samples under a lease', async () => {
    const node = await createIdentity(edge);
    const summaries: Heartbeat[] = [];
    let live = 0;
    const watched = [
      edge.connection.subscribe(summarySubject(node.nodeId), {
        callback: (_error, message) => summaries.push(decodeMessage<Heartbeat>(HEARTBEAT_FIELDS, Buffer.from(message.data))),
      }),
      edge.connection.subscribe(liveSubject(node.nodeId), { callback: () => live++ }),
    ];
    await edge.connection.flush();
    const stream = new TestStream(edge, node);
    stream.hello(1);
    await stream.until('welcome');
    expect(await until('presence', async () => (await presenceOf(node.nodeId))?.gateway)).toBe('gateway-1');
    const nodes = await edge.connection.jetstream().views.kv(NODES_BUCKET, { bindOnly: true });
    const entry = await until('interval', async () => {
      const found = (await nodes.get(node.nodeId))?.json<RegistryEntry>();
      return found?.intervalMs === 1000 ? found : undefined;
    });
    expect(entry.info).toMatchObject({ name: 'host', platform: 'linux', cpuCores: 2 });

    const spool = {
      epoch: stream.epoch,
      oldestSeq: 1,
      nextSeq: 2,
      bytes: 10,
      rows: 1,
      durable: true,
      problem: '',
      oldestUs: 0,
      drops: [],
      retries: 0,
      lastError: '',
      setAside: 0,
    };
    stream.send({ heartbeat: { sentUs: Date.now() * 1000, spool } });
    await until('heartbeat', () => summaries.some((summary) => summary.spool?.nextSeq === 2));
    stream.send({
      batch: { epoch: stream.epoch, seq: 1, batch: Buffer.alloc(3), sentUs: 77, summary: { timeUs: 1, diskMount: '/', cpuPercent: 12.5 } },
    });
    await until('summary', () => summaries.some((summary) => summary.summary?.cpuPercent === 12.5 && summary.sentUs === 77));

    stream.raw(encodeLiveSamples(1, []));
    edge.connection.publish(
      leaseSubject(node.nodeId),
      encodeMessage(LEASE_FIELDS, { measurements: ['cpu'], intervalMs: 10, durationMs: 15_000 }),
    );
    expect(await stream.until('lease')).toEqual({ measurements: ['cpu'], intervalMs: 100, durationMs: 15_000 });
    stream.raw(encodeLiveSamples(2, []));
    await until('live samples', () => live > 0);
    expect(live).toBe(1);

    stream.close();
    await until('absence', async () => (await presenceOf(node.nodeId))?.gateway === '');
    for (const subscription of watched) subscription.unsubscribe();
  });

  it('flags a clock that is more than a day off', async () => {
    const node = await createIdentity(edge);
    const stream = new TestStream(edge, node);
    stream.hello(1);
    const sentUs = (Date.now() - 30 * 3_600_000) * 1000;
    stream.send({ batch: { epoch: stream.epoch, seq: 1, batch: Buffer.alloc(3), sentUs } });
    await stream.untilAcked(1);
    await until(
      'flag',
      async () => (await presenceOf(node.nodeId))?.problem === 'its clock is 30 h behind: its samples are set aside until it is right',
    );
    stream.batch(2);
    await until('no flag', async () => (await presenceOf(node.nodeId))?.problem === '');
    stream.close();
  });
});

describe('one identity on two streams (8)', () => {
  it('refuses the newer one with another spool, flags the node, and keeps the older', async () => {
    const node = await createIdentity(edge);
    const older = new TestStream(edge, node);
    older.hello(1);
    older.batch(1);
    await older.untilAcked(1);
    const newer = new TestStream(edge, node);
    newer.hello(1);
    const { code, details } = await newer.ended;
    expect(code).toBe(status.ALREADY_EXISTS);
    expect(details).toMatch(
      /^node .+ has an open stream from 127\.0\.0\.1:\d+, and its spool is another one: if this machine is a copy, delete its state/,
    );
    const flag = await until('flag', async () => (await entryOf(node.nodeId))?.shared);
    expect(flag.problem).toMatch(/^two machines use this identity \(127\.0\.0\.1:\d+ and 127.+then `muster nodes release`$/);
    expect(await edge.count('security_events_total', { kind: 'duplicate_identity' })).toBe(1);
    older.batch(2);
    await older.untilAcked(2);
    older.close();
    newer.close();
    // It stays when the stream is gone, when the next one comes, and when the gateway starts anew: an operator decides.
    const again = new TestStream(edge, node, older.epoch);
    again.send({ hello: { epoch: older.epoch, oldestSeq: 3, nextSeq: 3, sentUs: 0, node: { ...NODE, name: 'renamed' }, intervalMs: 500 } });
    await again.until('welcome');
    again.close();
    const other = await startEdge(['--name', 'gateway-2'], edge.nats, edge.authority);
    try {
      await until('the new name', async () => (await entryOf(node.nodeId))?.info.name === 'renamed');
      expect((await entryOf(node.nodeId))?.shared).toEqual(flag);
      const here = operator(other);
      const request = { node: node.nodeId };
      expect(await here.call('getNode', request)).toMatchObject({ state: 'NODE_STATE_QUARANTINED', problem: flag.problem });
      expect(await here.call('releaseNode', request)).toMatchObject({ nodeId: node.nodeId, problem: '' });
      expect((await entryOf(node.nodeId))?.shared).toBeUndefined();
      const there = operator(edge);
      await until('no quarantine', async () => (await there.call('getNode', request)).problem === '');
      await expect(here.call('releaseNode', request)).rejects.toThrow('has nothing to be released from: it is not quarantined');
      here.close();
      there.close();
    } finally {
      await other.stop();
    }
  });

  it('lets a restarted agent with the same spool take over', async () => {
    const node = await createIdentity(edge);
    const older = new TestStream(edge, node);
    older.hello(1);
    older.batch(1);
    await older.untilAcked(1);
    const newer = new TestStream(edge, node, older.epoch);
    newer.hello(2);
    await newer.until('welcome');
    expect(await older.ended).toMatchObject({ code: status.ABORTED, details: 'a newer stream of the same agent took over' });
    newer.batch(2);
    await newer.untilAcked(2);
    expect((await presenceOf(node.nodeId))?.problem).toBe('');
    older.close();
    newer.close();
  });

  it('recognises a copied spool by its numbers', async () => {
    const node = await createIdentity(edge);
    const older = new TestStream(edge, node);
    older.hello(1);
    for (let seq = 1; seq <= 5; seq++) older.batch(seq);
    await older.untilAcked(5);
    const copy = new TestStream(edge, node, older.epoch);
    copy.hello(3, 4);
    expect((await copy.ended).details).toContain('its spool is a copy: it goes on at 4, the stream that is open is at 6');
    older.close();
    copy.close();
  });
});

it('lists a node of whatever name by its UUID, the name as clean text, and its stream lives on (9)', async () => {
  const names = [
    '',
    'x'.repeat(300),
    'ünï-🐹',
    '\u202Egnp.exe',
    'a\nb',
    'a\0b',
    "'; DROP TABLE",
    '<img onerror=alert(1)>',
    '../../x',
    '=cmd|x',
  ];
  const shown = ['', 'x'.repeat(255), 'ünï-🐹', 'gnp.exe', 'ab', 'ab', "'; DROP TABLE", '<img onerror=alert(1)>', '../../x', '=cmd|x'];
  const node = await createIdentity(edge);
  const client = operator(edge);
  for (const [i, name] of names.entries()) {
    const stream = new TestStream(edge, node, Buffer.alloc(16, 9));
    stream.send({ hello: { epoch: stream.epoch, oldestSeq: 1, nextSeq: 1, sentUs: 0, node: { ...NODE, name }, intervalMs: 1000 } });
    await stream.until('welcome');
    await until(`name ${i}`, async () => (await client.call('getNode', { node: node.nodeId })).info?.name === shown[i]);
    stream.call.end();
    await stream.ended;
    stream.close();
  }
  expect(node.nodeId).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  client.close();
});

describe('a removed node (25)', () => {
  it('is cut off at once, and not let in again', async () => {
    const node = await createIdentity(edge);
    const stream = new TestStream(edge, node);
    stream.hello(1);
    await stream.until('welcome');
    const client = operator(edge);
    const startedMs = Date.now();
    await until('the removal', async () => client.call('removeNode', { node: node.nodeId }));
    expect(await stream.ended).toMatchObject({
      code: status.PERMISSION_DENIED,
      details: expect.stringContaining('was removed from the fleet'),
    });
    expect(Date.now() - startedMs).toBeLessThan(5000);
    const again = new TestStream(edge, node);
    again.hello(1);
    expect((await again.ended).code).toBe(status.PERMISSION_DENIED);
    await expect(client.call('removeNode', { node: node.nodeId })).rejects.toThrow('there is no node');
    client.close();
    stream.close();
    again.close();
  });
});
