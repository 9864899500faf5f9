import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MusterError } from '../../core/common/muster-error.ts';
import { json } from './http-answer.ts';
import { HttpDoor } from './http-door.ts';

const MAX_BODY = 1024 * 1024;

let door: HttpDoor;
let port: Server;
let failures: string[];

beforeEach(async () => {
  failures = [];
  door = new HttpDoor({
    routes: [
      { method: 'GET', path: '/healthz', answer: () => json(200, { status: 'ok' }) },
      { method: 'GET', path: '/secret', scope: 'read', answer: () => json(200, {}) },
      { method: 'GET', path: '/broken', answer: () => ({ status: 200, headers: { bad: 'a\r\nb' }, body: '' }) },
      { method: 'POST', path: '/echo', answer: async (request) => json(200, await request.json(MAX_BODY)) },
    ],
    admit: () => Promise.reject(new MusterError('unauthenticated', 'no token')),
    events: {
      requestAnswered: () => undefined,
      requestFailed: ({ route, code, message }) => failures.push(`${route}: ${code}: ${message}`),
    },
  });
  port = createServer((socket) => door.take(socket as TLSSocket));
  await new Promise<void>((resolve) => port.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  await door.stop();
  await new Promise((resolve) => port.close(resolve));
});

/** All that is answered to these bytes until the connection ends. */
function ask(bytes: string | Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect((port.address() as AddressInfo).port, '127.0.0.1', () => socket.write(bytes));
    socket.on('data', (data) => {
      answer += data.toString('latin1');
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(answer));
  });
}

const get = (target: string): Promise<string> => ask(`GET ${target} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`);

test.each(['//', '///', '//[', '//host/healthz', 'http://[', '*'])(
  'the target %s is malformed, and the next request is answered',
  async (target) => {
    const answer = await get(target);
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
    expect(answer).toContain('{"error":{"code":"malformed","message":"the target of the request is not a path');
    expect(await get('/healthz')).toMatch(/^HTTP\/1.1 200 /);
    expect(await get('http://gateway:7443/healthz?a=%')).toMatch(/^HTTP\/1.1 200 /);
  },
);

test('an answer that cannot be written costs its request', async () => {
  expect(await get('/broken')).toMatch(/^HTTP\/1.1 500 /);
  expect(failures[0]).toMatch(/^GET \/broken: internal: /);
  expect(await get('/secret')).toMatch(/^HTTP\/1.1 401 /);
});
