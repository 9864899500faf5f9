import { expect, test } from 'vitest';
import type { FrameColumns } from '../../core/common/frame.ts';
import { encodeBatch } from '../../proto/batch-codec.ts';
import { batchLimits, MAX_BATCH_BYTES, splitInput } from './split.ts';

const ROWS = 4000;
const FIELDS = Array.from({ length: 12 }, (_, i) => `f${i}`);
const frame: FrameColumns = {
  ...{ measurement: 'm', tags: ['tag'], series: [['x']], fields: FIELDS, textFields: [], texts: [] },
  seriesIndex: new Uint32Array(ROWS),
  timeUs: Float64Array.from({ length: ROWS }, (_, i) => 1.7e15 + i),
  values: new Float64Array(ROWS * FIELDS.length).fill(1.5),
};
const events = Array.from({ length: 256 }, (_, i) => ({
  ...{ timeUs: 1.7e15 + i, kind: 'collector_incomplete', severity: 'warning' as const, text: 'x'.repeat(300) },
  attributes: { problem: 'x'.repeat(300) },
}));

test('the events count too: no part is larger than a batch may be', () => {
  const parts = splitInput({ createdUs: 1.7e15, frames: [frame], events });
  const sizes = parts.map((part) => encodeBatch({ ...part, epoch: new Uint8Array(16), seq: 1, dropped: [] }).length);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(MAX_BATCH_BYTES);
  expect(parts.flatMap((part) => part.events)).toEqual(events);
  expect(parts.flatMap((part) => part.frames).reduce((rows, part) => rows + part.timeUs.length, 0)).toBe(ROWS);
});

test("batches keep to the gateway's limit, which may be lower than the contract's", () => {
  expect(batchLimits(0).maxBytes).toBe(480 * 1024);
  expect(batchLimits(512 * 1024).maxBytes).toBe(480 * 1024);
  expect(batchLimits(128 * 1024).maxBytes).toBe(96 * 1024);
  expect(batchLimits(1).maxBytes).toBe(16 * 1024);
});
