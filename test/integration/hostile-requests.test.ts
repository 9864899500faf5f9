// What strangers send to a port: every HTTP server answers it with a status of its own or closes the connection, and serves the next one.
// A rejection or exception that nobody handles fails the run.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { exchange } from '../harness/raw-http.ts';
import { type Edge, startEdge } from './edge/edge.ts';
import { type HttpServers, startHttpServers } from './edge/http-servers.ts';
import { RequestMaker } from './edge/request-maker.ts';

let edge: Edge;
let servers: HttpServers;

beforeAll(async () => {
  edge = await startEdge();
  servers = await startHttpServers(edge);
});
afterAll(async () => {
  await servers?.stop();
  await edge?.stop();
});

const TARGETS = [
  ...['//', '///', '//[', '//host', '//host/healthz', '/\\', '/\\\\host', 'http://', 'http://[', 'http://[::1', 'http://a:b/', 'http:///'],
  ...[
    'http://a@b/',
    'https://',
    '*',
    '',
    ' ',
    '?',
    '#',
    'a',
    ':',
    'host:443',
    '/%',
    '/%%',
    '/%2',
    '/%zz',
    '/%00',
    '/%c3%28',
    '/..',
    '/../..',
  ],
  ...[
    '/%2e%2e/etc/passwd',
    '/?',
    '/?%',
    '/?a=%ff',
    '/?token=%',
    '/?token',
    '/live?interval=%',
    '/exports/',
    '/exports/%',
    '/assets/..%2f..',
  ],
  ...[
    '/__proto__',
    '/constructor',
    '/api/import/__proto__',
    '/api/import/%',
    '/api/metrics?measurement=%00',
    '/socket',
    '/\xff\xfe',
    '/\xc3',
  ],
  ...['/\t', '/\x01', '/\x7f', `/${'a'.repeat(7000)}`, `/${'a'.repeat(20_000)}`, `/?${'a&'.repeat(3000)}`, `/${'/'.repeat(5000)}`],
];
const METHODS = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'CONNECT',
  'PATCH',
  'M-SEARCH',
  'QUERY',
  'get',
  'NOPE',
  'PRI',
  '',
];

function heads(host: string): string[] {
  const get = (target: string, more = ''): string => `GET ${target} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n${more}\r\n`;
  const upgrade = 'connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n';
  return [
    ...TARGETS.map((target) => get(target)),
    ...TARGETS.map((target) => `GET ${target} HTTP/1.1\r\nhost: ${host}\r\n${upgrade}sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`),
    ...METHODS.flatMap((method) => ['/', '/healthz', '//'].map((target) => get(target).replace('GET', method))),
    ...['HTTP/1.0', 'HTTP/0.9', 'HTTP/2.0', 'HTTP/9', 'HTTX/1.1', ''].map((version) => get('/').replace('HTTP/1.1', version)),
    ...['expect: 100-continue\r\n', 'expect: nonsense\r\n', 'upgrade: h2c\r\n', 'transfer-encoding: nonsense\r\n', 'te: \0\r\n'].map(
      (more) => get('/', more),
    ),
    ...['content-length: -1\r\n', 'content-length: x\r\n', 'content-length: 99999999999999999999\r\n', ': x\r\n', 'x\r\n', ' x: y\r\n'].map(
      (more) => get('/', more),
    ),
    get('/', 'content-length: 5\r\ntransfer-encoding: chunked\r\n'),
    get('/').replace(/host.*?\r\n/, ''),
    get('/').replaceAll('\r\n', '\n'),
    get('/', `x: ${'y'.repeat(30_000)}\r\n`),
    get('/', 'x: y\r\n'.repeat(3000)),
    `POST / HTTP/1.1\r\nhost: ${host}\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n`,
    `POST / HTTP/1.1\r\nhost: ${host}\r\ntransfer-encoding: chunked\r\n\r\n1;${'x'.repeat(30_000)}\r\na\r\n0\r\n\r\n`,
    `POST / HTTP/1.1\r\nhost: ${host}\r\ncontent-length: 3\r\n\r\nabcGET // HTTP/1.1\r\n\r\n`,
    `GET / HTTP/1.1\r\nhost: ${host}\r\n${upgrade}sec-websocket-key: short\r\n\r\n`,
    '\r\n\r\n\r\n',
    '\0'.repeat(100),
    `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${'\xff'.repeat(200)}`,
  ];
}

it.each(['the gateway', 'the web console', 'the metrics endpoint', "the agent's loopback port", "the agent's socket"])(
  '%s answers every nasty line, and lives',
  async (name) => {
    const server = servers.all.find((each) => each.name === name);
    if (server === undefined) throw new Error(`there is no server ${name}`);
    const lines = heads(server.host);
    const odd: string[] = [];
    await Promise.all(
      Array.from({ length: 8 }, async (_, worker) => {
        for (let i = worker; i < lines.length; i += 8) {
          const line = lines[i] as string;
          // What upgrades or keeps its connection is closed from here.
          const { statuses } = await exchange(server.open, line, 1, 1000);
          const [status] = statuses;
          if (status !== undefined && (status < 200 || status >= 500) && ![100, 101, 501, 503, 505].includes(status))
            odd.push(`${status}: ${JSON.stringify(line.slice(0, 100))}`);
        }
      }),
    );
    expect(odd).toEqual([]);
    await server.alive();
  },
  60_000,
);

/** Another one makes other requests; the same makes the same. */
const SEED = 20_261_201;
const AT_ONCE = 12;
const IN_A_ROW = 40;

it(`100,000 requests made of seed ${SEED} end no process and leave it answering`, async () => {
  const push = await edge.createToken({ kind: 'access', scopes: ['push'] });
  const startedMs = performance.now();
  let answers = 0;
  const run = async (server: HttpServers['gateway'], requests: number, broken: number, seed: number): Promise<void> => {
    const maker = new RequestMaker(seed, server.host, push);
    let left = requests;
    let leftBroken = broken;
    // Most keep to the form of HTTP, many over one connection; what one that closes it leaves unanswered is sent over the next.
    const work = async (): Promise<void> => {
      let waiting: Buffer[] = [];
      while (left > 0 || waiting.length > 0) {
        while (left > 0 && waiting.length < IN_A_ROW) {
          left -= 1;
          waiting.push(maker.request());
        }
        const { statuses } = await exchange(server.open, Buffer.concat(waiting), waiting.length);
        answers += statuses.length;
        waiting = waiting.slice(Math.max(1, statuses.length));
      }
      for (; leftBroken > 0; leftBroken -= 1) answers += Math.min(1, (await exchange(server.open, maker.broken(), 1, 300)).statuses.length);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    await server.alive();
  };
  await run(servers.gateway, 48_000, 2000, SEED);
  await run(servers.console, 45_000, 5000, SEED + 1);
  expect(answers).toBeGreaterThan(90_000);
  console.info(`100,000 requests, ${answers} answers, ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
  for (const server of servers.all) await server.alive();
});
