import { expect, test } from 'vitest';
import type { QueryResult } from '../../../common/query-result.ts';
import { changesOf, loadInventoryChanges } from './inventory-changes.ts';

const text = (name: string, values: string[]): QueryResult['columns'][0] => ({ name, type: 'varchar', kind: 'text', values });

test('each thing that is another than in the row before is a change, newest first; labels one by one', () => {
  const result: QueryResult = {
    columns: [
      { name: 'timestamp', type: 'timestamp', kind: 'time', values: new Float64Array([3e6, 2e6, 1e6]) },
      text('kernel', ['6.2', '6.1', '6.1']),
      text('labels', ['no json', '{"rack":"B"}', '{"rack":"A","city":"Accra"}']),
    ],
    rows: 3,
    truncated: false,
    elapsedMs: 0,
  };
  expect(changesOf(result)).toEqual([
    { timeMs: 3000, what: 'label rack', before: 'B', after: '' },
    { timeMs: 3000, what: 'kernel', before: '6.1', after: '6.2' },
    { timeMs: 2000, what: 'label city', before: 'Accra', after: '' },
    { timeMs: 2000, what: 'label rack', before: 'A', after: 'B' },
  ]);
});

test('of too many rows the newest are asked for, and it is said that the oldest are missing', async () => {
  const asked: string[] = [];
  const { cut } = await loadInventoryChanges(async (sql) => {
    asked.push(sql);
    return { columns: [], rows: 500, truncated: true, elapsedMs: 0 };
  }, 'n');
  expect([asked[0], cut]).toEqual([expect.stringContaining('ORDER BY timestamp DESC'), 'only the newest 500 changes are shown']);
});
