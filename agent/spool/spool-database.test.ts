import { existsSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, expect, test } from 'vitest';
import { createSpoolDatabase, looksThrough, openExisting, openSpoolDatabase } from './spool-database.ts';

test('a start looks through a small file and not through a large one, where a page was found damaged it does', () => {
  const [small, large] = [1024 ** 2, 10 * 1024 ** 3];
  expect([looksThrough(small, 'small'), looksThrough(large, 'small'), looksThrough(large, 'all'), looksThrough(small, 'none')]).toEqual([
    ...[true, false, true, false],
  ]);
});

test('the bound is looked through, a byte more is not', () => {
  const most = 128 * 1024 ** 2;
  expect([looksThrough(most, 'small'), looksThrough(most + 1, 'small')]).toEqual([true, false]);
});

const folder = mkdtempSync(join(tmpdir(), 'muster-database-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A spool's file that this was done to. */
function changed(name: string, statement: string): string {
  const path = join(folder, name);
  createSpoolDatabase(path).close();
  const database = new DatabaseSync(path);
  database.exec(statement);
  database.close();
  return path;
}

test.each([
  ['foreign.db', 'PRAGMA application_id = 5', 'the file belongs to another program'],
  ['newer.db', 'PRAGMA user_version = 2', 'the file has version 2, this agent writes 1'],
  ['headless.db', 'DELETE FROM meta', 'the file has no epoch'],
])('%s is set aside with its reason, and a new one with a new epoch made', (name, statement, reason) => {
  const path = changed(name, statement);
  expect(openExisting(path)).toBe(reason);
  let read = '';
  const { database, setAside } = openSpoolDatabase(path, 'power_cut', () => {
    read = existsSync(path) ? 'still there' : 'gone';
  });
  expect(setAside).toEqual({ path: expect.stringContaining(name), reason });
  expect([read, existsSync(setAside?.path as string)]).toEqual(['still there', true]);
  expect(database.prepare('SELECT next_seq FROM meta').get()).toEqual({ next_seq: 1 });
  database.close();
});

test('an empty file is no spool, and what is no database neither', () => {
  const empty = join(folder, 'empty.db');
  writeFileSync(empty, '');
  expect(openExisting(empty)).toBe('the file is empty');
  const text = join(folder, 'text.db');
  writeFileSync(text, 'a text that is long enough for the head of a file '.repeat(30));
  expect(openExisting(text)).toBe('the file is not an SQLite database');
});

test('a spool is opened as it was', () => {
  const path = join(folder, 'whole.db');
  createSpoolDatabase(path, 'power_cut', Buffer.alloc(16, 7)).close();
  const { database, setAside } = openSpoolDatabase(path);
  expect([setAside, database.prepare('SELECT epoch FROM meta').get()]).toEqual([undefined, { epoch: new Uint8Array(16).fill(7) }]);
  database.close();
});

test('a damaged page is found where pages are looked through', () => {
  const path = join(folder, 'damaged.db');
  const spool = createSpoolDatabase(path);
  const insert = spool.prepare('INSERT INTO batches VALUES (?, 1, 1, ?)');
  for (let seq = 1; seq <= 50; seq++) insert.run(seq, Buffer.alloc(3000, seq));
  spool.close();
  truncateSync(path, 4096 * 30);
  expect(openExisting(path, 'power_cut', 'all')).toContain('the file is damaged');
});

test('three files that were set aside are kept', () => {
  const path = join(folder, 'often.db');
  for (let i = 0; i < 5; i++) {
    writeFileSync(path, '');
    openSpoolDatabase(path).database.close();
  }
  expect(readdirSync(folder).filter((name) => name.startsWith('often.db.set-aside-'))).toHaveLength(3);
});
