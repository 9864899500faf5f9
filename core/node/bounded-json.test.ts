import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MAX_JSON_DEPTH, parseBoundedJson } from '../common/bounded-json.ts';

const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

test('lists and objects as deep as the limit are taken, deeper ones are not', () => {
  expect(() => parseBoundedJson(nested(MAX_JSON_DEPTH), 'the body')).not.toThrow();
  expect(() => parseBoundedJson(`{"a":${nested(MAX_JSON_DEPTH - 1)}}`, 'the body')).not.toThrow();
  expect(() => parseBoundedJson(nested(MAX_JSON_DEPTH + 1), 'the body')).toThrow('the body nests lists or objects more than 100 deep');
  expect(() => parseBoundedJson('{"a":'.repeat(50_000), 'the body')).toThrow(expect.objectContaining({ code: 'malformed' }));
});

test('brackets in texts and one beside the other are not depth', () => {
  expect(parseBoundedJson(JSON.stringify('["\\'.repeat(500)), 'it')).toBe('["\\'.repeat(500));
  expect(parseBoundedJson(`[${Array(500).fill('[{}]').join()}]`, 'it')).toHaveLength(500);
});

test('what is not JSON is malformed, with the reason', () => {
  expect(() => parseBoundedJson('{"a":', 'the body')).toThrow(/^the body is not JSON: /);
  expect(() => parseBoundedJson('"\\', 'the body')).toThrow(/^the body is not JSON: /);
});

test('every value of JSON is read as it is', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 8 }), (value) => {
      expect(JSON.stringify(parseBoundedJson(JSON.stringify(value), 'it'))).toBe(JSON.stringify(value));
    }),
  );
});

test.each(['"', '\\', '"\\', '\\"', '["', '[', ']', ' ', '1', '""'])('1 MiB of %j is judged at once', (unit) => {
  const text = unit.repeat(Math.floor(2 ** 20 / unit.length));
  // Of this thread alone: others on the machine may keep it waiting.
  const before = process.threadCpuUsage();
  try {
    parseBoundedJson(text, 'it');
  } catch {
    // Its time alone counts.
  }
  const { user, system } = process.threadCpuUsage(before);
  expect((user + system) / 1000).toBeLessThan(50);
});

test('an integer that no double holds stays the text of its digits, where that is wanted', () => {
  const text =
    '{"a":9007199254740993,"b":[-18446744073709551616,9007199254740991,1e300,0.12345678901234567,12345678901234567.5],"constructor":1}';
  expect(parseBoundedJson(text, 'it', true)).toEqual({
    ...{ a: '9007199254740993', constructor: 1 },
    b: ['-18446744073709551616', 9007199254740991, 1e300, Number('0.12345678901234567'), Number('12345678901234567.5')],
  });
  expect(parseBoundedJson('{"a":9007199254740993}', 'it')).toEqual({ a: Number('9007199254740993') });
});
