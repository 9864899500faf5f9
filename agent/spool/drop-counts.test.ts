import { expect, test } from 'vitest';
import { DropCounts } from './drop-counts.ts';

test('drops are counted by their reason, each range with all its numbers', () => {
  const counts = new DropCounts();
  counts.add({ firstSeq: 3, lastSeq: 5, rows: 30, reason: 'spool_limit' });
  counts.add({ firstSeq: 9, lastSeq: 9, rows: 1, reason: 'refused' });
  counts.add({ firstSeq: 6, lastSeq: 7, rows: 5, reason: 'spool_limit' });
  expect(counts.all()).toEqual([
    { reason: 'spool_limit', batches: 5, rows: 35 },
    { reason: 'refused', batches: 1, rows: 1 },
  ]);
});

test('sixteen reasons have a count of their own, further ones share one', () => {
  const counts = new DropCounts();
  for (let i = 0; i < 18; i++) counts.add({ firstSeq: 1, lastSeq: 1, rows: 1, reason: `reason ${i}` });
  counts.add({ firstSeq: 1, lastSeq: 1, rows: 1, reason: 'reason 15' });
  const all = counts.all();
  expect(all).toHaveLength(17);
  expect(all.slice(-2)).toEqual([
    { reason: 'reason 15', batches: 2, rows: 2 },
    { reason: 'other', batches: 2, rows: 2 },
  ]);
});
