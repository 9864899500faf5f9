import { expect, test } from 'vitest';
import type { QueryResult } from '../../../common/query-result.ts';
import { changesOf } from './inventory-changes.ts';

const text = (name: string, values: string[]): QueryResult['columns'][0] => ({ name, type: 'varchar', kind: 'text', values });

test('each thing that is another than in the row before is a change, newest first; labels one by one', () => {
  const result: QueryResult = {
    columns: [
      { name: 'timestamp', type: 'timestamp', kind: 'time', values: new Float64Array([1e6, 2e6, 3e6]) },
      text('kernel', ['6.1', '6.1', '6.2']),
      text('labels', ['{"rack":"A","city":"Accra"}', '{"rack":"B"}', 'no json']),
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
