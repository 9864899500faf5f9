import { expect, it } from 'vitest';
import { absentBits, type FrameColumns } from '../../core/common/frame.ts';
import { type DecodedFrame, decodeBatch, encodeBatch } from '../../proto/batch-codec.ts';
import type { BatchAccount } from './batch-account.ts';
import { BufferPool } from './buffer-pool.ts';
import { SeriesCache } from './series-cache.ts';
import { TableChunk } from './table-chunk.ts';
import { createTablePlan, shapeKey } from './table-plan.ts';

const FRAME: FrameColumns = {
  measurement: 'disk',
  tags: ['mount', 'device'],
  series: [
    ['/my data', 'sd,a=1\\'],
    ['', 'sdb'],
  ],
  seriesIndex: Uint32Array.of(0, 1),
  timeUs: Float64Array.of(1_700_000_000_000_001, 1_700_000_012_345_678),
  fields: ['used', 'free'],
  values: Float64Array.of(0.1, 2, Number.NaN, -0),
  textFields: [],
  texts: [],
};

function decoded(frame: FrameColumns): DecodedFrame {
  const bytes = encodeBatch({ epoch: Buffer.alloc(16), seq: 1, createdUs: 1, frames: [frame], events: [], dropped: [] });
  return decodeBatch(bytes).frames[0] as DecodedFrame;
}

function chunkOf(frame: DecodedFrame, write: 'full' | 'sparse', rows: number[]): TableChunk {
  const plan = createTablePlan(frame);
  const cache = new SeriesCache(0);
  const chunk = new TableChunk(frame, new BufferPool());
  chunk.begin({} as BatchAccount, frame);
  for (const row of rows) {
    const bytes = frame.seriesBytes[frame.seriesIndex[row] as number] as Buffer;
    const entry = cache.add(new Map(), bytes.toString('latin1'), bytes, 'node-1', plan);
    const prefix = entry?.prefix as Buffer;
    if (write === 'full') chunk.addFull(plan, prefix, frame, row);
    else chunk.addSparse(plan, prefix, frame, row);
  }
  return chunk;
}

const double = (value: number): string => {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return `\x10${bytes.toString('latin1')}`;
};

it('writes binary doubles behind a prefix with tags in the order of their names', () => {
  const chunk = chunkOf(decoded(FRAME), 'full', [0]);
  expect(chunk.slice(0, 1).toString('latin1')).toBe(
    `disk,node_id=node-1,device=sd\\,a\\=1\\\\,mount=/my\\ data used==${double(0.1)},free==${double(Number.NaN)} 1700000000000001\n`,
  );
});

it('leaves away what is absent and writes -0 as 0', () => {
  const chunk = chunkOf(decoded(FRAME), 'sparse', [0, 1]);
  expect(chunk.slice(0, 1).toString('latin1')).toMatch(/ used==.{9} 1700000000000001\n$/s);
  expect(chunk.slice(1, 2).toString('latin1')).toBe(
    `disk,node_id=node-1,device=sdb used==${double(2)},free==${double(0)} 1700000012345678\n`,
  );
});

it('escapes texts', () => {
  const frame = { ...FRAME, fields: [], values: new Float64Array(0), textFields: ['note'], texts: ['a "b"\\\n', 'é'] };
  const chunk = chunkOf(decoded(frame), 'sparse', [0, 1]);
  expect(chunk.slice(0, 1).toString('utf8')).toContain(' note="a \\"b\\"\\\\\\\n" 1700000000000001\n');
  expect(chunk.slice(1, 2).toString('utf8')).toContain(' note="é" 1700000012345678\n');
});

it('leaves away an absent text and writes an empty one', () => {
  const texts = { textFields: ['a', 'b'], texts: ['', '', 'x', ''], absentTexts: absentBits(4, [0, 3]) };
  const chunk = chunkOf(decoded({ ...FRAME, fields: [], values: new Float64Array(0), ...texts }), 'sparse', [0, 1]);
  expect(chunk.slice(0, 1).toString('utf8')).toMatch(/ b="" 1700000000000001\n$/);
  expect(chunk.slice(1, 2).toString('utf8')).toMatch(/ a="x" 1700000012345678\n$/);
});

it('knows where each row came from, and slices on row boundaries', () => {
  const frame = decoded(FRAME);
  const chunk = chunkOf(frame, 'sparse', [1, 0, 1]);
  expect([0, 1, 2].map((index) => chunk.source(index).row)).toEqual([1, 0, 1]);
  expect(Buffer.concat([chunk.slice(0, 1), chunk.slice(1, 3)])).toEqual(chunk.slice(0, 3));
});

it('has the same prefix whatever order a sender lists its tags in', () => {
  const plan = createTablePlan(FRAME);
  const turned = createTablePlan({ ...FRAME, tags: ['device', 'mount'] });
  expect(plan.tagHeads).toEqual(turned.tagHeads);
  expect(shapeKey(FRAME)).not.toBe(shapeKey({ ...FRAME, tags: ['device', 'mount'] }));
});
