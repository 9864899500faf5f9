// What a power cut empties of QuestDB, in a real one: it starts again once that is taken away, and does not before.
import { existsSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { mendQuestdbVolume } from '../../cli/parts/questdb-files.ts';
import { type QuestdbHarness, startQuestdb } from '../harness/questdb.ts';

let questdb: QuestdbHarness;
beforeAll(async () => {
  questdb = await startQuestdb();
});
afterAll(() => questdb?.stop());

it('starts again with empty tables of its own and an empty version of its page', async () => {
  const root = join(questdb.dir, 'questdb');
  await questdb.kill();
  const later = (): number => Date.now() + 60_000;
  expect(mendQuestdbVolume(root, later())).toEqual([]);
  const own = ['_query_trace', 'sys.column_versions_purge_log'].map((name) => join(root, 'db', name, '_txn'));
  for (const file of own) truncateSync(file);
  writeFileSync(join(root, 'public', 'version.txt'), '');
  expect(mendQuestdbVolume(root, later())).toEqual([
    expect.stringContaining('QuestDB unpacks'),
    ...own.map((file) => expect.stringContaining(`${file} was empty or damaged`)),
  ]);
  await questdb.restart();
  for (const file of own) expect(existsSync(file)).toBe(true);
});
