import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { MAX_CA_BYTES, readCaFile } from './ca-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'muster-ca-file-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = (name: string): string => join(folder, name);

test('a file of certificates is read whole', async () => {
  writeFileSync(path('ca.pem'), 'PEM\n'.repeat(1000));
  expect(await readCaFile(path('ca.pem'))).toBe('PEM\n'.repeat(1000));
});

test('a file above the limit is not read', async () => {
  writeFileSync(path('large.pem'), '');
  truncateSync(path('large.pem'), MAX_CA_BYTES + 1);
  expect(await readCaFile(path('large.pem'))).toBe('unreadable');
});

test('a missing file and a folder are unreadable', async () => {
  expect(await readCaFile(path('missing.pem'))).toBe('unreadable');
  expect(await readCaFile(folder)).toBe('unreadable');
});

test('a device and a pipe are not read: they may never end', async () => {
  execFileSync('mkfifo', [path('pipe')]);
  expect(await readCaFile('/dev/zero')).toBe('unreadable');
  expect(await readCaFile(path('pipe'))).toBe('unreadable');
});
