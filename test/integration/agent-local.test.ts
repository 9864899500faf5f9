// The agent asked on its own machine: socket, loopback port with its guard, streams, and the commands that ask; all without a gateway.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import WebSocket from 'ws';
import type { Snapshot } from '../../agent/local/snapshot.ts';
import { askSnapshot, askStatus, watchSnapshots } from '../../agent/tasks/local-client.ts';
import { freePort } from '../harness/ports.ts';
import { until } from '../harness/until.ts';

const MAIN = join(import.meta.dirname, '../../agent/main.ts');
let folder: string;
let stateDir: string;
let port: number;
let agent: ChildProcess;
let token: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'muster-local-'));
  // Longer than a socket's address may be.
  stateDir = join(folder, 'a-folder-with-a-rather-long-name'.repeat(3), 'state');
  port = await freePort();
  agent = spawn(process.execPath, [MAIN, `--state-dir=${stateDir}`, '--interval=1s', `--local-port=${port}`, '--gateway=127.0.0.1:1'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'], MUSTER_AGENT_LOG_LEVEL: 'silent' },
  });
  await once(agent.stdout as NodeJS.ReadableStream, 'data');
  token = readFileSync(join(stateDir, 'local.token'), 'utf8').trim();
});

afterAll(async () => {
  if (agent.exitCode === null) {
    agent.kill('SIGKILL');
    await once(agent, 'exit');
  }
  rmSync(folder, { recursive: true });
});

interface Answer {
  status: number;
  text: string;
}

function get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      resolve({ status: response.statusCode as number, text: Buffer.concat(chunks).toString() });
    });
    asked.on('error', reject).end();
  });
}

const withToken = (): Record<string, string> => ({ authorization: `Bearer ${token}` });

async function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [MAIN, ...args], { env: { PATH: process.env['PATH'] } });
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, stdout, stderr };
  }
}

test('the socket and the token are the owner’s alone', () => {
  for (const file of ['run/agent.sock', 'local.token']) expect(statSync(join(stateDir, file)).mode & 0o777).toBe(0o600);
});

test('the status tells of a gateway that is away, and what waits for it', async () => {
  await until('the first attempt to enrol', async () => (await askStatus(stateDir)).connection.lastError !== '');
  const status = await askStatus(stateDir);
  expect(status).toMatchObject({ pid: agent.pid, nodeId: '', gateway: '127.0.0.1:1', connection: { state: 'not enrolled' } });
  expect(status.spool.durable).toBe(true);
  expect(status.rssBytes).toBeGreaterThan(30e6);
});

test('the flat snapshot has what small agents give, and agrees with /proc', async () => {
  const snapshot = await askSnapshot(stateDir);
  const totalKb = Number(/MemTotal:\s+(\d+)/.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1]);
  expect(snapshot.memory_total).toBe(totalKb * 1024);
  const uptime = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);
  expect(Math.abs((snapshot.uptime_seconds as number) - uptime)).toBeLessThan(5);
  for (const key of ['cpu_percent', 'memory_percent', 'disk_percent'] as const) {
    expect(snapshot[key], key).toBeGreaterThanOrEqual(0);
    expect(snapshot[key], key).toBeLessThanOrEqual(100);
  }
  expect(snapshot.process_count).toBeGreaterThan(1);
  for (const key of [
    'network_rx_bytes',
    'network_tx_bytes_per_second',
    'active_connections',
    'load_avg_1',
    'load_avg_15',
    'disk_total',
  ] as const) {
    expect(typeof snapshot[key], key).toBe('number');
  }
});

test('the port answers who has the token, and no page of another origin or name', async () => {
  expect(await get('/healthz')).toEqual({ status: 200, text: 'ok\n' });
  expect((await get('/snapshot')).status).toBe(401);
  expect((await get('/snapshot', { authorization: `Bearer ${token}x` })).status).toBe(401);
  expect((await get('/snapshot', { ...withToken(), host: `attacker.example:${port}` })).status).toBe(421);
  expect((await get('/snapshot', { ...withToken(), origin: 'http://attacker.example' })).status).toBe(403);
  expect((await get('/snapshot', withToken(), 'POST')).status).toBe(405);
  expect((await get('/nothing', withToken())).text).toContain('there are /healthz, /status');
  expect(JSON.parse((await get('/spool', withToken())).text)).toMatchObject({ durable: true });
  const { text } = await get('/metrics', withToken());
  expect(text).toMatch(/^# HELP muster_agent_connected .*\n# TYPE muster_agent_connected gauge\nmuster_agent_connected 0\n/);
  for (const line of text.trim().split('\n')) expect(line).toMatch(/^(# (HELP|TYPE) muster_\w+ .+|muster_\w+ -?[\d.e+-]+)$/);
});

test('a script hands its samples over, which wait in the spool, and is told of those that are not taken', async () => {
  const file = join(stateDir, 'samples.ndjson');
  writeFileSync(file, '{"measurement":"backup","seconds":12.5,"tags":{"job":"db"}}\n{"measurement":"backup","seconds":"long"}\n');
  const sent = await run('enqueue', file, '--state-dir', stateDir);
  expect(sent).toMatchObject({
    code: 1,
    stdout: '1 sample in the spool\n',
    stderr: expect.stringContaining('sample 1: seconds is "long"'),
  });
  expect((await get('/enqueue', withToken())).status).toBe(405);
  expect((await get('/enqueue', withToken(), 'POST')).status).toBe(400);
});

test('a browser opens the stream with the token as a protocol', async () => {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/live?interval=100`, ['muster.live', `muster.token.${token}`], { origin: 'null' });
  const taken: unknown[] = [];
  socket.on('message', (data) => taken.push(JSON.parse(String(data))));
  await until('a snapshot', () => taken.length > 0);
  expect(socket.protocol).toBe('muster.live');
  socket.close();
  await once(socket, 'close');
});

test('a WebSocket streams at the rate asked for, without any uplink', async () => {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/live?interval=100`, { headers: withToken() });
  const taken: Snapshot[] = [];
  socket.on('message', (data) => taken.push(JSON.parse(String(data)) as Snapshot));
  await until('twelve snapshots', () => taken.length >= 12);
  const gaps = taken.slice(1).map(({ time }, i) => Date.parse(time) - Date.parse((taken[i] as Snapshot).time));
  const middle = gaps.sort((a, b) => a - b)[Math.floor(gaps.length / 2)] as number;
  expect(middle).toBeGreaterThan(80);
  // Far from the second at which it samples by itself.
  expect(middle).toBeLessThan(500);
  socket.close();
  await once(socket, 'close');
});

test.each([
  ['/live', {}, 401],
  ['/other', undefined, 404],
  ['/live?interval=5', undefined, 400],
  ['/live', { origin: 'http://attacker.example' }, 403],
])('a WebSocket to %s with %o is refused with %i', async (path, headers, status) => {
  const own = headers === undefined ? withToken() : Object.keys(headers).length === 0 ? {} : { ...withToken(), ...headers };
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers: own });
  const [, response] = await once(socket, 'unexpected-response');
  expect(response.statusCode).toBe(status);
  socket.on('error', () => undefined);
  socket.terminate();
});

test('there are eight streams at most, and room again when one ends', async () => {
  const sockets = Array.from({ length: 8 }, () => new WebSocket(`ws://127.0.0.1:${port}/live`, { headers: withToken() }));
  await Promise.all(sockets.map((socket) => once(socket, 'open')));
  expect(await get('/live', withToken())).toEqual({ status: 503, text: '8 streams are open already: end one of them\n' });
  for (const socket of sockets) socket.close();
  await Promise.all(sockets.map((socket) => once(socket, 'close')));
  const again = new WebSocket(`ws://127.0.0.1:${port}/live`, { headers: withToken() });
  await once(again, 'message');
  again.terminate();
});

test('a live view over the socket ends when it is told to', async () => {
  const over = new AbortController();
  let taken = 0;
  for await (const { name } of watchSnapshots(stateDir, 100, over.signal)) {
    expect(name).not.toBe('');
    if (++taken === 3) over.abort();
  }
  expect(taken).toBe(3);
});

test('check, status, top and spool answer people and programs', async () => {
  const at = `--state-dir=${stateDir}`;
  const [check, status, top, spool, nobody] = await Promise.all([
    run('check', '--json', at),
    run('status', at),
    run('top', '--json', at),
    run('spool', 'status', '--json', at),
    run('status', `--state-dir=${join(folder, 'nobody')}`),
  ]);
  const report = JSON.parse(check.stdout);
  expect(check.code).toBe(1);
  expect(report.identity.problem).toMatch(/^not enrolled/);
  expect(report.running.pid).toBe(agent.pid);
  expect(report.gateway).toMatchObject({ reachable: false });
  const cpu = report.collectors.find(({ collector }: { collector: string }) => collector === 'cpu');
  expect(cpu.rows).toBeGreaterThan(1);
  for (const { rows, reason, collector } of report.collectors)
    expect(rows > 0 || reason !== '', `${collector} gives rows or a reason`).toBe(true);
  expect(status.code).toBe(1);
  expect(status.stdout).toMatch(/gateway +127\.0\.0\.1:1, not enrolled for/);
  expect(JSON.parse(top.stdout).memory_percent).toBeGreaterThan(0);
  expect(JSON.parse(spool.stdout).durable).toBe(true);
  expect(nobody.code).toBe(69);
  expect(nobody.stderr).toMatch(/^no agent runs on state folder .*: start it .*\n$/);
});

test.each([
  [['chek'], 'chek is not a command: did you mean check?'],
  [['top', '--interval=5'], '--interval is "5": milliseconds from 100 to 60000 are needed'],
  [['spool', 'burn'], 'spool burn is not a command: there are '],
])('%s is refused with exit code 2 and one line', async (args, words) => {
  const { code, stderr } = await run(...args);
  expect(code).toBe(2);
  expect(stderr).toContain(words);
  expect(stderr.trim().split('\n')).toHaveLength(1);
});

test('what waits can be copied out once the agent has stopped, and is still there', async () => {
  const file = join(folder, 'spool.jsonl');
  const at = `--state-dir=${stateDir}`;
  const locked = await run('spool', 'export', file, at);
  expect(locked).toMatchObject({ code: 1, stderr: expect.stringContaining(`is locked by process ${agent.pid}`) });
  rmSync(file, { force: true });
  agent.kill('SIGTERM');
  await once(agent, 'exit');
  const exported = await run('spool', 'export', file, at);
  const [, rows, batches] = /^(\d+) rows? and \d+ events? of (\d+) batch(?:es)? were copied to/.exec(exported.stderr) ?? [];
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  const kept = lines.map((line) => JSON.parse(line)).filter(({ measurement }) => measurement !== undefined);
  expect(kept.length).toBe(Number(rows));
  expect(Number(batches)).toBeGreaterThan(1);
  expect(kept.some(({ measurement, fields }) => measurement === 'memory' && fields.total > 0)).toBe(true);
  expect(await run('spool', 'export', file, at)).toMatchObject({ code: 1, stderr: expect.stringContaining('EEXIST') });
  expect(await run('spool', 'drain', at)).toMatchObject({ code: 1, stderr: expect.stringContaining('there is no identity in') });
  expect(kept.filter(({ measurement }) => measurement === 'backup')).toMatchObject([{ tags: { job: 'db' }, fields: { seconds: 12.5 } }]);
  expect(await run('spool', 'status', at)).toMatchObject({ code: 0, stdout: expect.stringContaining('not running') });
  expect(JSON.parse((await run('spool', 'status', '--json', at)).stdout)).toMatchObject({ running: false, rows: Number(rows) });
  expect(await run('spool', 'clear', at)).toMatchObject({ code: 2, stderr: expect.stringContaining('say it with --yes') });
  expect(await run('spool', 'clear', '--yes', at)).toMatchObject({ code: 0, stderr: expect.stringContaining('were thrown away') });
  expect(JSON.parse((await run('spool', 'status', '--json', at)).stdout)).toMatchObject({ rows: 0, batches: 0 });
});
