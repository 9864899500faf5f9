import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { mendQuestdbFiles, mendQuestdbVolume, settleQuestdbFiles } from './questdb-files.ts';

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

/** A table with the files that it cannot be opened without. */
function table(name: string, content: string | Buffer = 'x'): void {
  mkdirSync(join(dir, 'db', name), { recursive: true });
  for (const file of ['_txn', '_meta']) writeFileSync(join(dir, 'db', name, file), file === '_txn' ? content : 'x');
}

const OWN = ['sys.column_versions_purge_log', '_query_trace'];

it.each([
  ['empty', ''],
  ['of zeros', Buffer.alloc(4096)],
] as const)('makes a table of its own again whose _txn is %s, and names one that holds rows', async (_, damage) => {
  for (const name of OWN) table(name, damage);
  table('cpu~7', damage);
  table('memory~8');
  writeFileSync(join(dir, 'db/tables.d.0'), 'x');
  await settleQuestdbFiles(dir);
  const said = mendQuestdbFiles(dir);
  const again = OWN.map((name) => expect.stringContaining(`QuestDB makes ${dir}/db/${name} again`));
  const hands = /cpu~7\/_txn is empty or damaged, and QuestDB cannot open that table: stop it, move .*cpu~7 to another place/;
  expect(said).toHaveLength(3);
  expect(said).toEqual(expect.arrayContaining([...again, expect.stringMatching(hands)]));
  expect(readdirSync(join(dir, 'db')).sort()).toEqual(['cpu~7', 'memory~8', 'sys.telemetry_wal', 'tables.d.0']);
});

it('names the list of tables where it is lost', async () => {
  table('cpu~7');
  await settleQuestdbFiles(dir);
  expect(mendQuestdbFiles(dir)).toEqual([
    expect.stringContaining('db/tables.d.0 is empty or damaged, and QuestDB does not know its 1 tables'),
  ]);
});

it('takes from a volume only what no running database leaves so, and only when it has been so for a while', () => {
  table('sys.muster_alive', '');
  writeFileSync(join(dir, 'public/version.txt'), '');
  writeFileSync(join(dir, 'conf/mime.types'), '');
  expect(mendQuestdbVolume(dir)).toEqual([]);
  const said = mendQuestdbVolume(dir, Date.now() + 10_000);
  expect(said).toEqual([
    `${dir}/public/version.txt was empty: QuestDB unpacks ${dir}/public again`,
    `${dir}/conf/mime.types was empty: it is made again`,
    `${dir}/db/sys.muster_alive/_txn was empty or damaged: QuestDB makes ${dir}/db/sys.muster_alive again`,
  ]);
  // No mark says that it served, and it may run: what is whole stays.
  expect(readdirSync(join(dir, 'db')).sort()).toEqual(['_query_trace', 'sys.telemetry_wal', 'tables.d.0']);
  expect(mendQuestdbVolume(dir, Date.now() + 10_000)).toEqual([]);
});
