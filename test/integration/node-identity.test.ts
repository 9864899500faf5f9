// The identity of a node against a real nats-server: a copied certificate shows itself, an ended one has a way back, a lost answer costs
// nothing.
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openFleet } from '../../cli/fleet/open-fleet.ts';
import type { RegistryEntry } from '../../core/common/registry-entry.ts';
import { NODES_BUCKET } from '../../core/common/streams.ts';
import { createNodeIssuer } from '../../core/node/tls-authority.ts';
import type { EnrollRequest } from '../../proto/gen/messages.ts';
import { temporaryFolder } from '../harness/server.ts';
import { until } from '../harness/until.ts';
import { type Edge, OPERATOR_TOKEN, startEdge } from './edge/edge.ts';
import { connect, createCsr, enrol, type Identity, NODE, TestStream } from './edge/test-agent.ts';

const DAY_MS = 86_400_000;
let edge: Edge;

beforeAll(async () => {
  edge = await startEdge();
});
afterAll(() => edge?.stop());

interface Machine extends Identity {
  csrPem: string;
}

async function join(): Promise<Machine> {
  const csr = await createCsr();
  const client = connect(edge);
  const { nodeId, certificatePem } = await enrol(client, { joinToken: await edge.createToken({}), csrPem: csr.csrPem, node: NODE });
  client.close();
  return { ...csr, nodeId, certificatePem };
}

/** The machine with another certificate: renewed by its own, or with what the request says. */
async function again(machine: Machine, request: Partial<EnrollRequest> = {}, as: Identity | 'nobody' = machine): Promise<Machine> {
  const client = connect(edge, as === 'nobody' ? undefined : as);
  try {
    const { nodeId, certificatePem } = await enrol(client, { csrPem: machine.csrPem, node: NODE, ...request });
    return { ...machine, nodeId, certificatePem };
  } finally {
    client.close();
  }
}

/** A certificate for the machine's key that the gateway did not give out now: of this life, and this generation. */
async function issued(machine: Machine, days: number, generation = 0): Promise<Machine> {
  const { certificatePem } = await createNodeIssuer(edge.authority)(machine.nodeId, machine.csrPem, days, generation);
  return { ...machine, certificatePem };
}

/** Opens a stream and says what became of it: the node id of the welcome, or the status. */
async function opens(machine: Identity, epoch?: Buffer): Promise<string> {
  const stream = new TestStream(edge, machine, epoch);
  stream.hello();
  const answer = await Promise.race([
    stream.until('welcome').then(({ nodeId }) => nodeId),
    stream.ended.then(({ code, details }) => `${status[code]} ${details}`),
  ]);
  stream.close();
  return answer;
}

async function entryOf(nodeId: string): Promise<RegistryEntry | undefined> {
  const nodes = await edge.connection.jetstream().views.kv(NODES_BUCKET, { bindOnly: true });
  return (await nodes.get(nodeId))?.json<RegistryEntry>();
}

const shown = (nodeId: string, generation: number): Promise<unknown> =>
  until(`certificate ${generation} is known to be in use`, async () => {
    const identity = (await entryOf(nodeId))?.identity;
    return identity?.generation === generation && identity.used;
  });

describe('the generation of a certificate', () => {
  it('lets the one before in until the newest is used; after that it locks the node, until an operator releases it', async () => {
    const first = await join();
    expect(await opens(first)).toBe(first.nodeId);
    await shown(first.nodeId, 1);
    const second = await again(first);
    // The answer may have been lost: the old one opens streams and may ask again, for the same number.
    expect(await opens(first)).toBe(first.nodeId);
    const repeated = await again(first);
    expect((await entryOf(first.nodeId))?.identity).toMatchObject({ generation: 2, used: false });
    expect(await opens(repeated)).toBe(first.nodeId);
    await shown(first.nodeId, 2);

    const right = new TestStream(edge, second);
    right.hello();
    await right.until('welcome');
    expect(await opens(first)).toMatch(/^PERMISSION_DENIED .*locked: .* opened a stream with certificate 1, while number 2/);
    expect((await right.ended).code).toBe(status.PERMISSION_DENIED);
    right.close();
    expect(await opens(second)).toMatch(/^PERMISSION_DENIED .*locked/);
    await expect(again(second)).rejects.toMatchObject({ code: status.PERMISSION_DENIED, details: expect.stringContaining('locked') });
    expect(edge.log).toContainEqual(
      expect.objectContaining({ msg: expect.stringContaining('an identity is locked'), nodeId: first.nodeId }),
    );
    await until('the lock is written', async () => (await entryOf(first.nodeId))?.shared?.locked);

    await release(first.nodeId);
    await until('the newest certificate opens streams', async () => (await opens(second)) === first.nodeId);
    expect(await opens(first)).toMatch(/^UNAUTHENTICATED certificate 1 of node .* was replaced by number 2/);
    expect(await opens(second)).toBe(first.nodeId);
  });

  it('locks a node whose older certificate asks to be renewed', async () => {
    const first = await join();
    expect(await opens(first)).toBe(first.nodeId);
    await shown(first.nodeId, 1);
    const second = await again(first);
    expect(await opens(second)).toBe(first.nodeId);
    await shown(first.nodeId, 2);
    await expect(again(first)).rejects.toMatchObject({
      details: expect.stringContaining('asked for a new certificate with certificate 1'),
    });
    expect(await opens(second)).toMatch(/locked/);
  });

  it('locks a node that asks for a certificate in quarantine', async () => {
    const machine = await join();
    const older = new TestStream(edge, machine);
    older.hello();
    await older.until('welcome');
    expect(await opens(machine)).toMatch(/^ALREADY_EXISTS/);
    await expect(again(machine)).rejects.toMatchObject({
      code: status.PERMISSION_DENIED,
      details: expect.stringContaining('while the identity was in quarantine'),
    });
    expect((await older.ended).code).toBe(status.PERMISSION_DENIED);
    older.close();
    // Nor does the same key come back with a token.
    const joinToken = await edge.createToken({});
    await expect(again(machine, { joinToken }, 'nobody')).rejects.toMatchObject({ details: expect.stringContaining('in quarantine') });
  });

  it('takes a certificate without a number, and moves it over with its renewal', async () => {
    const machine = await join();
    const legacy = await issued(machine, 365);
    const nodes = await edge.connection.jetstream().views.kv(NODES_BUCKET, { bindOnly: true });
    const { identity: _, ...before } = (await entryOf(machine.nodeId)) as RegistryEntry;
    await nodes.put(machine.nodeId, JSON.stringify(before));
    await until('it opens a stream', async () => (await opens(legacy)) === machine.nodeId);
    const renewed = await again(legacy);
    expect(await opens(legacy)).toBe(machine.nodeId);
    expect(await opens(renewed)).toBe(machine.nodeId);
    await shown(machine.nodeId, 1);
    expect(await opens(legacy)).toMatch(/certificate without a number, while number 1/);
  });
});

describe('a certificate that ended', () => {
  it('opens nothing, says so, and the key gets its node again with a join token', async () => {
    const machine = await join();
    const short = await issued(machine, 1000 / DAY_MS, 1);
    const open = new TestStream(edge, short);
    open.hello();
    await open.until('welcome');
    // A stream does not outlive it.
    expect(await open.ended).toMatchObject({ code: status.UNAUTHENTICATED, details: expect.stringContaining('expired') });
    open.close();
    const day = new Date().toISOString().slice(0, 10);
    expect(await opens(short)).toBe(
      `UNAUTHENTICATED the client certificate expired on ${day}: enrol this machine again with a join token; its key, its node id and its spool stay`,
    );
    const joinToken = await edge.createToken({ uses: 1 });
    const back = await again(short, { joinToken }, 'nobody');
    expect(back.nodeId).toBe(machine.nodeId);
    expect(await opens(back)).toBe(machine.nodeId);
    // The token is spent: another machine gets nothing for it.
    await expect(again(await other(), { joinToken }, 'nobody')).rejects.toMatchObject({ code: status.PERMISSION_DENIED });
  });

  it('gives each of a crowd that lost its answers the same node again, for one use each', async () => {
    const crowd = 80;
    const joinToken = await edge.createToken({ uses: crowd });
    const machines = await Promise.all(Array.from({ length: crowd }, () => createCsr()));
    const client = connect(edge);
    const all = (): Promise<string[]> =>
      Promise.all(machines.map(async ({ csrPem }) => (await enrol(client, { joinToken, csrPem, node: NODE })).nodeId));
    const first = await all();
    expect(new Set(first).size).toBe(crowd);
    expect(await all()).toEqual(first);
    client.close();
  });
});

async function other(): Promise<Machine> {
  return { ...(await createCsr()), nodeId: '', certificatePem: '' };
}

async function release(nodeId: string): Promise<void> {
  const folder = temporaryFolder('release');
  const tokenFile = path.join(folder, 'token');
  writeFileSync(tokenFile, OPERATOR_TOKEN);
  const fleet = openFleet({ gateway: `localhost:${edge.port}`, caFile: edge.caFile, tokenFile });
  try {
    await fleet.call('releaseNode', { node: nodeId });
  } finally {
    fleet.close();
    rmSync(folder, { recursive: true });
  }
}
