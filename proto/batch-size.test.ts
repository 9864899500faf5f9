import fc from 'fast-check';
import { expect, it } from 'vitest';
import { eventBytes, frameBytes, tagBytes, utf8Bytes } from '../core/common/batch-size.ts';
import { absentBits, type FrameColumns } from '../core/common/frame.ts';
import { decodeBatch, encodeBatch } from './batch-codec.ts';

const words = fc.string({ unit: 'binary', maxLength: 40 });
const time = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const frames = fc
  .record({
    tags: fc.array(words, { maxLength: 4 }),
    fields: fc.array(words, { maxLength: 4 }),
    textFields: fc.array(words, { maxLength: 3 }),
  })
  .chain((names) =>
    fc.record({
      names: fc.constant(names),
      measurement: words,
      series: fc.array(fc.array(words, { minLength: names.tags.length, maxLength: names.tags.length }), { minLength: 1, maxLength: 5 }),
      rows: fc.array(
        fc.record({ time, texts: fc.array(words, { minLength: names.textFields.length, maxLength: names.textFields.length }) }),
        { maxLength: 20 },
      ),
    }),
  )
  .map(
    ({ names, measurement, series, rows }): FrameColumns => ({
      ...{ ...names, measurement, series },
      seriesIndex: Uint32Array.from(rows, (_, i) => i % series.length),
      timeUs: Float64Array.from(rows, (row) => row.time),
      values: new Float64Array(rows.length * names.fields.length),
      texts: rows.flatMap((row) => row.texts),
      absentTexts: absentBits(rows.length * names.textFields.length, rows.length * names.textFields.length > 0 ? [0] : []),
    }),
  );
const events = fc.record({
  timeUs: time,
  kind: words,
  severity: fc.constantFrom('info' as const, 'warning' as const),
  text: words,
  attributes: fc.dictionary(words, words, { maxKeys: 4 }),
});

it('tells the bytes of any text', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => utf8Bytes(text) === Buffer.byteLength(text)));
  for (const text of ['\ud83d', 'a\ude00', '\ud83d\ud83d\ude00', '\ud83d\ude00x', 'é', 'ß€'])
    expect(utf8Bytes(text)).toBe(Buffer.byteLength(text));
});

it('never tells less than a batch takes, and not much more', () => {
  fc.assert(
    fc.property(fc.array(frames, { maxLength: 4 }), fc.array(events, { maxLength: 4 }), (some, others) => {
      const told = [...some.map(frameBytes), ...others.map(eventBytes)].reduce((sum, bytes) => sum + bytes, 0);
      const { length } = encodeBatch({ epoch: Buffer.alloc(0), seq: 0, createdUs: 0, frames: some, events: others, dropped: [] });
      return length <= told && told <= length * 6 + 200;
    }),
  );
});

it('tells the bytes of the tags of a series to the byte', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          words,
          fc.integer({ min: 0, max: 20_000 }).map((length) => 'x'.repeat(length)),
        ),
        { maxLength: 5 },
      ),
      (tagValues) => {
        const frame = {
          ...{ measurement: 'm', tags: tagValues.map((_, i) => `t${i}`), series: [tagValues], fields: [], textFields: [], texts: [] },
        };
        const rows = { seriesIndex: Uint32Array.of(0), timeUs: Float64Array.of(1), values: new Float64Array(0) };
        const bytes = encodeBatch({
          epoch: Buffer.alloc(0),
          seq: 0,
          createdUs: 0,
          frames: [{ ...frame, ...rows }],
          events: [],
          dropped: [],
        });
        return decodeBatch(bytes).frames[0]?.seriesBytes[0]?.length === tagBytes(tagValues);
      },
    ),
  );
});
