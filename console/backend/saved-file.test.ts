import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSavedFile } from './saved-file.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-saved-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a file has its name once it is whole, and nothing stays of one that is not', async () => {
  const path = join(folder, 'cpu.csv');
  const file = await openSavedFile(path);
  await file.write('a,b\r\n');
  await file.write(Buffer.from('1,2\r\n'));
  expect(existsSync(path)).toBe(false);
  await file.commit();
  expect(readFileSync(path, 'utf8')).toBe('a,b\r\n1,2\r\n');
  const given = await openSavedFile(path);
  await given.write('half');
  await given.abandon();
  expect(readFileSync(path, 'utf8')).toBe('a,b\r\n1,2\r\n');
  expect(readdirSync(folder)).toEqual(['cpu.csv']);
});

test('a folder that cannot be written is named', async () => {
  await expect(openSavedFile(join(folder, 'none', 'x.csv'))).rejects.toThrow(/x\.csv cannot be written: choose another folder/);
});

test('two that are written to one file do not write into each other', async () => {
  const path = join(folder, 'cpu.csv');
  const [first, second] = [await openSavedFile(path), await openSavedFile(path)];
  await first.write('aaaa');
  await second.write('bb');
  await first.commit();
  await second.commit();
  expect(readFileSync(path, 'utf8')).toBe('bb');
  expect(readdirSync(folder)).toEqual(['cpu.csv']);
});
