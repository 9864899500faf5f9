import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isAtLeast, parseVersion } from './program-version.mjs';
import { parseChecksums, releaseSource } from './sources.mjs';
import { releases } from './versions.mjs';

const SUM = 'a'.repeat(64);
/** @type {string} */
let folder;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-sources-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('checksums are read from lists as they are published, and from GitHub’s description', () => {
  expect(parseChecksums(`${SUM}  tool.tar.gz\n`).get('tool.tar.gz')).toBe(SUM);
  expect(parseChecksums(`${SUM} *tool.zip\n`).get('tool.zip')).toBe(SUM);
  expect(
    parseChecksums(
      JSON.stringify({
        assets: [
          { name: 'tool.jar', digest: `sha256:${SUM}` },
          { name: 'old', digest: null },
        ],
      }),
    ),
  ).toEqual(new Map([['tool.jar', SUM]]));
  expect(parseChecksums('<html>not found</html>').size).toBe(0);
});

test('versions are found in what programs say, and compared by number', () => {
  expect(parseVersion('openjdk version "17.0.15" 2025-04-15')).toEqual([17, 0, 15]);
  expect(parseVersion('nats-server: v2.15.2')).toEqual([2, 15, 2]);
  expect(parseVersion('grpcurl dev build')).toBeUndefined();
  expect(isAtLeast([2, 10, 0], '2.9.9')).toBe(true);
  expect(isAtLeast([2, 9, 10], '2.10.0')).toBe(false);
});

test('a release is named for each platform as its project names it', () => {
  expect(releases('linux', 'x64')['nats-server'].assets[0]).toMatch(/^nats-server-v[\d.]+-linux-amd64\.tar\.gz$/);
  expect(releases('darwin', 'arm64').grpcurl.assets[0]).toMatch(/^grpcurl_[\d.]+_osx_arm64\.tar\.gz$/);
  expect(releases('darwin', 'arm64').java.assets[0]).toMatch(/^OpenJDK21U-jre_aarch64_mac_hotspot_[\d._]+\.tar\.gz$/);
  expect(releases('win32', 'x64').electron.assets[0]).toMatch(/^electron-v[\d.]+-win32-x64\.zip$/);
});

test('a release comes with its published checksum, is unpacked, and its archive goes', async () => {
  mkdirSync(join(folder, 'tool-1'));
  writeFileSync(join(folder, 'tool-1/tool'), 'program');
  execFileSync('tar', ['-czf', 'tool.tar.gz', 'tool-1'], { cwd: folder });
  const archive = readFileSync(join(folder, 'tool.tar.gz'));
  const sums = `${createHash('sha256').update(archive).digest('hex')}  tool.tar.gz\n`;
  const server = createServer((request, response) => response.end(request.url === '/sums' ? sums : archive)).listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', () => done(undefined)));
  try {
    const at = `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (server.address()).port}`;
    const table = () => ({
      ...releases('linux', 'x64'),
      grpcurl: { folder: at, checksums: `${at}/sums`, assets: ['other.zip', 'tool.tar.gz'] },
    });
    const stage = join(folder, 'cache/.stage/x/content');
    mkdirSync(stage, { recursive: true });
    /** @type {string[]} */
    const lines = [];
    const context = { env: process.env, platform: 'linux', arch: 'x64', cache: join(folder, 'cache') };
    await releaseSource('grpcurl', '1', table).fetch(stage, context, (text) => lines.push(text));
    expect(readFileSync(join(stage, 'tool'), 'utf8')).toBe('program');
    expect(readdirSync(join(folder, 'cache/.downloads'))).toEqual([]);
    expect(lines.at(-1)).toMatch(/^\d+\.\d of \d+\.\d MB, \d+\.\d MB\/s$/);
  } finally {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
});
