// For which nodes a push token may speak, and how many it may make: at the doors of a gateway on a real nats-server.

import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openFleet } from '../../cli/fleet/open-fleet.ts';
import type { FleetClient } from '../../proto/client/fleet-client.ts';
import { type HttpsAnswer, https } from '../harness/https.ts';
import { temporaryFolder } from '../harness/server.ts';
import { until } from '../harness/until.ts';
import { type Edge, OPERATOR_TOKEN, startEdge } from './edge/edge.ts';
import { connect, createCsr, enrol, NODE } from './edge/test-agent.ts';

const LIMIT = 4;
let edge: Edge;
let client: ReturnType<typeof connect>;
let fleet: FleetClient;
let folder: string;

beforeAll(async () => {
  edge = await startEdge(['--new-nodes-per-token-per-day', String(LIMIT), '--max-nodes', '40']);
  client = connect(edge);
  folder = temporaryFolder('push-authority');
  const tokenFile = join(folder, 'token');
  writeFileSync(tokenFile, OPERATOR_TOKEN);
  fleet = openFleet({ gateway: `localhost:${edge.port}`, caFile: edge.caFile, tokenFile });
});
afterAll(async () => {
  fleet?.close();
  client?.close();
  await edge?.stop();
  rmSync(folder, { recursive: true });
});

const pusher = (labels: Record<string, string> = {}): Promise<string> =>
  edge.createToken({ kind: 'access', scopes: ['push'], name: 'script', labels });

function push(token: string, nodeId: string, more: object = {}): Promise<HttpsAnswer> {
  return https({ gateway: `localhost:${edge.port}`, caFile: edge.caFile }, '/api/push', {
    token,
    body: { node_id: nodeId, a: 1, ...more },
  });
}

it('not for a node that enrolled, whatever its agent says of its version', async () => {
  const { csrPem } = await createCsr();
  const { nodeId } = await enrol(client, { joinToken: await edge.createToken({}), csrPem, node: { ...NODE, agentVersion: '' } });
  const answer = await push(await pusher(), nodeId);
  expect([answer.status, answer.text]).toEqual([403, expect.stringContaining(`node ${nodeId} has an agent, which alone speaks for it`)]);
});

it('not for a node that another push gave the label of the token', async () => {
  const [any, gh] = [await pusher(), await pusher({ country: 'gh' })];
  expect((await push(any, 'made-by-any', { country: 'gh' })).status).toBe(202);
  const taken = await push(gh, 'made-by-any');
  expect([taken.status, taken.text]).toEqual([403, expect.stringContaining('the token is for nodes with country gh')]);
  // Its own nodes are, and those that an operator gives it.
  expect((await push(gh, 'made-by-gh')).status).toBe(202);
  expect((await push(gh, 'made-by-gh')).status).toBe(202);
  await until('the node is in the directory', () =>
    fleet.call('setNodeLabels', { node: 'made-by-any', set: { country: 'gh' }, remove: [] }),
  );
  await until('the label is known', async () => (await push(gh, 'made-by-any')).status === 202);
});

it("not for Muster's own parts, nor under their measurement", async () => {
  const token = await pusher();
  expect((await push(token, 'muster-etl')).status).toBe(403);
  const answer = await push(token, 'script-1', { measurement: 'muster_part' });
  expect([answer.status, answer.text]).toEqual([400, expect.stringContaining('muster_part')]);
});

it('for so many new nodes a day, and then for those alone', async () => {
  const token = await pusher();
  for (let i = 0; i < LIMIT; i++) expect((await push(token, `many-${i}`)).status).toBe(202);
  const answer = await push(token, 'one-too-many');
  expect([answer.status, answer.text]).toEqual([
    429,
    expect.stringContaining(`has made ${LIMIT} new nodes today, at most ${LIMIT} are taken`),
  ]);
  expect((await push(token, 'many-0')).status).toBe(202);
  // Another token has its own; a join token is bound the same way, and the refusal costs no use.
  expect((await push(await pusher(), 'of-another')).status).toBe(202);
  const joinToken = await edge.createToken({ uses: LIMIT + 1 });
  for (let i = 0; i < LIMIT; i++) await enrol(client, { joinToken, csrPem: (await createCsr()).csrPem, node: NODE });
  await expect(enrol(client, { joinToken, csrPem: (await createCsr()).csrPem, node: NODE })).rejects.toMatchObject({
    code: status.RESOURCE_EXHAUSTED,
    details: expect.stringContaining('raise newNodesPerTokenPerDay'),
  });
  expect(edge.tokens.list().find(({ id }) => id === joinToken.split('_')[2])?.usesLeft).toBe(1);
});

it('up to as many nodes as the fleet may have', async () => {
  const attempts = Array.from({ length: 40 }, async (_, i) => push(await pusher(), `crowd-${i}`));
  const answers = await Promise.all(attempts);
  const refused = answers.filter((answer) => answer.status === 429);
  expect(refused.length).toBeGreaterThan(0);
  expect(refused[0]?.text).toContain('at most 40 are taken: remove some');
});
