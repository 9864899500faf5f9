import { expect, test } from 'vitest';
import type { FrameColumns } from '../../../core/common/frame.ts';
import { decodeBatch, encodeBatch, encodeEnvelope } from '../../../proto/batch-codec.ts';
import { describeBytes, withoutDropped } from './dead-letter-bytes.ts';

const EPOCH = new Uint8Array(16).fill(1);
const EVENT = { timeUs: 1, kind: 'boot', severity: 'info' as const, text: 'started', attributes: {} };
const DROP = { epoch: EPOCH, firstSeq: 1, lastSeq: 2, rows: 3, reason: 'full' };

function frame(rows: number, given: Partial<FrameColumns> = {}): FrameColumns {
  return {
    ...{ measurement: 'cpu', tags: ['core'], series: [['0'], ['1']], seriesIndex: Uint32Array.from({ length: rows }, (_, i) => i % 2) },
    ...{ timeUs: Float64Array.from({ length: rows }, (_, i) => 100 + i), fields: ['busy', 'idle'] },
    ...{
      values: Float64Array.from({ length: 2 * rows }, (_, i) => i),
      textFields: ['note'],
      texts: Array.from({ length: rows }, (_, i) => `t${i}`),
    },
    ...given,
  };
}

const batch = (frames: FrameColumns[], { seq = 4, createdUs = 9, events = [EVENT], dropped = [] as (typeof DROP)[] } = {}) =>
  encodeBatch({ epoch: EPOCH, seq, createdUs, frames, events, dropped });

test('a batch is described by its frames with their first rows', () => {
  expect(describeBytes(batch([frame(2)]), true)).toEqual([
    {
      ...{ seq: 4, createdUs: 9, events: 1, problems: [] },
      frames: [
        {
          ...{ measurement: 'cpu', tags: ['core'], fields: ['busy', 'idle'], textFields: ['note'], rows: 2 },
          firstRows: [
            { timestamp: 100, core: '0', busy: 0, idle: 2, note: 't0' },
            { timestamp: 101, core: '1', busy: 1, idle: 3, note: 't1' },
          ],
        },
      ],
    },
  ]);
});

test('five rows of a frame are shown, and fifty frames', () => {
  const [{ frames: [five, six] = [] } = {}] = describeBytes(batch([frame(5), frame(6)]), true);
  expect([five?.firstRows.length, six?.firstRows.length, six?.rows]).toEqual([5, 5, 6]);
  const frames = (count: number) => describeBytes(batch(Array.from({ length: count }, () => frame(1))), true)[0]?.frames.length;
  expect([frames(50), frames(51)]).toEqual([50, 50]);
});

test('what is absent or infinite is shown as such', () => {
  const values = Float64Array.of(Number.NaN, Infinity);
  const [description] = describeBytes(batch([frame(1, { values })]), true);
  expect(description?.frames[0]?.firstRows).toEqual([{ timestamp: 100, core: '0', busy: null, idle: 'Infinity', note: 't0' }]);
});

test('a message is described batch by batch, with the node of each', () => {
  const delivery = (nodeId: string) => ({ nodeId, receivedUs: 1, gateway: 'g', batch: batch([frame(1)]), epoch: EPOCH, seq: 4, skewUs: 0 });
  const found = describeBytes(encodeEnvelope([delivery('a'), delivery('b')]), false);
  expect(found).toMatchObject([
    { nodeId: 'a', seq: 4, frames: [{ measurement: 'cpu' }] },
    { nodeId: 'b', seq: 4 },
  ]);
});

test('what is no message may still be a batch', () => {
  expect(describeBytes(batch([]), false)).toMatchObject([{ seq: 4, createdUs: 9 }]);
  expect(describeBytes(Buffer.alloc(0), false)).toEqual([{ frames: [], events: 0, problems: [] }]);
});

test('a part that is broken hides no other, and is told', () => {
  const whole = batch([frame(1)]);
  const broken = Buffer.concat([Buffer.from([0x22, 1, 0xff]), whole]);
  const [description] = describeBytes(broken, true);
  expect(description).toMatchObject({ seq: 4, events: 1, frames: [{ measurement: 'cpu' }], problems: [expect.any(String)] });
  const cut = describeBytes(whole.subarray(0, whole.length - 1), true)[0];
  expect(cut).toMatchObject({ seq: 4, frames: [{ measurement: 'cpu' }], events: 0, problems: [expect.any(String)] });
});

test('ten problems are told', () => {
  const broken = (count: number) =>
    describeBytes(Buffer.concat(Array.from({ length: count }, () => Buffer.from([0x22, 1, 0xff]))), true)[0];
  expect([broken(10)?.problems.length, broken(11)?.problems.length]).toEqual([10, 10]);
});

test('drops that were told are left out of a batch, and all else stays', () => {
  const told = withoutDropped(batch([frame(1)], { dropped: [DROP, DROP] }));
  expect(told).toEqual(batch([frame(1)]));
  expect(decodeBatch(told).dropped).toEqual([]);
});

test('a batch without drops, and one that cannot be walked, stay as they are', () => {
  const whole = batch([frame(1)]);
  expect(withoutDropped(whole)).toBe(whole);
  const cut = batch([], { dropped: [DROP] }).subarray(0, -1);
  expect(withoutDropped(cut)).toBe(cut);
});
