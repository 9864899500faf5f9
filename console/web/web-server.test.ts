import { request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { decodeBinaryMessage } from '../common/binary-message.ts';
import type { ConsoleApi } from '../common/console-api.ts';
import { Access } from './access.ts';
import { createWebEvents } from './events.ts';
import { PageSockets } from './page-sockets.ts';
import { WebDownloads } from './web-downloads.ts';
import { WebServer } from './web-server.ts';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined } as never;
const api = {
  request: async (_: string, args: unknown) => args,
  subscribe: () => () => undefined,
} as unknown as ConsoleApi;

let server: WebServer;
let published: string[];
let base: string;

beforeEach(async () => {
  published = [];
  const events = createWebEvents(quiet);
  const assets = new Map([['/', { type: 'text/html', body: Buffer.from('<p>console</p>') }]]);
  server = new WebServer({
    port: 0,
    access: new Access(),
    assets,
    sockets: new PageSockets(api, events),
    downloads: new WebDownloads(),
    events,
    publishAddress: (url) => published.push(url),
  });
  await server.start();
  base = `http://127.0.0.1:${server.port}`;
});
afterEach(() => server.stop());

async function signIn(): Promise<{ cookie: string; path: string }> {
  const answer = await fetch(server.url, { redirect: 'manual' });
  return { cookie: (answer.headers.get('set-cookie') ?? '').split(';')[0] as string, path: answer.headers.get('location') ?? '' };
}

test('the one-time address gives a strict cookie and leads to the page; a fresh address is published', async () => {
  const first = server.url;
  const answer = await fetch(first, { redirect: 'manual' });
  expect(answer.status).toBe(303);
  const path = answer.headers.get('location');
  expect(path).toMatch(/^\/s\/[\w-]{32}\/$/);
  // Below a path of its own: no other server of this machine is sent it.
  expect(answer.headers.get('set-cookie')).toMatch(/^muster_console_\d+=[\w-]+; HttpOnly; SameSite=Strict; Path=\/s\/[\w-]+\/$/);
  expect(answer.headers.get('set-cookie')).toContain(`Path=${path}`);
  expect(published).toEqual([first, server.url]);
  expect((await fetch(first, { redirect: 'manual' })).status).toBe(403);
});

test('who only looks at the address, as a preview does, does not spend it', async () => {
  const first = server.url;
  expect((await fetch(first, { method: 'HEAD', redirect: 'manual' })).status).toBe(200);
  expect(server.url).toBe(first);
  expect((await fetch(first, { redirect: 'manual' })).status).toBe(303);
});

test('pages need the cookie and carry the headers of a strict policy', async () => {
  expect((await fetch(base)).status).toBe(401);
  const { cookie, path } = await signIn();
  const answer = await fetch(base + path, { headers: { cookie } });
  expect((await fetch(base + path)).status).toBe(401);
  expect((await fetch(base, { headers: { cookie } })).status).toBe(401);
  expect((await fetch(`${base + path}session`, { headers: { cookie } })).status).toBe(204);
  const ended = await fetch(`${base}/s/${'x'.repeat(32)}/session`, { headers: { cookie } });
  expect([ended.status, await ended.text()]).toEqual([401, expect.stringContaining('session has ended')]);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
  expect(answer.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  expect((await fetch(`${base + path}../../etc/passwd`, { headers: { cookie } })).status).toBe(401);
  expect((await fetch(`${base + path}etc/passwd`, { headers: { cookie } })).status).toBe(404);
  expect((await fetch(base, { method: 'POST' })).status).toBe(405);
});

async function openSocket(path: string, headers: Record<string, string>): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}socket`, { headers });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  return socket;
}

test('the socket refuses other origins, other hosts and whoever has no cookie', async () => {
  const { cookie, path } = await signIn();
  const own = `http://127.0.0.1:${server.port}`;
  await expect(openSocket(path, { origin: 'http://evil.example', cookie })).rejects.toThrow(/403/);
  await expect(openSocket(path, { origin: own, cookie, host: `evil.example:${server.port}` })).rejects.toThrow(/403/);
  await expect(openSocket(path, { origin: own })).rejects.toThrow(/403/);
  await expect(openSocket(path, { cookie })).rejects.toThrow(/403/);
  await expect(openSocket('/', { origin: own, cookie })).rejects.toThrow(/403/);
  await expect(openSocket((await signIn()).path, { origin: own, cookie })).rejects.toThrow(/403/);
  (await openSocket(path, { origin: own, cookie })).terminate();
});

test('the socket carries the contract, and is closed on a message that is none', async () => {
  const { cookie, path } = await signIn();
  const socket = await openSocket(path, { origin: base, cookie });
  const answer = new Promise<Buffer>((resolve) => socket.once('message', resolve));
  socket.send(JSON.stringify({ kind: 'request', id: 4, name: 'getNode', arguments: { node: 'a', more: 1 } }));
  expect(decodeBinaryMessage(new Uint8Array(await answer).buffer)).toEqual({ kind: 'result', id: 4, value: { node: 'a' } });
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  socket.send('not json');
  expect(await closed).toBe(1008);
});

test.each(['//', '///', '//[', 'http://[', '*', 'http://'])('the target %s is answered, and the console goes on', async (target) => {
  const ask = (headers: Record<string, string>): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const asked = request({ host: '127.0.0.1', port: server.port, path: target, headers, agent: false }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      asked.on('error', reject).end();
    });
  // Who comes by another name learns nothing of what was wrong.
  expect(await ask({ host: 'evil.example' })).toBe(403);
  expect(await ask({})).toBe(400);
});

test('a page of another origin that resets its socket at once ends nothing', async () => {
  const bytes = `GET /socket HTTP/1.1\r\nhost: a\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n${'x'.repeat(100_000)}`;
  for (let i = 0; i < 20; i++) {
    await new Promise<void>((resolve) => {
      const socket = connect(server.port, '127.0.0.1', () => {
        socket.write(bytes);
        setImmediate(() => socket.resetAndDestroy());
      });
      socket.on('error', () => undefined).on('close', () => resolve());
    });
  }
  expect((await fetch(base)).status).toBe(401);
});
