// What comes by which door is what kind of node, how nodes leave by a filter and come back, and what a machine that joins is given: at a gateway on a real
// nats-server.
import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openFleet } from '../../cli/fleet/open-fleet.ts';
import type { FleetClient } from '../../proto/client/fleet-client.ts';
import type { NodeKind } from '../../proto/gen/messages.ts';
import { type HttpsAnswer, https } from '../harness/https.ts';
import { temporaryFolder } from '../harness/server.ts';
import { until } from '../harness/until.ts';
import { type Edge, OPERATOR_TOKEN, startEdge } from './edge/edge.ts';
import { connect, createCsr, enrol, NODE } from './edge/test-agent.ts';

let edge: Edge;
let agents: ReturnType<typeof connect>;
let fleet: FleetClient;
let folder: string;

beforeAll(async () => {
  folder = temporaryFolder('sources');
  writeFileSync(join(folder, `muster-agent-0.1.0-linux-x64`), 'executable');
  writeFileSync(join(folder, 'agent.mjs'), 'bundle');
  edge = await startEdge(['--agent-folder', folder, '--agent-bundle', join(folder, 'agent.mjs'), '--join-addresses', 'fleet.example']);
  agents = connect(edge);
  const tokenFile = join(folder, 'token');
  writeFileSync(tokenFile, OPERATOR_TOKEN);
  fleet = openFleet({ gateway: `localhost:${edge.port}`, caFile: edge.caFile, tokenFile });
});
afterAll(async () => {
  fleet?.close();
  agents?.close();
  await edge?.stop();
  rmSync(folder, { recursive: true });
});

const ask = (path: string, more: object = {}): Promise<HttpsAnswer> =>
  https({ gateway: `localhost:${edge.port}`, caFile: edge.caFile }, path, more);

async function push(nodeId: string): Promise<void> {
  const token = await edge.createToken({ kind: 'access', scopes: ['push'] });
  expect((await ask('/api/push', { token, body: { node_id: nodeId, a: 1 } })).status).toBe(202);
}

const kindsOf = async (filter: string): Promise<[string, NodeKind][]> =>
  (await fleet.call('listNodes', { filter })).nodes.map(({ nodeId, kind }) => [nodeId, kind]);

it('tells machines from sources, and an operator says of a small agent that it is a machine', async () => {
  const token = await edge.createToken({});
  const { nodeId } = await enrol(agents, { joinToken: token, csrPem: (await createCsr()).csrPem, node: { ...NODE, simulated: false } });
  const simulated = await enrol(agents, {
    joinToken: await edge.createToken({}),
    csrPem: (await createCsr()).csrPem,
    node: { ...NODE, simulated: true },
  });
  for (const id of ['script-1', 'smoke-test']) await push(id);
  const all = await until('all four', async () => {
    const found = Object.fromEntries(await kindsOf(''));
    return Object.keys(found).length === 4 ? found : undefined;
  });
  expect(all).toEqual({
    [nodeId]: 'NODE_KIND_MACHINE',
    [simulated.nodeId]: 'NODE_KIND_SIMULATION',
    'script-1': 'NODE_KIND_PUSH',
    'smoke-test': 'NODE_KIND_SMOKE',
  });
  const machine = await fleet.call('getNode', { node: nodeId });
  expect(machine.joinTokenId).toBe(token.split('_')[2]);
  expect(await kindsOf('kind:push')).toEqual([['script-1', 'NODE_KIND_PUSH']]);
  expect((await fleet.call('getNode', { node: 'script-1' })).state).toBe('NODE_STATE_LIVE');
  expect((await fleet.call('setNodeLabels', { node: 'script-1', set: { machine: 'true' }, remove: [] })).kind).toBe('NODE_KIND_MACHINE');
});

it('removes exactly what was shown, brings it back for a day, and never the whole fleet by saying nothing', async () => {
  for (const id of ['gone-1', 'gone-2']) await push(id);
  await until('both', async () => (await kindsOf('gone')).length === 2);
  await fleet.call('setNodeLabels', { node: 'gone-1', set: { city: 'Accra' }, remove: [] });
  await expect(fleet.call('removeNodes', { filter: ' ', dryRun: false, expected: 0, nodeIds: [] })).rejects.toThrow('filter is empty');
  const shown = await fleet.call('removeNodes', { filter: 'gone', dryRun: true, expected: 0, nodeIds: [] });
  expect(shown.nodes.map(({ nodeId }) => nodeId).sort()).toEqual(['gone-1', 'gone-2']);
  expect(await kindsOf('gone')).toHaveLength(2);
  await expect(fleet.call('removeNodes', { filter: 'gone', dryRun: false, expected: 3, nodeIds: [] })).rejects.toThrow(
    '2 nodes match now, not 3',
  );
  await expect(fleet.call('removeNodes', { filter: 'gone', dryRun: false, expected: 2, nodeIds: ['gone-1', 'gone-0'] })).rejects.toThrow(
    '1 node matches now that was not shown (gone-2): look again, nothing was removed',
  );
  await fleet.call('removeNodes', { filter: 'gone', dryRun: false, expected: 2, nodeIds: ['gone-2', 'gone-1'] });
  expect(await kindsOf('gone')).toEqual([]);
  const removed = await fleet.call('listRemovedNodes', { nodeIds: ['gone-1', 'script-1'] });
  expect(removed.removedIds).toEqual(['gone-1']);
  expect(removed.nodes.map(({ nodeId }) => nodeId).sort()).toEqual(['gone-1', 'gone-2']);
  await expect(fleet.call('restoreNodes', { nodes: ['gone-3'], all: false })).rejects.toThrow(
    'no node "gone-3" was removed within the last 24 h',
  );
  expect((await fleet.call('restoreNodes', { nodes: ['gone-1'], all: false })).nodes).toHaveLength(1);
  expect((await fleet.call('getNode', { node: 'gone-1' })).info?.labels).toMatchObject({ city: 'Accra' });
  await push('gone-1');
  expect((await fleet.call('restoreNodes', { nodes: [], all: true })).nodes.map(({ nodeId }) => nodeId)).toEqual(['gone-2']);
  expect((await fleet.call('listRemovedNodes', { nodeIds: [] })).nodes).toEqual([]);
});

it('gives a machine that joins the CA, an installer and the agent, each with the sum of the next', async () => {
  const { lines, caSha256, programs, addresses, problem } = await fleet.call('getJoinInfo', { address: '' });
  expect([addresses, problem]).toEqual([[`fleet.example:${edge.port}`], '']);
  const sum = (text: string): string => createHash('sha256').update(text).digest('hex');
  expect(programs.map(({ target, sha256 }) => [target, sha256])).toEqual([
    ['linux-x64', sum('executable')],
    ['node', sum('bundle')],
  ]);
  expect(caSha256).toBe(sum(readFileSync(edge.caFile, 'utf8')));
  expect((await ask('/join/ca.pem')).text).toBe(readFileSync(edge.caFile, 'utf8'));
  for (const { system, text } of lines) {
    expect(text).toContain(caSha256);
    expect(text, system).toContain(`https://fleet.example:${edge.port}/join/`);
  }
  const script = (await ask('/join/linux')).text;
  expect(script).toContain(`gateway='localhost:${edge.port}'`);
  expect(script).toContain(`linux-x64) sum=${sum('executable')}`);
  expect((await ask('/join/windows')).text).toContain(sum('bundle'));
  expect((await ask(`/join/program/${sum('executable')}`)).text).toBe('executable');
  expect((await ask(`/join/program/${sum('other')}`)).status).toBe(404);
  const other = await fleet.call('getJoinInfo', { address: '10.0.0.5' });
  expect(other.lines[0]?.text).toContain(`https://10.0.0.5:${edge.port}/join/linux`);
  await expect(fleet.call('getJoinInfo', { address: "a';id;'" })).rejects.toThrow('a host or host:port is needed');
});
