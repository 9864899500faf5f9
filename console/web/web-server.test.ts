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

async function signIn(): Promise<string> {
  const answer = await fetch(server.url, { redirect: 'manual' });
  return (answer.headers.get('set-cookie') ?? '').split(';')[0] as string;
}

test('the one-time address gives a strict cookie and leads to the page; a fresh address is published', async () => {
  const first = server.url;
  const answer = await fetch(first, { redirect: 'manual' });
  expect(answer.status).toBe(303);
  expect(answer.headers.get('location')).toBe('/');
  expect(answer.headers.get('set-cookie')).toMatch(/^muster_console_\d+=[\w-]+; HttpOnly; SameSite=Strict; Path=\/$/);
  expect(published).toEqual([first, server.url]);
  expect((await fetch(first, { redirect: 'manual' })).status).toBe(403);
});

test('pages need the cookie and carry the headers of a strict policy', async () => {
  expect((await fetch(base)).status).toBe(401);
  const answer = await fetch(base, { headers: { cookie: await signIn() } });
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
  expect(answer.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  expect((await fetch(`${base}/../../etc/passwd`, { headers: { cookie: await signIn() } })).status).toBe(404);
  expect((await fetch(base, { method: 'POST' })).status).toBe(405);
});

async function openSocket(headers: Record<string, string>): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/socket`, { headers });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  return socket;
}

test('the socket refuses other origins, other hosts and whoever has no cookie', async () => {
  const cookie = await signIn();
  const own = `http://127.0.0.1:${server.port}`;
  await expect(openSocket({ origin: 'http://evil.example', cookie })).rejects.toThrow(/403/);
  await expect(openSocket({ origin: own, cookie, host: `evil.example:${server.port}` })).rejects.toThrow(/403/);
  await expect(openSocket({ origin: own })).rejects.toThrow(/403/);
  await expect(openSocket({ cookie })).rejects.toThrow(/403/);
  (await openSocket({ origin: own, cookie })).terminate();
});

test('the socket carries the contract, and is closed on a message that is none', async () => {
  const socket = await openSocket({ origin: base, cookie: await signIn() });
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
  // Who comes by another name, or without a session, learns nothing of what was wrong.
  expect(await ask({ host: 'evil.example' })).toBe(403);
  expect(await ask({})).toBe(401);
  expect(await ask({ cookie: await signIn() })).toBe(400);
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
