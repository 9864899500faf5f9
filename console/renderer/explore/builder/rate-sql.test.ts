import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { toSql } from './builder-query.ts';
import { type BuilderQuery, EMPTY_QUERY } from './query-model.ts';
import { readBuilder } from './read-builder.ts';

/** A real database answers each of them in the integration tests. */
const FILE = new URL('../../../../test/fixtures/console/builder-queries.sql', import.meta.url);
const NET: BuilderQuery = { ...EMPTY_QUERY, table: 'net', step: '10m' };
const RATE = { column: 'rx', aggregate: 'rate', name: 'rx_rate' } as const;
const RATIO = { column: 'used', aggregate: 'ratio', by: 'size', name: 'used_per_size' } as const;
const FAILED = { column: 'failed', aggregate: 'ratio', by: 'total', name: 'failed_per_total' } as const;
const SERIES = ['node_id', 'port'];
const QUERIES: readonly BuilderQuery[] = [
  { ...NET, fields: [RATE], series: SERIES },
  { ...NET, fields: [RATE], series: SERIES, groupBy: ['port'], order: { name: 'rx_rate', descending: true }, limit: 3 },
  { ...NET, fields: [RATIO, { column: 'rx', aggregate: 'max', name: 'rx' }] },
  { ...NET, fields: [RATIO], step: '', groupBy: ['node_id'] },
  // Both columns hold whole numbers; one of the nodes has none in either.
  { ...NET, table: 'errors', fields: [FAILED], step: '', groupBy: ['node_id'], order: { name: 'failed_per_total', descending: true } },
  { ...NET, table: 'errors', fields: [FAILED], step: '', groupBy: ['node_id'], order: { name: 'failed_per_total', descending: false } },
  {
    ...NET,
    table: 'errors',
    fields: [{ column: 'failed', aggregate: '', name: 'failed' }],
    order: { name: 'failed', descending: true },
    step: '',
  },
];

test('the builder writes what the integration tests ask of a real database', () => {
  const kept = readFileSync(FILE, 'utf8').trim().split(';\n\n');
  const written = QUERIES.map(toSql);
  expect(kept, `Write it again: ${JSON.stringify(`${written.join(';\n\n')}\n`)}`).toEqual(written);
  expect(written.map(readBuilder)).toEqual(QUERIES.map((query) => ({ query })));
});
