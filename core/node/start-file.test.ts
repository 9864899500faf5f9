import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readPasswordFile, readStartFile } from './start-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-start-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it.each([
  ['no file', undefined, 'cannot be read (ENOENT)'],
  ['zero bytes', '', 'is empty'],
  ['blanks', ' \n', 'is empty'],
  ['zeros, as XFS leaves them', '\0\0\0\0', 'is damaged'],
])('names a file with %s, what it is and what to do', (_, text, words) => {
  const path = join(folder, 'ca.key');
  if (text !== undefined) writeFileSync(path, text);
  expect(() => readStartFile(path, 'key of the CA', 'restore it')).toThrow(
    expect.objectContaining({ code: 'invalid_config', message: `${path} (key of the CA) ${words}: restore it` }),
  );
});

it('gives a text as it is, and a password without its line end', () => {
  writeFileSync(join(folder, 'p'), 'secret\n');
  expect(readStartFile(join(folder, 'p'), 'text', '')).toBe('secret\n');
  expect(readPasswordFile(join(folder, 'p'), 'password')).toBe('secret');
});
