import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { packagesAreCurrent } from './packages.mjs';

/** @type {string} */
let root;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'muster-packages-'));
  mkdirSync(join(root, 'node_modules'));
});
afterEach(() => rm(root, { recursive: true }));

const A = { version: '1.0.0', integrity: 'sha512-a' };
const otherPlatform = process.platform === 'win32' ? 'linux' : 'win32';

/** @param {Record<string, object>} packages */
const lock = (packages) => writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages: { '': {}, ...packages } }));
/** @param {Record<string, object>} packages */
const installed = (packages) => writeFileSync(join(root, 'node_modules/.package-lock.json'), JSON.stringify({ packages }));

test('what is there as asked for is current', () => {
  lock({ 'node_modules/a': A });
  installed({ 'node_modules/a': A });
  expect(packagesAreCurrent(root)).toBe(true);
});

test('nothing installed, a half install, another version or another content is not', () => {
  lock({ 'node_modules/a': A });
  expect(packagesAreCurrent(root)).toBe(false);
  installed({});
  expect(packagesAreCurrent(root)).toBe(false);
  installed({ 'node_modules/a': { ...A, version: '1.0.1' } });
  expect(packagesAreCurrent(root)).toBe(false);
  installed({ 'node_modules/a': { ...A, integrity: 'sha512-b' } });
  expect(packagesAreCurrent(root)).toBe(false);
});

test('another platform’s package may be missing, one for this platform may not', () => {
  installed({});
  lock({ 'node_modules/a': { ...A, optional: true, os: [otherPlatform] } });
  expect(packagesAreCurrent(root)).toBe(true);
  lock({ 'node_modules/a': { ...A, optional: true, os: [process.platform], cpu: [process.arch] } });
  expect(packagesAreCurrent(root)).toBe(false);
});
