import { appendFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import * as files from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { DurableTree } from './durable-tree.ts';

vi.mock('node:fs/promises', async (importOriginal) => {
  const real = await importOriginal<typeof files>();
  return { ...real, open: vi.fn(real.open) };
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-tree-'));
  vi.mocked(files.open).mockClear();
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Paths that were opened to be synced since the last question, from the folder. */
function synced(): string[] {
  const paths = vi.mocked(files.open).mock.calls.map(([path]) => String(path).slice(folder.length));
  vi.mocked(files.open).mockClear();
  return paths.sort();
}

it('syncs files and the folders that name them, and only what changed since', async () => {
  mkdirSync(join(folder, 'table~1'));
  writeFileSync(join(folder, 'table~1/_meta'), 'm');
  writeFileSync(join(folder, 'tables.d'), 't');
  symlinkSync('/etc', join(folder, 'elsewhere'));
  const tree = new DurableTree(folder);
  await tree.sync();
  expect(synced()).toEqual(['', '/tables.d', '/table~1', '/table~1/_meta']);
  await tree.sync();
  expect(synced()).toEqual([]);
  appendFileSync(join(folder, 'tables.d'), 'more');
  writeFileSync(join(folder, 'table~1/new'), 'n');
  await tree.sync();
  expect(synced()).toEqual(['/tables.d', '/table~1', '/table~1/new']);
});

it('does not miss what is gone, a folder that is not there included', async () => {
  await new DurableTree(join(folder, 'none')).sync();
  expect(synced()).toEqual([]);
});
