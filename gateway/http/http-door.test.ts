import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { MusterError } from '../../core/common/muster-error.ts';
import { json } from './http-answer.ts';
import { HttpDoor } from './http-door.ts';

const MAX_BODY = 1024 * 1024;

let door: HttpDoor;
let port: Server;
let failures: string[];
let aborted: number;

beforeEach(async () => {
  failures = [];
  aborted = 0;
  door = new HttpDoor({
    routes: [
      { method: 'GET', path: '/healthz', answer: () => json(200, { status: 'ok' }) },
      { method: 'GET', path: '/secret', scope: 'read', answer: () => json(200, {}) },
      { method: 'GET', path: '/broken', answer: () => ({ status: 200, headers: { bad: 'a\r\nb' }, body: '' }) },
      { method: 'GET', path: '/late', timeoutMs: 300, answer: ({ signal }) => until(signal) },
      { method: 'POST', path: '/late', timeoutMs: 300, answer: async (request) => json(200, await request.json(MAX_BODY)) },
      { method: 'GET', path: '/begun', timeoutMs: 300, answer: ({ signal }) => ({ status: 200, body: begun(signal) }) },
      { method: 'POST', path: '/echo', answer: async (request) => json(200, await request.json(MAX_BODY)) },
    ],
    admit: () => Promise.reject(new MusterError('unauthenticated', 'no token')),
    events: {
      requestAnswered: () => undefined,
      requestFailed: ({ route, code, message }) => failures.push(`${route}: ${code}: ${message}`),
    },
  });
  port = createServer((socket) => door.take(socket as TLSSocket, () => undefined));
  await new Promise<void>((resolve) => port.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  await door.stop();
  await new Promise((resolve) => port.close(resolve));
});

/** Fails when its request is over, and no sooner. */
function until(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) =>
    signal.addEventListener('abort', () => {
      aborted++;
      reject(new MusterError('cancelled', 'over'));
    }),
  );
}

async function* begun(signal: AbortSignal): AsyncGenerator<string> {
  yield 'begun';
  await until(signal).catch(() => undefined);
}

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

const post = (body: string | Buffer, headers = ''): Promise<string> =>
  ask(
    Buffer.concat([
      Buffer.from(`POST /echo HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: ${Buffer.byteLength(body)}\r\n${headers}\r\n`),
      Buffer.from(body),
    ]),
  );

test.each([
  ['50,000 brackets', `{"metadata":${'['.repeat(50_000)}${']'.repeat(50_000)}}`, '', 400, 'malformed', 'more than 100 deep'],
  ['half an object', '{"a":', '', 400, 'malformed', 'the body is not JSON'],
  ['Latin-1', Buffer.from('{"a":"Z\xfcrich"}', 'latin1'), '', 400, 'malformed', 'the body is not UTF-8'],
  ['a body that says it is gzip', 'x', 'content-encoding: gzip\r\n', 415, 'invalid_argument', 'send the body uncompressed'],
])('%s is refused with its reason', async (_, body, headers, status, code, words) => {
  const answer = await post(body, headers);
  expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(answer).toContain(`"code":"${code}"`);
  expect(answer).toContain(words);
});

test('a body with a byte order mark is taken', async () => {
  expect(await post('\ufeff{"a":"é"}')).toContain('{"a":"Ã©"}');
});

test.each([
  ['announced', (bytes: number) => `content-length: ${bytes}\r\n\r\n`, (body: Buffer) => [body]],
  ['in chunks', () => 'transfer-encoding: chunked\r\n\r\n', (body: Buffer) => [`${body.length.toString(16)}\r\n`, body, '\r\n0\r\n\r\n']],
])('who sends all of a body that is too large, %s, and then looks, reads 413', async (_, headers, parts) => {
  const body = Buffer.alloc(8 * MAX_BODY, 32);
  for (const close of ['connection: close\r\n', '']) {
    const answer = await new Promise<string>((resolve, reject) => {
      let text = '';
      const socket = connect((port.address() as AddressInfo).port, '127.0.0.1');
      socket.on('error', reject);
      socket.on('close', () => resolve(text));
      // Nothing is read before everything is sent, as Python does it.
      socket.pause();
      socket.write(`POST /echo HTTP/1.1\r\nhost: a\r\n${close}${headers(body.length)}`);
      for (const part of parts(body)) socket.write(part);
      socket.write(close === '' ? 'GET /healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n' : '', () => {
        socket.resume().on('data', (data) => {
          text += data.toString('latin1');
        });
      });
    });
    expect(answer).toMatch(/^HTTP\/1.1 413 /);
    expect(answer).toContain('at most 1048576 are taken');
    // The connection goes on with the next request.
    expect(answer.includes('"status":"ok"')).toBe(close === '');
  }
});

test('who sends without end is cut off', async () => {
  const sent = await new Promise<number>((resolve) => {
    const socket = connect((port.address() as AddressInfo).port, '127.0.0.1');
    socket.write('POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 100000000000\r\n\r\n');
    const more = (): void => {
      while (!socket.destroyed && socket.write(Buffer.alloc(65_536)));
    };
    socket
      .on('drain', more)
      .on('data', () => undefined)
      .on('error', () => undefined);
    socket.on('close', () => resolve(socket.bytesWritten));
    more();
  });
  expect(sent).toBeLessThan(64 * 1024 * 1024);
});

test('a request that is late is told so once, its work is ended, and so is its connection', async () => {
  const answer = await ask('GET /late HTTP/1.1\r\nhost: a\r\n\r\n');
  expect(answer).toMatch(/^HTTP\/1.1 504 /);
  expect(answer).toMatch(/connection: close/i);
  expect(answer).toContain('"code":"deadline_exceeded"');
  expect(answer).toContain('GET /late was not answered within 0.3 s: whether it is carried out is not known');
  await vi.waitFor(() => expect(aborted).toBe(1), 20_000);
  expect(failures).toEqual([expect.stringMatching(/^GET \/late: deadline_exceeded: /)]);
});

test('a body that does not come in time is told so', async () => {
  const answer = await new Promise<string>((resolve, reject) => {
    let text = '';
    const socket = connect((port.address() as AddressInfo).port, '127.0.0.1');
    socket.write('POST /late HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\n\r\n{');
    socket.on('data', (data) => {
      text += data.toString('latin1');
      // Who reads it sends the rest, which is dropped.
      if (text.includes('}\n')) socket.write('  }');
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(text));
  });
  expect(answer).toMatch(/^HTTP\/1.1 504 /);
  expect(answer).toContain('the body of POST /late did not come whole within 0.3 s');
  expect(answer.match(/HTTP\/1.1/g)).toHaveLength(1);
});

test('an answer that has begun is cut off, with no other one in it', async () => {
  const answer = await ask('GET /begun HTTP/1.1\r\nhost: a\r\n\r\n');
  expect(answer).toMatch(/^HTTP\/1.1 200 /);
  expect(answer).toContain('begun');
  expect(answer).not.toContain('504');
  await vi.waitFor(() => expect(aborted).toBe(1), 20_000);
});
