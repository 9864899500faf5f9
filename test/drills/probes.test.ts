// Probes against real sockets of this machine: what answers, refuses, is silent, slow or badly certified, and what the rows then say.
// Then two real agents that probe each other.
import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { Attempts } from '../../agent/probes/attempts.ts';
import { NameCache } from '../../agent/probes/name-cache.ts';
import { toProbeFrame } from '../../agent/probes/probe-frame.ts';
import { ProbeRunner } from '../../agent/probes/probe-runner.ts';
import type { ProbeSpec } from '../../agent/probes/probe-spec.ts';
import { createProber } from '../../agent/probes/probers.ts';
import { type Child, startChild } from '../../cli/process/child.ts';
import type { FrameColumns } from '../../core/common/frame.ts';
import { type Authority, createAuthority, issueServerCertificate } from '../../core/node/tls-authority.ts';
import { decodeBatch, decodeSeries } from '../../proto/batch-codec.ts';
import { freePorts } from '../harness/ports.ts';
import { builtProgram } from '../harness/program.ts';
import { temporaryFolder } from '../harness/server.ts';
import { until } from '../harness/until.ts';
import { startEdge } from '../integration/edge/edge.ts';

const cleanups: (() => unknown)[] = [];
afterAll(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
});

const folder = temporaryFolder('probes');
cleanups.push(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

/** Listens on a free port of loopback until the end of the test. */
async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket.on('error', () => undefined));
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

async function certified(authority: Authority, names: string[], days: number): Promise<number> {
  const { certificatePem, keyPem } = await issueServerCertificate(authority, names, days);
  return listen(createHttps({ cert: certificatePem, key: keyPem }, (_request, response) => response.end('ok')));
}

/** A port whose listener is stopped and whose queue is full: what knocks there hears nothing. */
async function blackHole(): Promise<number> {
  const script = `const s=require('net').createServer().listen({port:0,host:'127.0.0.1',backlog:1},()=>console.log(s.address().port))`;
  const child: ChildProcess = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  cleanups.push(() => child.kill('SIGKILL'));
  const port = await new Promise<number>((resolve) => child.stdout?.once('data', (text: Buffer) => resolve(Number(text))));
  child.kill('SIGSTOP');
  const fillers = Array.from({ length: 8 }, () => connect({ port, host: '127.0.0.1' }).on('error', () => undefined));
  cleanups.push(() => fillers.map((socket) => socket.destroy()));
  await until('the queue is full', () => fillers.filter(({ readyState }) => readyState === 'open').length >= 2, 5000);
  return port;
}

/** Answers for `known.test` with an address, is silent for `silent.test`, and says of the rest that there is no such name. */
async function nameServer(): Promise<number> {
  const socket = createSocket('udp4');
  socket.on('message', (question, { address, port }) => {
    const text = question.toString('latin1');
    if (text.includes('silent')) return;
    const known = text.includes('known');
    // Header, the question as it came (without what follows it), and one A record that points back at the name.
    const end = question.indexOf(0, 12) + 5;
    const head = Buffer.from(question.subarray(0, 12));
    head.writeUInt16BE(known ? 0x8180 : 0x8183, 2);
    for (const [at, count] of [1, known ? 1 : 0, 0, 0].entries()) head.writeUInt16BE(count, 4 + at * 2);
    const answer = Buffer.from([0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 7]);
    socket.send(Buffer.concat([head, question.subarray(12, end), ...(known ? [answer] : [])]), port, address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  cleanups.push(() => socket.close());
  return socket.address().port;
}

type Row = Record<string, string | number>;

function rowsOf(
  frame: Pick<FrameColumns, 'tags' | 'series' | 'seriesIndex' | 'timeUs' | 'fields' | 'values' | 'textFields' | 'texts'>,
): Row[] {
  const { tags, series, seriesIndex, timeUs, fields, values, textFields, texts } = frame;
  return Array.from(timeUs, (_, row) => ({
    ...Object.fromEntries(tags.map((tag, i) => [tag, series[seriesIndex[row] as number]?.[i] ?? ''])),
    ...Object.fromEntries(fields.map((field, i) => [field, values[i * timeUs.length + row] ?? Number.NaN])),
    ...Object.fromEntries(textFields.map((field, i) => [field, texts[row * textFields.length + i] ?? ''])),
  }));
}

const NONE = Number.NaN;
const UP = { packet_loss: 0, uptime_pct: 100, error: '' };
const LOST = { packet_loss: 100, uptime_pct: 0, latency_ms: NONE, error: 'timed_out' };
const DOWN = { packet_loss: 0, uptime_pct: 0, latency_ms: NONE };

it('says of each kind of target what it is', async () => {
  const authority = await createAuthority();
  const caFile = write('ca.pem', authority.certificatePem);
  const accepts = await listen(createServer());
  const [refuses = 0] = await freePorts(1);
  const hole = await blackHole();
  const dns = await nameServer();
  let redirected = 0;
  const http = await listen(
    createHttp((request, response) => {
      if (request.url === '/slow') setTimeout(() => response.end('late'), 200);
      else if (request.url === '/500') response.writeHead(500).end();
      else if (request.url === '/moved') response.writeHead(302, { location: '/target' }).end();
      else if (request.url === '/target') redirected++;
      else if (request.url === '/stuck') response.writeHead(200).write('part');
      else if (request.url === '/endless') response.write(Buffer.alloc(3_000_000));
      else response.end(request.headers.host);
    }),
  );
  const garbage = await listen(createServer((socket) => socket.end('not http\r\n\r\n')));
  const good = await certified(authority, ['127.0.0.1'], 30);
  const expired = await certified(authority, ['127.0.0.1'], -2);
  const foreign = await certified(authority, ['elsewhere.test'], 30);

  const base = `http://127.0.0.1:${http}`;
  const probes: [Pick<ProbeSpec, 'name' | 'kind' | 'target'> & Partial<ProbeSpec>, Row][] = [
    [
      { name: 'accepts', kind: 'tcp', target: `127.0.0.1:${accepts}`, targetCountry: 'ng' },
      { ...UP, method: 'tcp', target_country: 'ng' },
    ],
    [{ name: 'name', kind: 'tcp', target: `localhost:${accepts}` }, UP],
    [
      { name: 'refuses', kind: 'tcp', target: `127.0.0.1:${refuses}` },
      { ...DOWN, error: 'refused' },
    ],
    [{ name: 'hole', kind: 'tcp', target: `127.0.0.1:${hole}` }, LOST],
    [
      { name: 'unknown', kind: 'tcp', target: 'no-such-name.invalid:80' },
      { packet_loss: 100, uptime_pct: 0, latency_ms: NONE },
    ],
    [
      { name: 'echo', kind: 'icmp', target: '127.0.0.1', port: refuses },
      { ...UP, kind: 'icmp', method: 'tcp' },
    ],
    [
      { name: 'echo hole', kind: 'icmp', target: '127.0.0.1', port: hole },
      { ...LOST, method: 'tcp' },
    ],
    [
      { name: 'ok', kind: 'http', target: `${base}/` },
      { ...UP, status: 200, tls_days_left: NONE },
    ],
    [
      { name: 'slow', kind: 'http', target: `${base}/slow` },
      { ...UP, status: 200 },
    ],
    [
      { name: '500', kind: 'http', target: `${base}/500` },
      { packet_loss: 0, uptime_pct: 0, status: 500, error: 'bad_status' },
    ],
    [
      { name: 'moved', kind: 'http', target: `${base}/moved` },
      { ...UP, status: 302 },
    ],
    [
      { name: 'only 200', kind: 'http', target: `${base}/moved`, expectStatus: [200] },
      { uptime_pct: 0, status: 302, error: 'bad_status' },
    ],
    [
      { name: 'stuck', kind: 'http', target: `${base}/stuck` },
      { packet_loss: 0, uptime_pct: 0, status: 200, error: 'timed_out' },
    ],
    [
      { name: 'endless', kind: 'http', target: `${base}/endless` },
      { ...UP, status: 200 },
    ],
    [{ name: 'silent', kind: 'http', target: `http://127.0.0.1:${accepts}/` }, LOST],
    [
      { name: 'garbage', kind: 'http', target: `http://127.0.0.1:${garbage}/` },
      { ...DOWN, error: 'protocol_error' },
    ],
    [
      { name: 'good', kind: 'http', target: `https://127.0.0.1:${good}/`, caFile },
      { ...UP, status: 200 },
    ],
    [
      { name: 'expired', kind: 'http', target: `https://127.0.0.1:${expired}/`, caFile },
      { ...DOWN, error: 'certificate_expired' },
    ],
    [
      { name: 'foreign', kind: 'http', target: `https://127.0.0.1:${foreign}/`, caFile },
      { ...DOWN, error: 'certificate_invalid' },
    ],
    [
      { name: 'untrusted', kind: 'http', target: `https://127.0.0.1:${good}/` },
      { ...DOWN, error: 'certificate_invalid' },
    ],
    [{ name: 'no ca', kind: 'http', target: `https://127.0.0.1:${good}/`, caFile: join(folder, 'none') }, { error: 'ca_file_unreadable' }],
    [{ name: 'found', kind: 'dns', target: 'known.test', server: `127.0.0.1:${dns}` }, UP],
    [
      { name: 'absent', kind: 'dns', target: 'absent.test', server: `127.0.0.1:${dns}` },
      { ...DOWN, error: 'name_not_found' },
    ],
    [{ name: 'mute', kind: 'dns', target: 'silent.test', server: `127.0.0.1:${dns}` }, LOST],
    [
      { name: 'nobody', kind: 'dns', target: 'known.test', server: `127.0.0.1:${refuses}` },
      { packet_loss: 100, error: 'refused' },
    ],
  ];

  const unusable: string[] = [];
  const runner = new ProbeRunner({
    pingCommand: join(folder, 'no-ping'),
    reports: { pingUnusable: (reason) => unusable.push(reason), rowsLeftOut: (rows) => expect(rows).toBe(0) },
  });
  cleanups.push(() => runner.stop());
  runner.apply(
    probes.map(([probe]) => ({ interval: 1000, timeout: 700, window: 4000, ...probe })),
    { country: 'gh', region: 'accra' },
  );
  const rows = new Map<string, Row>();
  await until(
    'a window of each probe',
    () => {
      const frame = runner.take();
      if (frame !== undefined) for (const row of rowsOf(frame)) rows.set(String(row['probe']), row);
      return rows.size === probes.length;
    },
    20_000,
  );
  for (const [{ name }, expected] of probes) {
    expect(rows.get(name), name).toMatchObject({ country: 'gh', region: 'accra', ...expected });
    expect(rows.get(name)?.['samples'], name).toBeGreaterThanOrEqual(2);
  }
  expect(unusable).toEqual([expect.stringContaining('ENOENT')]);
  expect(redirected, 'a redirect is not followed').toBe(0);

  const value = (name: string, field: string): number => Number(rows.get(name)?.[field]);
  expect(value('accepts', 'latency_ms')).toBeLessThan(100);
  expect(value('accepts', 'latency_min_ms')).toBeLessThanOrEqual(value('accepts', 'latency_max_ms'));
  expect(value('slow', 'ttfb_ms')).toBeGreaterThanOrEqual(195);
  expect(value('slow', 'latency_ms')).toBeGreaterThanOrEqual(value('slow', 'ttfb_ms'));
  expect(value('good', 'tls_days_left')).toBeCloseTo(30, 1);
  expect(value('good', 'tls_ms')).toBeGreaterThan(0);
  expect(value('expired', 'tls_days_left')).toBeCloseTo(-2, 1);
  expect(value('untrusted', 'tls_days_left')).toBeCloseTo(30, 1);
  runner.stop();
  const last = runner.take() ?? toProbeFrame([]);
  expect(last === undefined || last.measurement === 'probe').toBe(true);
});

it('two agents of a mesh are told of each other and probe each other; a third without the label is left alone', async () => {
  const edge = await startEdge();
  cleanups.push(() => edge.stop());
  const port = await listen(createServer());
  const joinToken = write('join.token', await edge.createToken({ uses: 3 }));
  const mesh = { label: 'role=probe', kind: 'tcp', port, interval: '1s', timeout: '500ms', window: '10s' };
  const start = async (name: string, labels: Record<string, string>): Promise<void> => {
    const settings = {
      ...{ 'state-dir': join(folder, name), gateway: `127.0.0.1:${edge.port}`, 'ca-file': edge.caFile, 'join-token-file': joinToken },
      ...{ name, labels: JSON.stringify({ mesh_address: '127.0.0.1', ...labels }), mesh: JSON.stringify(mesh), interval: '1s' },
    };
    const part = {
      ...{ name, command: process.execPath, folders: [join(folder, name)], files: [] },
      args: [builtProgram('agent'), ...Object.entries(settings).map(([key, value]) => `--${key}=${value}`)],
      readiness: { kind: 'line' as const },
    };
    const child: Child = startChild(part, join(folder, `${name}.log`));
    cleanups.push(() => child.stop());
    await child.ready(30_000);
  };
  await Promise.all([
    start('accra', { role: 'probe', country: 'gh', region: 'accra' }),
    start('lagos', { role: 'probe', country: 'ng', region: 'lagos' }),
    start('other', { role: 'db' }),
  ]);

  const rows = await until(
    'rows of both directions',
    async () => {
      const all = (await edge.deliveries()).flatMap(({ nodeId, batch }) =>
        decodeBatch(Buffer.from(batch))
          .frames.filter(({ measurement }) => measurement === 'probe')
          .flatMap((frame) =>
            rowsOf({ ...frame, series: frame.seriesBytes.map((bytes) => decodeSeries(bytes, frame.tags.length)) }).map(
              (row): Row => ({ ...row, node: nodeId }),
            ),
          ),
      );
      return new Set(all.map(({ node }) => node)).size === 2 && all;
    },
    40_000,
  );
  const ways = new Map(rows.map((row) => [`${row['country']} to ${row['target_country']}`, row]));
  expect([...ways.keys()].sort()).toEqual(['gh to ng', 'ng to gh']);
  const [there, back] = [ways.get('gh to ng'), ways.get('ng to gh')];
  expect(there).toMatchObject({ ...UP, probe: 'mesh', kind: 'tcp', region: 'accra', target_region: 'lagos', target: `127.0.0.1:${port}` });
  expect(there?.['target_node']).toBe(back?.['node']);
  expect(back?.['target_node']).toBe(there?.['node']);
});

it('an address that is silent holds up no other of its name', async () => {
  const port = await blackHole();
  const server = createServer((socket) => void socket.on('error', () => undefined));
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.2', resolve));
  cleanups.push(() => server.close());
  const names = new NameCache(
    () => 0,
    async () => ['127.0.0.1', '127.0.0.2'],
  );
  const times = { interval: 10_000, timeout: 5000, window: 60_000 };
  const begin = await createProber({ ...times, name: 'two', kind: 'tcp', target: `two.test:${port}` }, names);
  expect(await new Attempts().run(times.timeout, begin)).toMatchObject({ up: true, error: '' });
});
