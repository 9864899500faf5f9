import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import protobuf from 'protobufjs';
import 'protobufjs/ext/descriptor/index.js';
import { describe, expect, it } from 'vitest';
import { absentBits, type FrameColumns, textAt } from '../core/common/frame.ts';
import { MusterError } from '../core/common/muster-error.ts';
import {
  type BatchContent,
  decodeBatch,
  decodeEnvelope,
  decodeLiveSamples,
  encodeBatch,
  encodeEnvelope,
  encodeLiveSamples,
  toFrameColumns,
} from './batch-codec.ts';
import { descriptorSetBytes } from './descriptors.ts';

/** protobufjs over the same .proto files: the independent reader of our bytes. */
const root = (protobuf.Root as unknown as { fromDescriptor(bytes: Buffer): protobuf.Root }).fromDescriptor(descriptorSetBytes());
const Batch = root.lookupType('muster.v1.Batch');
const Envelope = root.lookupType('muster.v1.Envelope');

const GOLDEN = join(import.meta.dirname, '../test/fixtures/golden');

const frame: FrameColumns = {
  measurement: 'disk_io',
  tags: ['device'],
  series: [['sda'], ['nvme0n1'], ['β-Größe']],
  seriesIndex: Uint32Array.of(0, 1, 2, 0),
  timeUs: Float64Array.of(1763850000000000, 1763850000000000, 1763850000000000, 1763850001000000),
  fields: ['reads_per_second', 'read_latency_ms'],
  values: Float64Array.of(1, 2, 3, 4.5, Number.NaN, 5e-324, 1.797e308, -0),
  textFields: ['note'],
  texts: ['', 'a', 'line\nbreak', '\u{1F600}'],
};

const batch: BatchContent = {
  epoch: Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex'),
  seq: 88214,
  createdUs: 1763850001000123,
  frames: [frame],
  events: [{ timeUs: 1763850000500000, kind: 'boot', severity: 'info', text: 'The machine booted.', attributes: { kernel: '6.12' } }],
  dropped: [{ epoch: Buffer.alloc(16, 7), firstSeq: 3, lastSeq: 9, rows: 700, reason: 'spool_limit' }],
};

describe('batch codec', () => {
  it('gives back what was encoded, bit for bit', () => {
    const decoded = decodeBatch(encodeBatch(batch));
    expect({ ...decoded, frames: decoded.frames.map(toFrameColumns) }).toEqual(batch);
    expect(Object.is(decoded.frames[0]?.values[7], -0)).toBe(true);
  });

  it('keeps an absent text apart from an empty one, as protobufjs does, and reads frames that know of none', () => {
    const absent: FrameColumns = {
      ...frame,
      textFields: ['a', 'b', 'c'],
      texts: [...'xxxxxxxxx', '', '', ''],
      absentTexts: absentBits(12, [9, 11]),
    };
    const bytes = encodeBatch({ ...batch, frames: [absent] });
    const [decoded] = decodeBatch(bytes).frames.map(toFrameColumns) as [FrameColumns];
    expect({ ...decoded, absentTexts: Uint8Array.from(decoded.absentTexts ?? []) }).toEqual(absent);
    expect([0, 1, 2].map((i) => textAt(decoded, 3, i))).toEqual([undefined, '', undefined]);
    expect([0, 1, 2].map((i) => textAt(decoded, 2, i))).toEqual(['x', 'x', 'x']);
    const read = Batch.decode(bytes);
    expect([...(Batch.toObject(read)['frames'][0].absent_texts as Buffer)]).toEqual([0, 0b1010]);
    expect(Buffer.from(Batch.encode(read).finish()).equals(bytes)).toBe(true);
    const [older] = decodeBatch(encodeBatch(batch)).frames;
    expect(older?.absentTexts).toBeUndefined();
    expect(textAt(older as FrameColumns & typeof older, 0, 0)).toBe('');
    const wrong = encodeBatch({ ...batch, frames: [{ ...absent, absentTexts: new Uint8Array(3) }] });
    expect(() => decodeBatch(wrong)).toThrow('frame disk_io has 3 bytes that tell which of 12 texts are absent');
  });

  it('writes bytes that protobufjs reads as the same and writes alike', () => {
    const bytes = encodeBatch(batch);
    const read = Batch.decode(bytes);
    const plain = Batch.toObject(read, { longs: Number });
    expect(plain['frames'][0].series[2]).toEqual({ tag_values: ['β-Größe'] });
    expect(plain['frames'][0].time_us).toEqual([1763850000000000, 0, 0, 1000000]);
    expect(plain['dropped'][0].last_seq).toBe(9);
    expect(Buffer.from(Batch.encode(read).finish()).equals(bytes)).toBe(true);
  });

  it('writes the same bytes for lists of series that never change, whatever frame they come with', () => {
    const expected = encodeBatch(batch).toString('hex');
    const frames = batch.frames.map((frame) => ({ ...frame, series: Object.freeze([...frame.series]) }));
    for (let times = 0; times < 2; times++) expect(encodeBatch({ ...batch, frames }).toString('hex')).toBe(expected);
    const renamed = (list: typeof batch.frames) => list.map((frame) => ({ ...frame, measurement: 'other', fields: [...frame.fields] }));
    const other = encodeBatch({ ...batch, frames: renamed(batch.frames) }).toString('hex');
    expect(encodeBatch({ ...batch, frames: renamed(frames) }).toString('hex')).toBe(other);
  });

  it('keeps the wire as it was on the first day', () => {
    expect(encodeBatch(batch).toString('hex')).toBe(readFileSync(join(GOLDEN, 'batch.hex'), 'utf8').trim());
    const delivery = {
      nodeId: 'n1',
      receivedUs: 1763850002000000,
      gateway: 'g1',
      batch: encodeBatch(batch),
      epoch: batch.epoch,
      seq: 88214,
      skewUs: -5,
    };
    expect(encodeEnvelope([delivery]).toString('hex')).toBe(readFileSync(join(GOLDEN, 'envelope.hex'), 'utf8').trim());
  });

  it('round-trips any frame of the right shape', () => {
    const names = fc.array(fc.string({ unit: 'grapheme', maxLength: 60 }), { maxLength: 4 });
    const frames = fc
      .record({
        tags: names,
        fields: names,
        rows: fc.integer({ min: 0, max: 40 }),
        seed: fc.array(fc.double(), { minLength: 1, maxLength: 20 }),
      })
      .chain((shape) =>
        fc
          .array(
            fc.array(fc.string({ unit: 'grapheme', maxLength: 200 }), { minLength: shape.tags.length, maxLength: shape.tags.length }),
            {
              minLength: 1,
              maxLength: 5,
            },
          )
          .map(
            (series): FrameColumns => ({
              measurement: 'm',
              tags: shape.tags,
              series,
              seriesIndex: Uint32Array.from({ length: shape.rows }, (_, i) => i % series.length),
              timeUs: Float64Array.from(
                { length: shape.rows },
                (_, i) => 1.7e15 + Math.round((shape.seed[i % shape.seed.length] ?? 0) % 1e9 || 0),
              ),
              fields: shape.fields,
              values: Float64Array.from({ length: shape.rows * shape.fields.length }, (_, i) => shape.seed[i % shape.seed.length] ?? 0),
              textFields: [],
              texts: [],
            }),
          ),
      );
    fc.assert(
      fc.property(frames, fc.integer({ min: -(2 ** 53) + 1, max: 2 ** 53 - 1 }), (columns, createdUs) => {
        const bytes = encodeBatch({ ...batch, createdUs, frames: [columns] });
        const decoded = decodeBatch(bytes);
        expect(decoded.createdUs).toBe(createdUs);
        expect(decoded.frames.map(toFrameColumns)).toEqual([columns]);
        expect(() => Batch.decode(bytes)).not.toThrow();
      }),
      { numRuns: 200 },
    );
  });

  it('says what does not fit when the columns of a frame disagree', () => {
    const cases: [Partial<FrameColumns>, RegExp][] = [
      [{ seriesIndex: Uint32Array.of(0) }, /4 times and 1 series indexes/],
      [{ seriesIndex: Uint32Array.of(0, 1, 2, 3) }, /names series 3 of 3 in row 3/],
      [{ values: Float64Array.of(1, 2) }, /2 values for 4 rows of 2 fields/],
      [{ texts: ['x'] }, /1 texts for 4 rows of 1 text fields/],
    ];
    for (const [change, words] of cases) {
      expect(() => decodeBatch(encodeBatch({ ...batch, frames: [{ ...frame, ...change }] }))).toThrow(words);
    }
  });

  it('refuses text that is not UTF-8 rather than merging two names into one', () => {
    const bytes = encodeBatch(batch);
    const at = bytes.indexOf('disk_io');
    bytes[at] = 0xff;
    expect(() => decodeBatch(bytes)).toThrow(/measurement is not UTF-8/);
  });

  it('throws malformed, and nothing else, on any bytes', () => {
    const good = encodeBatch(batch);
    const mutated = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }).map((changes) => {
      const bytes = Buffer.from(good);
      for (const [at, value] of changes) bytes[at] = value;
      return bytes;
    });
    const anything = fc.oneof(
      mutated,
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      fc.nat(good.length).map((length) => good.subarray(0, length)),
    );
    fc.assert(
      fc.property(anything, (bytes) => {
        for (const decode of [decodeBatch, decodeEnvelope, decodeLiveSamples]) {
          try {
            decode(bytes);
          } catch (error) {
            expect(error).toBeInstanceOf(MusterError);
            expect((error as MusterError).code).toBe('malformed');
          }
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('is not kept busy by a column in pieces or by a million frames', () => {
    const inFrame = (content: Buffer): Buffer => {
      const length = Buffer.of((content.length & 127) | 128, ((content.length >> 7) & 127) | 128, content.length >> 14);
      return Buffer.concat([Buffer.of(34), length, content]);
    };
    const pieces = Buffer.concat(Array.from({ length: 100_000 }, () => Buffer.of(34, 1, 0)));
    expect(() => decodeBatch(inFrame(pieces))).toThrow(/a column of a frame is in several pieces/);
    const frames = Buffer.concat(Array.from({ length: 100_000 }, () => Buffer.of(34, 0)));
    expect(() => decodeBatch(frames)).toThrow(/more than 4096 frames/);
    expect(() => decodeLiveSamples(Buffer.from(frames.toString('hex').replaceAll('22', '12'), 'hex'))).toThrow(/more than 4096 frames/);
  });

  it('refuses a dropped range of no epoch', () => {
    const dropped = [{ epoch: Buffer.alloc(3), firstSeq: 1, lastSeq: 1, rows: 1, reason: 'spool_limit' }];
    expect(() => decodeBatch(encodeBatch({ ...batch, dropped }))).toThrow(/an epoch of 3 bytes: 16 are needed/);
  });

  it('does not let an attribute name reach the prototype', () => {
    const attributes = Object.defineProperty({}, '__proto__', { value: 'x', enumerable: true }) as Record<string, string>;
    const decoded = decodeBatch(encodeBatch({ ...batch, events: [{ timeUs: 1, kind: 'k', severity: 'info', text: '', attributes }] }));
    expect(Object.keys(decoded.events[0]?.attributes ?? {})).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });

  it('round-trips envelopes and live samples', () => {
    const delivery = {
      nodeId: 'n1',
      receivedUs: 17,
      gateway: 'g1',
      batch: encodeBatch(batch),
      epoch: Buffer.from(batch.epoch),
      seq: 3,
      skewUs: -86_400_000_001,
    };
    expect(decodeEnvelope(encodeEnvelope([delivery, { ...delivery, seq: 4 }]))).toEqual([delivery, { ...delivery, seq: 4 }]);
    expect(Envelope.toObject(Envelope.decode(encodeEnvelope([delivery])), { longs: Number })['deliveries'][0].skew_us).toBe(
      -86_400_000_001,
    );
    const message = root.lookupType('muster.v1.AgentMessage').decode(encodeLiveSamples(99, [frame])) as unknown as {
      live: protobuf.Message;
    };
    const live = Buffer.from(root.lookupType('muster.v1.LiveSamples').encode(message.live).finish());
    const decoded = decodeLiveSamples(live);
    expect(decoded.sentUs).toBe(99);
    expect(decoded.frames.map(toFrameColumns)).toEqual([frame]);
  });
});
