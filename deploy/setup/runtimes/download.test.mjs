import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { download } from './download.mjs';

const CONTENT = randomBytes(600_000);
const SHA256 = createHash('sha256').update(CONTENT).digest('hex');

/** @type {string} */
let folder;
/** @type {import('node:http').Server | undefined} */
let server;
/** @type {(string | undefined)[]} the Range header of each request */
let ranges;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-download-'));
  ranges = [];
});

afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((done) => (server ? server.close(done) : done(undefined)));
  server = undefined;
  await rm(folder, { recursive: true });
});

/** @param {{ cutAt?: number, knowsRange?: boolean }} [behaviour] cutAt: the first answer stops after so many bytes, and never ends */
async function serve({ cutAt, knowsRange = true } = {}) {
  server = createServer((request, response) => {
    const range = request.headers.range;
    ranges.push(range);
    const from = range && knowsRange ? Number(/\d+/.exec(range)?.[0]) : 0;
    if (from >= CONTENT.length) return response.writeHead(416).end();
    response.writeHead(from > 0 ? 206 : 200, { 'content-length': CONTENT.length - from });
    if (cutAt !== undefined && ranges.length === 1) return response.write(CONTENT.subarray(0, cutAt));
    response.end(CONTENT.subarray(from));
  });
  await new Promise((done) => server?.listen(0, '127.0.0.1', () => done(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return `http://127.0.0.1:${port}/archive`;
}

const target = () => join(folder, 'archive');

test('a whole file arrives under its name, and its bytes are told on the way', async () => {
  const url = await serve();
  /** @type {[number, number | undefined][]} */
  const told = [];
  await download({ url, target: target(), sha256: SHA256, onBytes: (done, total) => told.push([done, total]) });
  expect(readFileSync(target()).equals(CONTENT)).toBe(true);
  expect(told.at(-1)).toEqual([CONTENT.length, CONTENT.length]);
  expect(readdirSync(folder)).toEqual(['archive']);
});

test('one that breaks off is not seen under its name, and the next try asks for the rest alone', async () => {
  const url = await serve({ cutAt: 250_000 });
  // When they have arrived: a reset connection may take along what is still on its way.
  const onBytes = (/** @type {number} */ done) => void (done === 250_000 && server?.closeAllConnections());
  await expect(download({ url, target: target(), sha256: SHA256, onBytes })).rejects.toThrow(/broke off.*the next try resumes it/);
  expect(existsSync(target())).toBe(false);
  await download({ url, target: target(), sha256: SHA256 });
  expect(ranges[0]).toBeUndefined();
  expect(ranges[1]).toMatch(/^bytes=[1-9]\d*-$/);
  expect(readFileSync(target()).equals(CONTENT)).toBe(true);
});

test('a server that knows no ranges is asked for the whole again', async () => {
  const url = await serve({ knowsRange: false });
  writeFileSync(`${target()}.part`, CONTENT.subarray(0, 1000));
  await download({ url, target: target(), sha256: SHA256 });
  expect(readFileSync(target()).equals(CONTENT)).toBe(true);
});

test('a part that is the whole already is only checked', async () => {
  const url = await serve();
  writeFileSync(`${target()}.part`, CONTENT);
  await download({ url, target: target(), sha256: SHA256 });
  expect(readFileSync(target()).equals(CONTENT)).toBe(true);
});

test('a wrong checksum is refused and leaves nothing', async () => {
  const url = await serve();
  const wrong = SHA256.replace(/^./, (digit) => (digit === '0' ? '1' : '0'));
  await expect(download({ url, target: target(), sha256: wrong })).rejects.toMatchObject({ code: 'malformed' });
  expect(readdirSync(folder)).toEqual([]);
});

test('an answer that is an error is named with its number', async () => {
  server = createServer((_, response) => response.writeHead(404).end('no')).listen(0, '127.0.0.1');
  await new Promise((done) => server?.once('listening', () => done(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  await expect(download({ url: `http://127.0.0.1:${port}/x`, target: target(), sha256: SHA256 })).rejects.toThrow(/answered 404/);
});

test('a host out of reach is named', async () => {
  const url = await serve();
  server?.close();
  await expect(download({ url, target: target(), sha256: SHA256 })).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('127.0.0.1'),
  });
});

test('behind a proxy the proxy is asked for what is elsewhere, and nobody for what is on this machine', { timeout: 30_000 }, async () => {
  const direct = await serve();
  /** @type {string[]} */
  const asked = [];
  const proxy = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.end(CONTENT);
  });
  proxy.on('connect', (request, socket) => {
    asked.push(request.url ?? '');
    const { port } = new URL(direct);
    const onward = connect(Number(port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.pipe(onward).pipe(socket);
    });
    for (const end of [socket, onward]) end.on('error', () => undefined);
  });
  await new Promise((done) => proxy.listen(0, '127.0.0.1', () => done(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (proxy.address());
  const script = `
    const { download } = await import(${JSON.stringify(new URL('./download.mjs', import.meta.url).href)});
    const job = (url, target) => download({ url, target, sha256: '${SHA256}' });
    await job('http://files.invalid/archive', ${JSON.stringify(join(folder, 'elsewhere'))});
    await job('${direct}', ${JSON.stringify(join(folder, 'here'))});`;
  writeFileSync(join(folder, 'script.mjs'), script);
  const { NO_PROXY: _, no_proxy: __, ...env } = process.env;
  const child = spawn(process.execPath, [join(folder, 'script.mjs')], {
    env: { ...env, HTTP_PROXY: `http://127.0.0.1:${port}`, http_proxy: `http://127.0.0.1:${port}` },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const code = await new Promise((done) => child.once('close', done));
  proxy.closeAllConnections();
  await new Promise((done) => proxy.close(done));
  expect(code).toBe(0);
  expect(asked).toHaveLength(1);
  expect(asked[0]).toContain('files.invalid');
  expect(readFileSync(join(folder, 'elsewhere')).equals(CONTENT)).toBe(true);
});
