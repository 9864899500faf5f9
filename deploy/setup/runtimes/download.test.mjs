import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
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
