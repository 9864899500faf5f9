// The agent's program as an operator meets it: enrolment, resuming, a second start, refused configurations, a bad state folder.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { decodeBatch, toFrameColumns } from '../proto/batch-codec.ts';
import { COLLECTOR_NAMES } from './collectors/catalog.ts';
import { JOIN_TOKEN, type StagedGateway, startStagedGateway } from './uplink/staged-gateway.fixture.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
let folder: string;
let gateway: StagedGateway;
const children: ChildProcess[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'muster-agent-'));
  gateway = await startStagedGateway();
  writeFileSync(join(folder, 'ca.pem'), gateway.caPem);
  writeFileSync(join(folder, 'join.token'), `${JOIN_TOKEN}\n`);
});

afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
});

afterAll(async () => {
  await gateway.stop();
  rmSync(folder, { recursive: true });
});

function start(...args: string[]): ChildProcess & { output(): string } {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env['PATH'] } });
  children.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (output += chunk));
  return Object.assign(child, { output: () => output });
}

function startAgent(stateDir: string, ...more: string[]): ReturnType<typeof start> {
  const settings = { 'state-dir': stateDir, gateway: gateway.address, 'ca-file': join(folder, 'ca.pem'), interval: '100ms' };
  const args = Object.entries(settings).map(([name, value]) => `--${name}=${value}`);
  return start(...args, `--join-token-file=${join(folder, 'join.token')}`, '--flush-interval=100ms', ...more);
}

async function end(child: ReturnType<typeof start>): Promise<number> {
  const [code] = child.exitCode === null ? await once(child, 'exit') : [child.exitCode];
  return code as number;
}

const until = (holds: () => boolean): Promise<void> => vi.waitFor(() => expect(holds()).toBe(true), { timeout: 20_000, interval: 20 });
const batchesOf = (nodeId: string | undefined): Buffer[] => [...(gateway.stored.get(nodeId ?? '')?.values() ?? [])];

test('it enrols, streams, keeps a second agent off its folder, and goes on after a kill as the same node in the same epoch', {
  timeout: 60_000,
}, async () => {
  const stateDir = join(folder, 'state');
  const first = startAgent(stateDir);
  await until(() => batchesOf(gateway.enrolled[0]).length >= 3);
  const nodeId = gateway.enrolled[0];
  const measurements = batchesOf(nodeId).flatMap((bytes) => decodeBatch(bytes).frames.map((frame) => toFrameColumns(frame).measurement));
  for (const name of ['cpu', 'memory', 'load', 'uptime', 'processes', 'agent']) expect(measurements).toContain(name);
  for (const name of measurements) expect(COLLECTOR_NAMES).toContain(name);
  expect(statSync(join(stateDir, 'identity', 'key.pem')).mode & 0o777).toBe(0o600);

  const second = startAgent(stateDir);
  expect(await end(second)).toBe(2);
  expect(second.output()).toMatch(/^state folder .* is locked by process \d+: stop it, or choose another folder with --state-dir\n$/);

  const key = readFileSync(join(stateDir, 'identity', 'key.pem'), 'utf8');
  const streams = gateway.streams.length;
  first.kill('SIGKILL');
  await once(first, 'exit');
  const again = startAgent(stateDir);
  await until(() => gateway.streams.length > streams);
  const before = gateway.streams[0]!.hello;
  const after = gateway.streams.at(-1)!;
  expect(after.nodeId).toBe(nodeId);
  expect(Buffer.from(after.hello.epoch).equals(Buffer.from(before.epoch))).toBe(true);
  expect(after.hello.nextSeq).toBeGreaterThan(3);
  expect(readFileSync(join(stateDir, 'identity', 'key.pem'), 'utf8')).toBe(key);
  expect(gateway.enrolled).toHaveLength(1);
  again.kill('SIGTERM');
  expect(await end(again)).toBe(0);
});

test.each([
  [['--interval=5 m'], '--interval: interval is "5 m": a number with its unit from 100ms to 1h is needed'],
  [['--intervl=5m'], '--intervl is not an option: did you mean --interval?'],
  [['--config=/'], 'configuration file / is a folder, not a file'],
])('%s ends with exit code 2 and one line', { timeout: 30_000 }, async (args, words) => {
  const child = start(...args);
  expect(await end(child)).toBe(2);
  expect(child.output()).toContain(words);
  expect(child.output().trim().split('\n')).toHaveLength(1);
});

test('without a state folder it collects on and says that nothing is durable', { timeout: 30_000 }, async () => {
  const child = startAgent('/proc/no/such/place', '--log-level=info');
  await until(() => child.output().includes('"ready":true') && child.output().includes('enrolment_failed'));
  expect(child.output()).toContain('batches are kept in memory');
  expect(child.exitCode).toBeNull();
});
