import { expect, test } from 'vitest';
import { decodeBinaryMessage, encodeBinaryMessage } from './binary-message.ts';

const roundTrip = (message: unknown): unknown => decodeBinaryMessage(encodeBinaryMessage(message).buffer);

test('typed arrays come back as they were, beside everything else', () => {
  const message = {
    kind: 'event',
    id: 7,
    value: {
      columns: [{ name: 'é', values: new Float64Array([1.5, Number.NaN, -0]) }, { values: ['a', null] }],
      rows: new Uint32Array([1, 2, 3]),
    },
  };
  expect(roundTrip(message)).toEqual(message);
  expect(roundTrip({ value: new Float64Array(0) })).toEqual({ value: new Float64Array(0) });
});

test('a view of a larger buffer carries only its own part', () => {
  const all = new Float64Array([1, 2, 3, 4]);
  expect(roundTrip({ a: all.subarray(1, 3) })).toEqual({ a: new Float64Array([2, 3]) });
});

test('content that looks like an array entry stays content', () => {
  const message = { labels: { arrays: [['a'], 'f64', 0, 1], body: null }, name: '{"arrays":[]}' };
  expect(roundTrip(message)).toEqual(message);
});

test('bytes that are no message are malformed', () => {
  expect(() => decodeBinaryMessage(new ArrayBuffer(2))).toThrow(/2 bytes cannot be read/);
  expect(() => decodeBinaryMessage(new Uint8Array([255, 255, 255, 255, 0, 0]).buffer)).toThrow(/cannot be read/);
});
