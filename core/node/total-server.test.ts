import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BAD_TARGET, serveTotally } from './total-server.ts';

let server: Server;
let failures: string[];

beforeEach(async () => {
  failures = [];
  server = createServer({ maxHeaderSize: 4096 });
  serveTotally(server, {
    request: (_, response, target) => {
      if (target === undefined) response.writeHead(400).end(BAD_TARGET);
      else if (target.path === '/throw') throw new Error('thrown');
      else if (target.path === '/reject') return Promise.reject(new Error('rejected'));
      else if (target.path === '/half') {
        response.writeHead(200).write('half');
        throw new Error('half way');
      } else if (target.path === '/late') {
        setTimeout(() => response.write('late'), 20);
        setTimeout(() => response.end('later'), 40);
      } else response.end(target.path);
      return undefined;
    },
    upgrade: (_, socket, __, target) => {
      if (target?.path === '/throw') throw new Error('upgrade');
      socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n');
    },
    failed: ({ method, target, error }) => {
      failures.push(`${method} ${target}: ${error}`);
      if (error === 'rejected') throw new Error('and the log is full');
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(
  () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
);

/** All that is answered to these bytes until the connection ends. */
function ask(bytes: string, options: { reset?: boolean } = {}): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1', () => {
      socket.write(bytes, 'latin1', () => {
        if (options.reset) setImmediate(() => socket.resetAndDestroy());
      });
    });
    socket.on('data', (data) => {
      answer += data.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(answer));
  });
}

const get = (target: string, more = 'connection: close\r\n'): Promise<string> => ask(`GET ${target} HTTP/1.1\r\nhost: a\r\n${more}\r\n`);
const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 0);

test.each([
  ['/throw', 500, 'GET /throw: thrown'],
  ['/reject', 500, 'GET /reject: rejected'],
  ['/half', 0, 'GET /half: half way'],
])('a handler that fails at %s costs its request', async (target, status, failure) => {
  expect(statusOf(await get(target))).toBe(status);
  expect(failures).toEqual([failure]);
  expect(await get('/next')).toContain('/next');
});

test.each(['//', '///', '//[', 'http://[', '*', 'a', 'http:///'])('the target %s is no path', async (target) => {
  expect(statusOf(await get(target))).toBe(400);
});

test.each([
  ['no HTTP', 'hello\r\n\r\n', 400],
  ['a NUL in the target', 'GET /\0 HTTP/1.1\r\nhost: a\r\n\r\n', 400],
  ['a NUL in a header', 'GET / HTTP/1.1\r\nhost: a\0\r\n\r\n', 400],
  ['a header without a colon', 'GET / HTTP/1.1\r\nhost\r\n\r\n', 400],
  ['an unknown method', 'NOPE / HTTP/1.1\r\nhost: a\r\n\r\n', 400],
  ['two lengths', 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab', 400],
  ['a length and chunks', 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n', 400],
  ['no host', 'GET / HTTP/1.1\r\n\r\n', 400],
  ['a long head', `GET /${'a'.repeat(10_000)} HTTP/1.1\r\nhost: a\r\n\r\n`, 431],
])('%s is refused', async (_, bytes, status) => {
  expect(statusOf(await ask(bytes))).toBe(status);
  expect(failures).toEqual([]);
});

test('a caller that resets its connection is no event, whatever waited for it', async () => {
  const upgrade = 'GET /x HTTP/1.1\r\nhost: a\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n';
  for (let i = 0; i < 20; i++) {
    await ask(upgrade + 'x'.repeat(100_000), { reset: true });
    await ask('GET /late HTTP/1.1\r\nhost: a\r\n\r\n', { reset: true });
    await ask(`nonsense${'x'.repeat(100_000)}`, { reset: true });
  }
  expect(statusOf(await get('/throw', 'upgrade: websocket\r\nconnection: upgrade\r\n'))).toBe(0);
  expect(failures).toEqual(['GET /throw: upgrade']);
  expect(await get('/next')).toContain('/next');
});
