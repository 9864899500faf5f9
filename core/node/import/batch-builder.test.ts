import { expect, it } from 'vitest';
import { BatchBuilder } from './batch-builder.ts';

const TIME_US = Date.UTC(2026, 10, 20) * 1000;

function build(fields: number): { builder: BatchBuilder; batches: { nodeId: string; seq: number; rows: number }[] } {
  const batches: { nodeId: string; seq: number; rows: number }[] = [];
  const builder = new BatchBuilder({
    ...{ measurement: 'm', tags: [], fields: Array.from({ length: fields }, (_, i) => `f${i}`), identity: 'x' },
    onBatch: ({ nodeId, seq, frame }) => batches.push({ nodeId, seq, rows: frame.timeUs.length }),
  });
  return { builder, batches };
}

it('holds fewer rows of a wide file', () => {
  const { builder, batches } = build(400);
  const values = new Float64Array(400);
  const series = Array.from({ length: 100 }, (_, i) => ({ node: builder.node(`n${i}`), tagValues: [], index: -1 }));
  for (let row = 0; row < 8000; row++) builder.add(series[row % 100] as (typeof series)[0], TIME_US + row, values, 0);
  expect(batches.length).toBe(100);
  expect(batches.reduce((sum, batch) => sum + batch.rows, 0) * 400 * 8).toBeLessThan(25 * 1024 * 1024);
});

it('holds no room for a node that comes no more', () => {
  const { builder, batches } = build(2);
  const gone = builder.node('gone');
  builder.add({ node: gone, tagValues: [], index: -1 }, TIME_US, new Float64Array(2), 0);
  builder.flush();
  builder.flush();
  expect(gone.values.length).toBe(0);
  builder.add({ node: gone, tagValues: [], index: -1 }, TIME_US + 1, Float64Array.of(1, 2), 0);
  builder.flush();
  expect(batches).toEqual([
    { nodeId: 'gone', seq: 1, rows: 1 },
    { nodeId: 'gone', seq: 2, rows: 1 },
  ]);
});
