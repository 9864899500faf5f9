import { expect, test } from 'vitest';
import { decimalNumbers, decimalTexts } from './decimals.ts';

/** An integer in two's complement, in so many bytes. */
function bytesOf(value: bigint, length: number): Uint8Array {
  const wrapped = BigInt.asUintN(length * 8, value)
    .toString(16)
    .padStart(length * 2, '0');
  return Uint8Array.from(Buffer.from(wrapped, 'hex'));
}

const VALUES = [
  0n,
  1n,
  -1n,
  127n,
  128n,
  -128n,
  -129n,
  255n,
  256n,
  65_535n,
  -65_536n,
  2n ** 40n,
  -(2n ** 40n),
  2n ** 47n - 1n,
  -(2n ** 47n),
  2n ** 53n,
  -(2n ** 60n),
];

test.each([8, 9, 16, 32])('integers in %i bytes are what they were', (length) => {
  const stored = VALUES.map((value) => bytesOf(value, length));
  expect([...decimalNumbers(stored as never, 0)]).toEqual(VALUES.map(Number));
  expect(decimalTexts(stored as never, 0)).toEqual(VALUES.map(String));
});

test.each([1, 2, 3, 5, 6, 7])('the smallest and the largest of %i bytes are what they were', (length) => {
  const most = 2n ** BigInt(length * 8 - 1);
  const values = [most - 1n, -most, 0n, -1n];
  expect(decimalTexts(values.map((value) => bytesOf(value, length)) as never, 0)).toEqual(values.map(String));
});

test('the point stands where the scale says, without zeros behind the last digit that counts', () => {
  expect(decimalTexts([12_345, -12_345, 5, -5, 100, 0] as never, 2)).toEqual(['123.45', '-123.45', '0.05', '-0.05', '1', '0']);
  expect(decimalTexts([12n, -12n, 0n] as never, -2)).toEqual(['1200', '-1200', '0']);
  expect([...decimalNumbers([12_345, -5, 0] as never, 2)]).toEqual([123.45, -0.05, 0]);
  expect([...decimalNumbers([12] as never, -2)]).toEqual([1200]);
  expect([...decimalNumbers([3] as never, 22), ...decimalNumbers([3] as never, 23)]).toEqual([3e-22, 3e-23]);
});

test('a number of many digits is the nearest double, and its text has all of them', () => {
  const value = 12_345_678_901_234_567_890_123_456_789n;
  expect([...decimalNumbers([bytesOf(value, 16)] as never, 10)]).toEqual([Number('1234567890123456789.0123456789')]);
  expect(decimalTexts([bytesOf(value, 16), bytesOf(-value, 16)] as never, 10)).toEqual([
    '1234567890123456789.0123456789',
    '-1234567890123456789.0123456789',
  ]);
});

test('what is wider than any decimal is no number', () => {
  expect([...decimalNumbers([bytesOf(5n, 32), bytesOf(5n, 33), new Uint8Array(0)] as never, 0)]).toEqual([5, Infinity, Infinity]);
  expect(decimalTexts([bytesOf(5n, 33), new Uint8Array(0)] as never, 0)).toEqual(['', '']);
});
