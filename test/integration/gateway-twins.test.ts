// Two machines with one identity are found on one gateway and across two; a machine that restarts, reboots or changes its network is not
// taken for two.
import { randomBytes } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RegistryEntry } from '../../core/common/registry-entry.ts';
import { NODES_BUCKET } from '../../core/common/streams.ts';
import { until } from '../harness/until.ts';
import { type Edge, startEdge } from './edge/edge.ts';
import { createIdentity, type Identity, NODE, TestStream } from './edge/test-agent.ts';
import { createUplinkAgent, type UplinkAgent } from './edge/uplink-agent.ts';

let first: Edge;
let second: Edge;
const agents: UplinkAgent[] = [];
const streams: TestStream[] = [];

beforeAll(async () => {
  first = await startEdge();
  second = await startEdge(['--name', 'gateway-2'], first.nats, first.authority);
});
afterEach(async () => {
  await Promise.all(agents.splice(0).map(({ uplink }) => uplink.stop()));
  for (const stream of streams.splice(0)) stream.close();
});
afterAll(async () => {
  await second?.stop();
  await first?.stop();
});

/** One process of the node's agent, at a gateway. */
async function run(identity: Identity, edge: Edge): Promise<UplinkAgent> {
  const parts = { key: identity.keyPem, certificate: identity.certificatePem, ca: edge.authority.certificatePem };
  const [key, certificate, ca] = Object.values(parts).map((text) => Buffer.from(text)) as [Buffer, Buffer, Buffer];
  const agent = createUplinkAgent(`localhost:${edge.port}`, { nodeId: identity.nodeId, key, certificate, ca });
  agents.push(agent);
  await agent.uplink.start();
  return agent;
}

/** A stream that is silent after its hello, as of a machine that lost its power. */
function silent(identity: Identity, edge: Edge, instance?: string, epoch = randomBytes(16)): TestStream {
  const stream = new TestStream(edge, identity, epoch);
  streams.push(stream);
  const more = instance === undefined ? {} : { instance, bootId: `boot of ${instance}` };
  stream.send({ hello: { epoch, oldestSeq: 1, nextSeq: 1, sentUs: Date.now() * 1000, node: NODE, intervalMs: 1000, ...more } });
  return stream;
}

async function problemOf({ nodeId }: Identity): Promise<string | undefined> {
  const nodes = await first.connection.jetstream().views.kv(NODES_BUCKET, { bindOnly: true });
  return (await nodes.get(nodeId))?.json<RegistryEntry>().shared?.problem;
}

describe('two machines with one identity', () => {
  it.each([
    ['at one gateway', () => [first, first]],
    ['at two gateways', () => [first, second]],
  ])('are found %s, and one of them keeps the stream', async (_, edges) => {
    const node = await createIdentity(first);
    const [here, there] = edges() as [Edge, Edge];
    const original = await run(node, here);
    await until('the original is welcomed', () => original.welcomes.length > 0);
    const copy = await run(node, there);
    expect(await until('the flag', () => problemOf(node), 20_000)).toContain('two machines use this identity');
    const refused = await until('one is refused', () =>
      [original, copy].find(
        ({ ends }) => ends.at(-1)?.status === status.ALREADY_EXISTS && ends.at(-1)?.words.includes('if this machine is a copy'),
      ),
    );
    const kept = refused === copy ? original : copy;
    await until('the other one has the stream', () => kept.uplink.connected);
    const opened = kept.welcomes.length;
    await until('it is refused again', () => refused.ends.filter((end) => end.status === status.ALREADY_EXISTS).length > 1, 40_000);
    expect([kept.uplink.connected, kept.welcomes.length]).toEqual([true, opened]);
  });

  it('are found across gateways where the agents do not say which process they are', async () => {
    const node = await createIdentity(first);
    const original = silent(node, first);
    await original.until('welcome');
    silent(node, second);
    await until('the flag', async () => {
      // Both go on.
      original.send({ heartbeat: { sentUs: Date.now() * 1000 } });
      return problemOf(node);
    });
    expect((await original.ended).code).toBe(status.ALREADY_EXISTS);
  });
});

describe('one machine', () => {
  it('that was reset and is back at once, with another spool, takes its place, here and at another gateway', async () => {
    const node = await createIdentity(first);
    for (const edge of [first, second]) {
      const before = silent(node, edge, `process before ${edge.port}`);
      await before.until('welcome');
      const after = silent(node, first, `process after ${edge.port}`);
      await after.until('welcome');
      expect(await before.ended).toMatchObject({ code: status.ABORTED, details: expect.stringContaining('took over') });
    }
    expect(await problemOf(node)).toBeUndefined();
  });

  it('that changes its network many times a minute is one', async () => {
    const node = await createIdentity(first);
    const epoch = randomBytes(16);
    for (let change = 0; change < 8; change++) {
      await silent(node, change % 2 === 0 ? first : second, 'one process', epoch).until('welcome');
    }
    const agent = await run(await createIdentity(first), first);
    for (let change = 1; change <= 6; change++) {
      await until('a welcome', () => agent.welcomes.length === change && agent.uplink.connected);
      agent.uplink.reconnect('its addresses changed', true);
    }
    await until('the last welcome', () => agent.uplink.connected);
    expect(await problemOf(node)).toBeUndefined();
    expect(
      first.log.concat(second.log).filter(({ msg, nodeId }) => msg === 'two machines use one identity' && nodeId === node.nodeId),
    ).toEqual([]);
    expect(agent.ends.filter((end) => end.status === status.ALREADY_EXISTS)).toEqual([]);
  });
});
