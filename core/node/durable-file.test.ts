import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { copyDurably, makeFolderDurably, moveDurably, writeDurably } from './durable-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-durable-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const modeOf = (path: string): number => statSync(path).mode & 0o777;

it('replaces a file whole, with the mode asked for and nothing beside it', () => {
  const path = join(folder, 'file');
  writeDurably(path, 'first');
  expect([readFileSync(path, 'utf8'), modeOf(path)]).toEqual(['first', 0o600]);
  chmodSync(path, 0o400);
  writeDurably(path, Buffer.from('second'), 0o644);
  expect([readFileSync(path, 'utf8'), modeOf(path)]).toEqual(['second', 0o644]);
  copyDurably(path, join(folder, 'copy'), 0o640);
  expect([readFileSync(join(folder, 'copy'), 'utf8'), modeOf(join(folder, 'copy'))]).toEqual(['second', 0o640]);
  moveDurably(join(folder, 'copy'), join(folder, 'moved'));
  expect(readdirSync(folder).sort()).toEqual(['file', 'moved']);
});

it('writes over what an earlier try with the same process number left', () => {
  writeFileSync(join(folder, `file.${process.pid}.part`), 'half', { mode: 0o644 });
  writeDurably(join(folder, 'file'), 'whole');
  expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('whole');
  expect(modeOf(join(folder, 'file'))).toBe(0o600);
});

it('keeps the old file, and leaves nothing, where the new one cannot be written or named', () => {
  const path = join(folder, 'file');
  makeFolderDurably(path);
  expect(() => writeDurably(path, 'text')).toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
  expect(readdirSync(folder)).toEqual(['file']);
  expect(() => writeDurably(join(folder, 'none', 'file'), 'text')).toThrow(/ENOENT/);
});

it('makes folders that are missing, and ends where a file system has none', () => {
  makeFolderDurably(join(folder, 'a/b/c'));
  makeFolderDurably(join(folder, 'a/b/c'));
  expect(modeOf(join(folder, 'a/b'))).toBe(0o700);
  if (existsSync('/proc/self')) expect(() => makeFolderDurably('/proc/none/state')).toThrow(/ENOENT|EACCES|EPERM/);
});

/** What the kernel is asked for, in order: the promise is in the order, and no reader can see it. */
it('asks for content, name and folder to be on disk, in this order', () => {
  const trace = join(folder, 'trace');
  const script = `
    import fs from 'node:fs';
    import { syncBuiltinESMExports } from 'node:module';
    const said = [];
    for (const name of ['openSync', 'fsyncSync', 'renameSync', 'writeFileSync']) {
      const real = fs[name];
      fs[name] = (...args) => { const out = real(...args); said.push([name, name === 'openSync' ? out : '', ...args.slice(0, 2).map(String)]); return out; };
    }
    syncBuiltinESMExports();
    const { writeDurably } = await import(${JSON.stringify(join(import.meta.dirname, 'durable-file.ts'))});
    writeDurably(${JSON.stringify(join(folder, 'file'))}, 'text');
    fs.writeFileSync(${JSON.stringify(trace)}, JSON.stringify(said));`;
  writeFileSync(join(folder, 'script.mjs'), script);
  execFileSync(process.execPath, ['--experimental-strip-types', '--no-warnings', join(folder, 'script.mjs')]);
  const said = JSON.parse(readFileSync(trace, 'utf8')) as string[][];
  const own = said.slice(said.findIndex(([name]) => name === 'writeFileSync'));
  expect(own.map(([name]) => name)).toEqual(['writeFileSync', 'openSync', 'fsyncSync', 'renameSync', 'openSync', 'fsyncSync']);
  const [, file, , , parent] = own as [string[], string[], string[], string[], string[]];
  expect(file[2]).toContain('.part');
  expect(parent[2]).toBe(folder);
});
