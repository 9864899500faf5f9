import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { readUpRecord, type UpRecord, writeUpRecord } from './up-record.ts';

const disk = vi.hoisted(() => ({ full: '' }));
vi.mock('../../core/node/durable-file.ts', async (original) => {
  const real = await original<typeof import('../../core/node/durable-file.ts')>();
  const writeDurably: typeof real.writeDurably = (...given) => {
    if (disk.full !== '') throw Object.assign(new Error('staged'), { code: disk.full });
    real.writeDurably(...given);
  };
  return { ...real, writeDurably };
});

let folder: string;
beforeEach(() => {
  disk.full = '';
  folder = mkdtempSync(join(tmpdir(), 'muster-record-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const record = (problem: string): UpRecord => ({ ready: true, pid: 1, parts: [{ name: 'nats', problem }] }) as unknown as UpRecord;

test('a record takes the same space whatever it says, and is read back', () => {
  const path = join(folder, 'up.json');
  writeUpRecord(path, record(''));
  const before = statSync(path).size;
  writeUpRecord(path, record('x'.repeat(2000)));
  expect([statSync(path).size, readUpRecord(path)]).toEqual([before, record('x'.repeat(2000))]);
});

test.each(['ENOSPC', 'EDQUOT'])('where there is no room for another file (%s), the record says so in the room that it has', (code) => {
  const path = join(folder, 'up.json');
  writeUpRecord(path, record('a longer problem than the next'));
  const { ino, size } = statSync(path);
  disk.full = code;
  writeUpRecord(path, record('the disk is full'));
  expect(readUpRecord(path)).toEqual(record('the disk is full'));
  expect(statSync(path)).toMatchObject({ ino, size });
});

test('any other failure is told, and leaves the record as it was', () => {
  const path = join(folder, 'up.json');
  writeUpRecord(path, record('before'));
  const before = readFileSync(path, 'utf8');
  disk.full = 'EROFS';
  expect(() => writeUpRecord(path, record('after'))).toThrow('staged');
  expect(readFileSync(path, 'utf8')).toBe(before);
});
