import { existsSync, readFileSync, readlinkSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { unzip } from './unzip.mjs';

/** @type {string} */
let folder;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-unzip-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A zip archive by hand. @param {{ name: string, content: string, mode?: number, stored?: boolean, method?: number }[]} entries */
function zip(entries) {
  const files = [];
  const directory = [];
  let at = 0;
  for (const { name, content, mode = 0o100644, stored = false, method = stored ? 0 : 8 } of entries) {
    const packed = stored ? Buffer.from(content) : deflateRawSync(content);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(method, 10);
    central.writeUInt32LE(packed.length, 20);
    central.writeUInt16LE(name.length, 28);
    central.writeUInt32LE((mode << 16) >>> 0, 38);
    central.writeUInt32LE(at, 42);
    files.push(local, Buffer.from(name), packed);
    directory.push(central, Buffer.from(name));
    at += 30 + name.length + packed.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(at, 16);
  const path = join(folder, 'archive.zip');
  writeFileSync(path, Buffer.concat([...files, ...directory, end]));
  return path;
}

test('files come out with their content, their right to run, and links as links', async () => {
  const archive = zip([
    { name: 'in/plain.txt', content: 'plain'.repeat(100) },
    { name: 'in/program', content: '#!/bin/sh\n', mode: 0o100755, stored: true },
    { name: 'in/link', content: 'program', mode: 0o120777 },
  ]);
  await unzip(archive, join(folder, 'out'));
  expect(readFileSync(join(folder, 'out/in/plain.txt'), 'utf8')).toBe('plain'.repeat(100));
  expect(statSync(join(folder, 'out/in/program')).mode & 0o111).toBe(0o111);
  expect(readlinkSync(join(folder, 'out/in/link'))).toBe('program');
});

test('a name that leads out of the folder is refused', async () => {
  await expect(unzip(zip([{ name: '../out.txt', content: 'x' }]), join(folder, 'out'))).rejects.toThrow(/leads out of its folder/);
});

test.each([['../outside'], ['..'], ['/etc'], ['in/../../outside']])('a link to %s is refused', async (content) => {
  const archive = zip([{ name: 'x', content, mode: 0o120777 }]);
  await expect(unzip(archive, join(folder, 'out'))).rejects.toThrow(`holds x, a link to ${content} out of its folder`);
  expect(existsSync(join(folder, 'out/x'))).toBe(false);
});

test('what would be written through a link is refused, be it of the archive or on the disk', async () => {
  const through = zip([
    { name: 'a/real', content: 'r' },
    { name: 'link', content: 'a', mode: 0o120777 },
    { name: 'link/evil', content: 'x' },
  ]);
  await expect(unzip(through, join(folder, 'out'))).rejects.toThrow('writes link/evil through its own link link');
  expect(existsSync(join(folder, 'out/a/evil'))).toBe(false);
  const over = zip([
    { name: 'file', content: 'other', mode: 0o120777 },
    { name: 'file', content: 'x' },
  ]);
  await expect(unzip(over, join(folder, 'over'))).rejects.toThrow('writes file through its own link file');
});

test('links within the folder stay, as macOS has them', async () => {
  const archive = zip([
    { name: 'F/Versions/A/F', content: 'program' },
    { name: 'F/Versions/Current', content: 'A', mode: 0o120777 },
    { name: 'F/F', content: 'Versions/Current/F', mode: 0o120777 },
  ]);
  await unzip(archive, join(folder, 'out'));
  expect(readFileSync(join(folder, 'out/F/F'), 'utf8')).toBe('program');
});

test('what is no archive, and what it packs in an unknown way, is said so', async () => {
  const path = join(folder, 'text.zip');
  writeFileSync(path, 'no archive, but longer than an end record');
  await expect(unzip(path, folder)).rejects.toThrow(/is not a zip archive/);
  await expect(unzip(zip([{ name: 'a', content: 'x', method: 99 }]), folder)).rejects.toThrow(/packs a by method 99/);
});
