import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sourcesFingerprint } from './freshness.mjs';

/** @type {string} */
let root;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'muster-freshness-'));
  mkdirSync(join(root, 'core/node'), { recursive: true });
  writeFileSync(join(root, 'package-lock.json'), '{}');
  write('core/node/log.ts', 'one');
});
afterEach(() => rm(root, { recursive: true }));

/** @param {string} path @param {string} text */
const write = (path, text) => writeFileSync(join(root, path), text);

test('a changed, a new and a moved source each make another fingerprint', () => {
  const prints = [sourcesFingerprint(root)];
  write('core/node/log.ts', 'two');
  prints.push(sourcesFingerprint(root));
  write('core/node/new.ts', '');
  prints.push(sourcesFingerprint(root));
  write('package-lock.json', '{ }');
  prints.push(sourcesFingerprint(root));
  expect(new Set(prints).size).toBe(4);
});

test('a new time and a test make none', () => {
  const before = sourcesFingerprint(root);
  utimesSync(join(root, 'core/node/log.ts'), 1, 1);
  write('core/node/log.test.ts', 'test');
  expect(sourcesFingerprint(root)).toBe(before);
});
