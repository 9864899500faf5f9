import { expect, test } from 'vitest';
import { BROKEN_TEXT } from '../text-rows.ts';
import { cellOf, ownValue, parseLine } from './json-line.ts';

test('a line is the object that it holds', () => {
  expect(parseLine('{"time":"t","v":1.5,"b":true,"n":null}')).toEqual({ time: 't', v: 1.5, b: true, n: null });
  expect(parseLine('{}')).toEqual({});
});

test.each(['5', '"text"', 'true', 'null', '[1]', '[]'])('%s is no object', (text) => {
  expect(parseLine(text)).toContain('it is no object: one object a line is needed');
});

test('what is no JSON, and what is no UTF-8, is told', () => {
  expect(parseLine('{"a":')).toMatch(/^it is no JSON \(.+\)$/);
  expect(parseLine('')).toMatch(/^it is no JSON/);
  expect(parseLine(BROKEN_TEXT)).toBe('it has bytes that are no UTF-8: save the file as UTF-8');
});

test('a long integer keeps its digits, and a number that a double holds is a number', () => {
  expect(parseLine('{"a":9007199254740991,"b":9007199254740993,"c":-9007199254740993}')).toEqual({
    ...{ a: 9007199254740991, b: 9007199254740993n, c: -9007199254740993n },
  });
  expect(parseLine('{"a":12345678901234567.5,"b":1e300,"t":"12345678901234567890"}')).toEqual({
    ...{ a: 12345678901234568, b: 1e300, t: '12345678901234567890' },
  });
  const [most, more] = ['9'.repeat(310), '9'.repeat(311)];
  expect(parseLine(`{"a":${most}}`)).toEqual({ a: BigInt(most) });
  expect(parseLine(`{"a":${more}}`)).toEqual({ a: Number.POSITIVE_INFINITY });
});

test('a key that only every object has is none of the line', () => {
  const line = { v: 1, gone: undefined } as const;
  expect([ownValue(line, 'v'), ownValue(line, 'constructor'), ownValue(line, 'toString')]).toEqual([1, undefined, undefined]);
});

test('a cell is the text that CSV would have, empty where there is none', () => {
  expect([true, false, 5, 'x', 7n].map(cellOf)).toEqual(['1', '0', '5', 'x', '7']);
  expect([undefined, null, {}, [1]].map(cellOf)).toEqual(['', '', '', '']);
});
