// Settings from afar, from the operator's call to the agent's next sample: a gateway on a real nats-server, and the agent's program.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openFleet } from '../../cli/fleet/open-fleet.ts';
import { decodeBatch, toFrameColumns } from '../../proto/batch-codec.ts';
import type { FleetClient } from '../../proto/client/fleet-client.ts';
import type { ConfigState, Node } from '../../proto/gen/messages.ts';
import { type NatsHarness, startNats } from '../harness/nats.ts';
import { temporaryFolder } from '../harness/server.ts';
import { until } from '../harness/until.ts';
import { type Edge, OPERATOR_TOKEN, startEdge } from '../integration/edge/edge.ts';
import { createIdentity, TestStream } from '../integration/edge/test-agent.ts';

const MAIN = join(import.meta.dirname, '../../agent/main.ts');
const PROBATION_MS = 2000;

let nats: NatsHarness;
let edge: Edge;
let folder: string;
let configFile: string;
let client: FleetClient;
let agent: ChildProcess;
let nodeId: string;
let lastVersion = 0;

beforeAll(async () => {
  folder = temporaryFolder('remote-config');
  nats = await startNats();
  edge = await startEdge([], nats);
  writeFileSync(join(folder, 'operator.token'), OPERATOR_TOKEN);
  writeFileSync(join(folder, 'join.token'), await edge.createToken({}));
  configFile = join(folder, 'agent.yaml');
  writeFileSync(configFile, 'interval: 10s\nflushInterval: 100ms\nname: at-rest\nlabels: {region: own, rack: "7"}\n');
  client = connect(edge);
  const settings = {
    'state-dir': join(folder, 'agent'),
    gateway: `localhost:${edge.port}`,
    'ca-file': edge.caFile,
    'join-token-file': join(folder, 'join.token'),
    config: configFile,
    'config-probation': `${PROBATION_MS}ms`,
  };
  const args = Object.entries(settings).map(([name, value]) => `--${name}=${value}`);
  agent = spawn(process.execPath, [MAIN, ...args], { stdio: 'ignore', env: { PATH: process.env['PATH'] } });
  nodeId = (await until('the node reports', async () => (await nodes()).find(({ config }) => config !== null))).nodeId;
});

afterAll(async () => {
  agent.kill();
  await once(agent, 'exit');
  client.close();
  await edge.stop();
  await nats.stop();
  rmSync(folder, { recursive: true });
});

function connect({ port, caFile }: Edge): FleetClient {
  return openFleet({ gateway: `localhost:${port}`, caFile, tokenFile: join(folder, 'operator.token') });
}

const nodes = async (filter = ''): Promise<Node[]> => (await client.call('listNodes', { filter })).nodes;
const node = (): Promise<Node> => client.call('getNode', { node: nodeId });

async function put(name: string, document: string, more: { filter?: string; sharePercent?: number } = {}) {
  return client.call('putConfig', { name, document, filter: '', sharePercent: 100, validateOnly: false, ...more });
}

function reported(what: string, wanted: Partial<ConfigState>): Promise<Node> {
  return until(what, async () => {
    const found = await node();
    const matches = Object.entries(wanted).every(([key, value]) => found.config?.[key as keyof ConfigState] === value);
    return matches ? found : undefined;
  });
}

/** Times of the rows of one measurement, Unix µs. */
async function sampleTimes(measurement: string): Promise<number[]> {
  const batches = (await edge.deliveries())
    .filter((delivery) => delivery.nodeId === nodeId)
    .map(({ batch }) => decodeBatch(Buffer.from(batch)));
  return batches
    .flatMap(({ frames }) => frames.map(toFrameColumns))
    .filter((frame) => frame.measurement === measurement)
    .flatMap(({ timeUs }) => [...timeUs]);
}

async function eventsOf(kind: string): Promise<string[]> {
  const batches = (await edge.deliveries())
    .filter((delivery) => delivery.nodeId === nodeId)
    .map(({ batch }) => decodeBatch(Buffer.from(batch)));
  return batches.flatMap(({ events }) => events.filter((event) => event.kind === kind).map(({ text }) => text));
}

it('is in force within two seconds, in the same process, and the interval with it', async () => {
  const { pid } = agent;
  const atMs = Date.now();
  const { version } = await put('base', 'interval: 1s\nlabels: {region: gh, latitude: 5.6}\n');
  const applied = await reported('applied', { state: 'applied', version });
  expect(Date.now() - atMs).toBeLessThan(2000);
  expect(agent.pid).toBe(pid);
  expect(agent.exitCode).toBeNull();
  expect(applied.nodeId).toBe(nodeId);
  await until('the hello says so', async () => {
    const { info, intervalMs } = await node();
    return intervalMs === 1000 && info?.labels['region'] === 'gh' && info.labels['rack'] === '7' && info.labels['latitude'] === '5.6';
  });
  await until('samples each second', async () => (await sampleTimes('load')).filter((us) => us / 1000 > atMs).length >= 4, 8000);
  expect(await nodes('region:gh')).toHaveLength(1);
  expect((await eventsOf('config_applied')).length).toBeGreaterThan(0);
  expect((await client.call('listConfigs', {})).configs).toMatchObject([{ name: 'base', version, nodes: 1, applied: 1, refused: 0 }]);
});

it('is refused where it is put with line and key, and on the agent with its own words', async () => {
  await expect(put('base', 'interval: 1s\nintervall: 2s\n')).rejects.toThrow("document:2: unknown key 'intervall': did you mean interval?");
  await expect(put('base', 'stateDir: /tmp\n')).rejects.toThrow('document:1: stateDir may not be set from afar');
  await expect(put('base', 'interval: 1s\n', { filter: 'cpu>80' })).rejects.toThrow('cpu changes with how a node does');
  const before = (await node()).config;
  const { version } = await put('base', 'interval: 1s\ncollectorsDisabled: [cpuu]\n');
  const refused = await reported('refused', { state: 'refused', rejectedVersion: version });
  expect(refused.config).toMatchObject({
    version: before?.version,
    problem: expect.stringContaining('document:2: collectorsDisabled is ["cpuu"]'),
  });
  const [config] = (await client.call('listConfigs', {})).configs;
  expect(config).toMatchObject({ version, nodes: 1, applied: 0, refused: 1, problems: [expect.stringContaining('at-rest: document:2')] });
});

it('takes up a change of its own file, refuses a bad one, and keeps what came from afar over it', async () => {
  const change = (text: string): void => {
    writeFileSync(`${configFile}.new`, text);
    renameSync(`${configFile}.new`, configFile);
  };
  change('interval: 30s\nflushInterval: 100ms\nname: renamed\nlabels: {region: own, rack: "8"}\n');
  await until('renamed', async () => (await node()).info?.name === 'renamed');
  expect(await node()).toMatchObject({ intervalMs: 1000, info: { labels: { region: 'gh', rack: '8' } } });
  change('interval: 5\nname: wrong\n');
  await until('refused', async () => (await eventsOf('config_file_refused')).some((text) => text.includes('agent.yaml:1: interval is 5')));
  expect((await node()).info?.name).toBe('renamed');
  writeFileSync(configFile, 'flushInterval: 100ms\nname: by-signal\nlabels: {region: own}\n');
  agent.kill('SIGHUP');
  await until('named by the signal', async () => (await node()).info?.name === 'by-signal');
});

it("has the operator's labels over all others at once, until they are taken away", async () => {
  const call = (set: Record<string, string>, remove: string[] = []) => client.call('setNodeLabels', { node: 'by-signal', set, remove });
  await expect(call({ longitude: '181' })).rejects.toThrow('label longitude is "181"');
  expect((await call({ region: 'ng', city: 'Lagos' })).info?.labels).toMatchObject({ region: 'ng', city: 'Lagos' });
  expect(await nodes('city:lagos region:ng')).toHaveLength(1);
  expect((await call({}, ['region', 'city'])).info?.labels).toEqual({ region: 'gh', latitude: '5.6' });
  const { records } = await client.call('listAudit', { limit: 100, nodeId: '' });
  expect(records.map(({ kind, text }) => `${kind}: ${text}`)).toEqual(
    expect.arrayContaining([
      expect.stringContaining('labels: labels of by-signal changed: region- city-'),
      expect.stringContaining('config: configuration base put'),
    ]),
  );
});

it('is taken back when the gateway is lost after it, and not applied again when the gateway is back', async () => {
  const good = await put('base', 'interval: 2s\nname: good\n');
  await reported('the good one', { state: 'applied', version: good.version });
  await until('it is confirmed', () => JSON.parse(readFileSync(join(folder, 'agent', 'remote-config.json'), 'utf8')).confirmed === true);
  const bad = await put('base', 'interval: 1s\nname: bad\n');
  await reported('the bad one', { state: 'applied', version: bad.version });
  lastVersion = bad.version;
  const { port, authority } = edge;
  client.close();
  await edge.stop();
  await until(
    'it is taken back',
    () => JSON.parse(readFileSync(join(folder, 'agent', 'remote-config.json'), 'utf8')).state === 'rolled_back',
  );
  edge = await startEdge(['--port', String(port)], nats, authority);
  client = connect(edge);
  const back = await reported('rolled back', { state: 'rolled_back', version: good.version, rejectedVersion: bad.version });
  expect(back.config?.problem).toContain(`no gateway was reached for 2 s after version ${bad.version}`);
  await until('the good name', async () => (await node()).info?.name === 'good');
  expect((await client.call('listConfigs', {})).configs).toMatchObject([{ version: bad.version, applied: 0, rolledBack: 1 }]);
  await client.call('deleteConfig', { name: 'base' });
  await reported('its own file again', { state: 'none', version: 0 });
  await until('its own name', async () => (await node()).info?.name === 'by-signal');
});

it('goes to a share of the nodes first, the same ones each time, and then to all', async () => {
  const streams: TestStream[] = [];
  const received = (version: number): Set<TestStream> =>
    new Set(streams.filter((stream) => stream.received.some(({ config }) => config?.version === version)));
  const report = (stream: TestStream, version: number): void => {
    const config = { version, state: version === 0 ? 'none' : 'applied', rejectedVersion: 0, problem: '' };
    stream.send({ heartbeat: { sentUs: Date.now() * 1000, config } });
  };
  for (let i = 0; i < 10; i++) {
    const stream = new TestStream(edge, await createIdentity(edge));
    streams.push(stream);
    stream.hello();
    report(stream, 0);
  }
  await Promise.all(streams.map((stream) => stream.until('welcome')));
  const about = { filter: 'name:host', sharePercent: 50 };
  const first = await put('canary', 'interval: 1s\n', about);
  expect(first.version, 'versions grow over what was deleted').toBeGreaterThan(lastVersion);
  await until('all of the share have it', () => received(first.version).size === first.nodes);
  expect(first.nodes).toBeGreaterThan(0);
  expect(first.nodes).toBeLessThan(10);
  const early = received(first.version);
  for (const stream of early) report(stream, first.version);
  const second = await put('canary', 'interval: 2s\n', about);
  await until('the share has the second', () => received(second.version).size === second.nodes);
  expect(received(second.version)).toEqual(early);
  for (const stream of early) report(stream, second.version);
  const whole = await put('canary', 'interval: 2s\n', { filter: 'name:host' });
  expect(whole).toMatchObject({ version: second.version, nodes: 10, sharePercent: 100 });
  await until('all have it', () => received(second.version).size === 10);
  await until('the first ones count', async () => (await client.call('listConfigs', {})).configs[0]?.applied === early.size);
  for (const stream of streams) stream.close();
});
