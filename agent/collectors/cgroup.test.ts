import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { assertCgroupV2, parseIoStat, readCgroup } from './cgroup.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-cgroup-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (files: Record<string, string>): void => {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
};
const FILES = {
  'cpu.stat': 'usage_usec 500\nuser_usec 300\nnr_throttled 1\nthrottled_usec 20\n',
  'memory.current': '1000\n',
  'memory.stat': 'anon 1\ninactive_file 300\n',
  'memory.max': '4096\n',
  'memory.events': 'low 0\noom 2\noom_kill 3\n',
  'pids.current': '7\n',
  'io.stat': '8:0 rbytes=10 wbytes=20 rios=1\n8:16 rbytes=1 wbytes=2\n',
};

test('a group is read with what it used, the cache that can be given back left out of its memory', () => {
  write(FILES);
  expect(readCgroup(folder, true)).toEqual({
    ...{ cpuMicroseconds: 500, throttledMicroseconds: 20, memoryBytes: 700, memoryLimitBytes: 4096, pids: 7, oomKills: 3 },
    ...{ readBytes: 11, writtenBytes: 22 },
  });
});

test('its limit and its I/O are absent unless the whole is asked for', () => {
  write(FILES);
  expect(readCgroup(folder, false)).toMatchObject({
    memoryLimitBytes: Number.NaN,
    readBytes: Number.NaN,
    writtenBytes: Number.NaN,
    pids: 7,
  });
});

test('a group that is gone is none, one whose controllers are off has what is left', () => {
  expect(readCgroup(folder, true)).toBeUndefined();
  write({ 'cpu.stat': 'usage_usec 500\n' });
  expect(readCgroup(folder, true)).toEqual({
    ...{ cpuMicroseconds: 500, throttledMicroseconds: Number.NaN, memoryBytes: Number.NaN, memoryLimitBytes: Number.NaN },
    ...{ pids: Number.NaN, oomKills: Number.NaN, readBytes: Number.NaN, writtenBytes: Number.NaN },
  });
});

test('more cache than memory is no memory below nothing, and a group without a limit has none', () => {
  write({ ...FILES, 'memory.current': '100\n', 'memory.max': 'max\n' });
  expect(readCgroup(folder, true)).toMatchObject({ memoryBytes: 0, memoryLimitBytes: Number.NaN });
  write({ 'memory.stat': 'anon 1\n' });
  expect(readCgroup(folder, true)).toMatchObject({ memoryBytes: 100 });
});

test('a group that never did I/O has read and written nothing', () => {
  expect(parseIoStat(Buffer.from(''))).toEqual({ readBytes: 0, writtenBytes: 0 });
  expect(parseIoStat(Buffer.from('8:0 rbytes=5 rios=1\n8:16 wbytes=6\n'))).toEqual({ readBytes: 5, writtenBytes: 6 });
  expect(parseIoStat(undefined)).toEqual({ readBytes: Number.NaN, writtenBytes: Number.NaN });
});

test('control groups of version 2 are found, those of version 1 are told from none', () => {
  const root = join(folder, 'fs/cgroup');
  mkdirSync(root, { recursive: true });
  expect(() => assertCgroupV2(folder)).toThrow(expect.objectContaining({ code: 'not_found', message: `${root} holds no control groups` }));
  mkdirSync(join(root, 'memory'));
  expect(() => assertCgroupV2(folder)).toThrow(expect.objectContaining({ code: 'failed_precondition' }));
  rmSync(join(root, 'memory'), { recursive: true });
  mkdirSync(join(root, 'unified'));
  expect(() => assertCgroupV2(folder)).toThrow('is of version 1: boot with systemd.unified_cgroup_hierarchy=1');
  writeFileSync(join(root, 'cgroup.controllers'), 'cpu\n');
  expect(assertCgroupV2(folder)).toBe(root);
});
