import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { mendQuestdbFiles, settleQuestdbFiles } from './questdb-files.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'muster-questdb-files-'));
  for (const folder of ['public/assets', 'conf', 'db/sys.telemetry_wal', 'db/_query_trace'])
    mkdirSync(join(dir, folder), { recursive: true });
  writeFileSync(join(dir, 'public/version.txt'), '[version 9.3.4]');
  for (const name of ['server.conf', 'mime.types']) writeFileSync(join(dir, 'conf', name), 'x');
  writeFileSync(join(dir, 'db/tables.d.0'), '');
});
afterEach(() => rmSync(dir, { recursive: true }));

it('leaves what served once as it is', async () => {
  await settleQuestdbFiles(dir);
  expect(mendQuestdbFiles(dir)).toEqual([]);
  expect(readdirSync(dir).sort()).toEqual(['conf', 'db', 'public', 'served-once']);
});

it('takes away what a power cut has emptied, and says so', async () => {
  await settleQuestdbFiles(dir);
  writeFileSync(join(dir, 'public/version.txt'), '');
  writeFileSync(join(dir, 'conf/mime.types'), '');
  expect(mendQuestdbFiles(dir)).toEqual([
    `${dir}/public/version.txt was empty: QuestDB unpacks ${dir}/public again`,
    `${dir}/conf/mime.types was empty: it is made again`,
  ]);
  expect(existsSync(join(dir, 'public'))).toBe(false);
  expect(readdirSync(join(dir, 'conf'))).toEqual(['server.conf']);
});

it('begins a first start again that was cut off, and never where there is a table', () => {
  expect(mendQuestdbFiles(dir)).toEqual([`${dir}/db is of a first start that was cut off, and holds no table: it is made again`]);
  expect(existsSync(join(dir, 'db'))).toBe(false);
  mkdirSync(join(dir, 'db/deliveries~7'), { recursive: true });
  expect(mendQuestdbFiles(dir)).toEqual([]);
  expect(existsSync(join(dir, 'db/deliveries~7'))).toBe(true);
});

it('has nothing to say of a folder that is not there', () => {
  expect(mendQuestdbFiles(join(dir, 'none'))).toEqual([]);
});
