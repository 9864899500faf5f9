import { expect, it } from 'vitest';
import { absentBits, type FrameColumns } from '../../core/common/frame.ts';
import { type DecodedFrame, type DeliveryContent, decodeBatch, encodeBatch, toFrameColumns } from '../../proto/batch-codec.ts';
import { eventLetter, rowLetter } from './dead-letter.ts';

const MAX_PAYLOAD = 1024 * 1024;
const DELIVERY: DeliveryContent = {
  ...{ nodeId: 'n', receivedUs: 1, gateway: 'g', batch: Buffer.alloc(0), epoch: Buffer.alloc(16, 1), seq: 5, skewUs: 0 },
};
/** Each letter takes six in JSON. */
const LONG = '\u0001'.repeat(250 * 1024);
const FRAME: FrameColumns = {
  ...{ measurement: 'm', tags: ['t'], series: [['a'], ['b']], seriesIndex: Uint32Array.of(0, 1), timeUs: Float64Array.of(7, 9) },
  ...{ fields: ['v', 'w'], values: Float64Array.of(1, 2, 3, Number.POSITIVE_INFINITY), textFields: ['x', 'y'], texts: ['s', '', LONG, ''] },
  absentTexts: absentBits(4, [1]),
};
const decoded = (frames: FrameColumns[]): DecodedFrame[] =>
  decodeBatch(encodeBatch({ ...DELIVERY, createdUs: 1, frames, events: [], dropped: [] })).frames;

it('keeps a row as JSON, with null for a text that it has not', () => {
  const [frame] = decoded([FRAME]);
  expect(rowLetter(DELIVERY, frame as DecodedFrame, 0, 'not_finite', 'why')).toMatchObject({
    ...{ measurement: 'm', row: { timestamp: 7, t: 'a', v: 1, w: 3, x: 's', y: null }, tags: ['t'], textFields: ['x', 'y'] },
  });
});

it('keeps a row that is too long for a letter as a batch of its own, to the last value', () => {
  const [frame] = decoded([FRAME]);
  const letter = rowLetter(DELIVERY, frame as DecodedFrame, 1, 'not_finite', 'why');
  expect(Buffer.byteLength(JSON.stringify(letter))).toBeLessThan(MAX_PAYLOAD);
  expect(letter).toMatchObject({ reason: 'not_finite', detail: 'why', epoch: '01'.repeat(16), seq: 5 });
  const [kept] = decodeBatch(Buffer.from(letter.raw ?? '', 'base64')).frames.map(toFrameColumns);
  expect(kept).toEqual({
    ...{ measurement: 'm', tags: ['t'], series: [['b']], seriesIndex: Uint32Array.of(0), timeUs: Float64Array.of(9) },
    ...{ fields: ['v', 'w'], values: Float64Array.of(2, Number.POSITIVE_INFINITY), textFields: ['x', 'y'], texts: [LONG, ''] },
  });
});

it('keeps an event that is too long for a letter as a batch of its own', () => {
  const event = { timeUs: 3, kind: 'Boot', severity: 'info' as const, text: LONG, attributes: {} };
  const letter = eventLetter(DELIVERY, event, 'bad_name', 'why');
  expect(Buffer.byteLength(JSON.stringify(letter))).toBeLessThan(MAX_PAYLOAD);
  expect(decodeBatch(Buffer.from(letter.raw ?? '', 'base64')).events).toEqual([event]);
  expect(eventLetter(DELIVERY, { ...event, text: 'short' }, 'bad_name', 'why')).toMatchObject({
    measurement: 'events',
    row: { text: 'short' },
  });
});
