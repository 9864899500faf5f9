import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CUT_BATCH_BYTES } from '../../core/common/batch-size.ts';
import type { FrameColumns } from '../../core/common/frame.ts';
import { encodeBatch } from '../../proto/batch-codec.ts';
import { batchLimits, splitInput } from './split.ts';

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
  expect(Math.max(...sizes)).toBeLessThanOrEqual(CUT_BATCH_BYTES);
  expect(parts.flatMap((part) => part.events)).toEqual(events);
  expect(parts.flatMap((part) => part.frames).reduce((rows, part) => rows + part.timeUs.length, 0)).toBe(ROWS);
});

test("batches keep to the gateway's limit, which may be lower than the contract's", () => {
  expect(batchLimits(0).maxBytes).toBe(480 * 1024);
  expect(batchLimits(512 * 1024).maxBytes).toBe(480 * 1024);
  expect(batchLimits(128 * 1024).maxBytes).toBe(96 * 1024);
  expect(batchLimits(1).maxBytes).toBe(16 * 1024);
});

const words = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 50 }),
  fc.integer({ min: 0, max: 30_000 }).map((letters) => 'é'.repeat(letters)),
);
const someEvents = fc.array(
  fc.record({
    timeUs: fc.nat(),
    kind: words,
    severity: fc.constantFrom('info' as const, 'error' as const),
    text: words,
    attributes: fc.dictionary(fc.string({ maxLength: 9 }), words, { maxKeys: 3 }),
  }),
  { maxLength: 30 },
);

test('no events make a batch that is too large, and none of them is lost', () => {
  fc.assert(
    fc.property(someEvents, fc.constantFrom(16 * 1024, CUT_BATCH_BYTES), (all, maxBytes) => {
      const parts = splitInput({ createdUs: 1.7e15, frames: [frame], events: all }, { maxBytes, maxRows: 10_000 });
      for (const part of parts) {
        const { length } = encodeBatch({ ...part, epoch: new Uint8Array(16), seq: 1, dropped: [] });
        expect(length).toBeLessThanOrEqual(maxBytes + 100);
      }
      expect(parts.flatMap((part) => part.events.map(({ timeUs }) => timeUs))).toEqual(all.map(({ timeUs }) => timeUs));
      expect(parts.reduce((rows, part) => rows + part.frames.reduce((sum, one) => sum + one.timeUs.length, 0), 0)).toBe(ROWS);
    }),
    { numRuns: 30 },
  );
});

test('an event that no batch has room for keeps what it is and the beginning of its text', () => {
  const large = { timeUs: 5, kind: 'boot', severity: 'info' as const, text: 'é'.repeat(600_000), attributes: { a: 'b' } };
  const [part, ...more] = splitInput({ createdUs: 1, frames: [], events: [large] });
  expect(more).toEqual([]);
  expect(part?.events).toEqual([
    { timeUs: 5, kind: 'boot', severity: 'info', text: `${'é'.repeat(1000)}… (1200064 bytes)`, attributes: {} },
  ]);
});

test('frames of more measurements than a reader takes become several batches', () => {
  const frames = Array.from({ length: 5000 }, (_, i) => ({
    ...{ measurement: `m${i}`, tags: [], series: [[]], fields: ['v'], textFields: [], texts: [] },
    ...{ seriesIndex: new Uint32Array(1), timeUs: Float64Array.of(1.7e15), values: Float64Array.of(1) },
  }));
  const parts = splitInput({ createdUs: 1.7e15, frames, events: [] });
  expect(Math.max(...parts.map((part) => part.frames.length))).toBeLessThanOrEqual(1000);
  expect(parts.flatMap((part) => part.frames.map(({ measurement }) => measurement))).toEqual(frames.map(({ measurement }) => measurement));
});
