// The agent's own program under a lease, and on a connection that is dead without a word. The timed figures are `npm run bench -- lease`.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { FleetTarget } from '../../cli/fleet/open-fleet.ts';
import type { Part } from '../../cli/parts/part.ts';
import { type Child, startChild } from '../../cli/process/child.ts';
import { liveSubject } from '../../core/common/streams.ts';
import { builtProgram } from '../harness/program.ts';
import { type Relay, startRelay } from '../harness/relay.ts';
import { temporaryFolder } from '../harness/server.ts';
import { until } from '../harness/until.ts';
import { startWatcher, type Watcher } from '../harness/watcher.ts';
import { type Edge, OPERATOR_TOKEN, startEdge } from '../integration/edge/edge.ts';

let edge: Edge;
let relay: Relay;
let agent: Child;
let watcher: Watcher | undefined;
let nodeId: string;
let target: FleetTarget;
/** When the gateway passed on live samples of the agent, Unix milliseconds. */
const passedOn: number[] = [];

beforeAll(async () => {
  edge = await startEdge();
  const gateway = `127.0.0.1:${edge.port}`;
  relay = await startRelay(gateway);
  const folder = temporaryFolder('agent-lease');
  const stateDir = join(folder, 'agent');
  mkdirSync(stateDir, { mode: 0o700 });
  const [joinFile, tokenFile] = [join(folder, 'join.token'), join(folder, 'operator.token')];
  writeFileSync(joinFile, await edge.createToken({}), { mode: 0o600 });
  writeFileSync(tokenFile, OPERATOR_TOKEN, { mode: 0o600 });
  target = { gateway, caFile: edge.caFile, tokenFile };
  const flags = { gateway: relay.address, 'ca-file': edge.caFile, 'join-token-file': joinFile, 'state-dir': stateDir, interval: '10s' };
  const part: Part = {
    name: 'agent',
    command: process.execPath,
    args: [builtProgram('agent'), ...Object.entries(flags).map(([name, value]) => `--${name}=${value}`), '--retry-steps=["500ms"]'],
    folders: [],
    files: [],
    readiness: { kind: 'line' },
  };
  agent = startChild(part, join(folder, 'agent.log'));
  await agent.ready(60_000);
  const opened = await until('the agent streams', () => edge.log.find((line) => line['event'] === 'stream_opened' || line['session']));
  nodeId = String(opened['nodeId']);
  edge.connection.subscribe(liveSubject(nodeId), { callback: () => passedOn.push(Date.now()) });
});
afterAll(async () => {
  await watcher?.kill();
  await agent?.stop(30_000);
  await relay?.stop();
  await edge?.stop();
});

it('samples what is watched ten times a second and at once, and rests when the watcher is killed', async () => {
  expect(passedOn).toEqual([]);
  watcher = startWatcher(target, nodeId, 100, ['cpu', 'load']);
  const { updates, errors } = watcher;
  await until('samples', () => updates.length >= 20, 20_000).catch((error: unknown) => {
    throw new Error(errors.join('\n'), { cause: error });
  });
  const times = updates.slice(5).map(({ sampledMs }) => sampledMs);
  const gaps = times.slice(1).map((ms, i) => ms - (times[i] as number));
  // Every sample is newer, and most come at the rate asked for even on a busy machine.
  expect(Math.min(...gaps)).toBeGreaterThan(0);
  expect(gaps.sort((a, b) => a - b)[gaps.length >> 1]).toBeLessThan(200);
  for (const { measurements } of updates) for (const name of measurements) expect(['cpu', 'load']).toContain(name);

  await watcher.kill();
  const killedMs = Date.now();
  await until('five seconds and more', () => Date.now() > killedMs + 6500);
  expect((passedOn.at(-1) ?? 0) - killedMs).toBeLessThan(5000);
});

it('notices a connection that is dead without a word, and has another within 60 s (23)', async () => {
  const before = relay.connections;
  relay.freeze();
  const frozenMs = Date.now();
  await until('another connection', () => relay.connections > before, 60_000);
  expect(Date.now() - frozenMs).toBeLessThan(60_000);
  watcher = startWatcher(target, nodeId, 100, ['load']);
  const { updates } = watcher;
  await until('samples again', () => updates.length > 0, 30_000);
});
