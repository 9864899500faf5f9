import { expect, test } from 'vitest';
import { isNumberUnit, timeOfNumber } from './time-number.ts';

test.each([
  ['1767225600', 's', 1_767_225_600_000_000],
  ['1767225600.5', 's', 1_767_225_600_500_000],
  ['1767225600,25', 's', 1_767_225_600_250_000],
  ['1767225600123', 'ms', 1_767_225_600_123_000],
  ['1767225600123456', 'us', 1_767_225_600_123_456],
  ['1767225600123456789', 'ns', 1_767_225_600_123_456],
  ['1.7672256e9', 's', 1_767_225_600_000_000],
  ['17672256E+2', 's', 1_767_225_600_000_000],
  [' +5 ', 's', 5_000_000],
  ['.5', 's', 500_000],
  ['5.', 's', 5_000_000],
  ['0', 's', 0],
  ['999', 'ns', 0],
  ['1000', 'ns', 1],
] as const)('%j in %s', (text, unit, us) => {
  expect(timeOfNumber(text, unit)).toBe(us);
});

test('before 1970 what is finer than a microsecond is cut towards the past', () => {
  expect([timeOfNumber('-1', 's'), timeOfNumber('-1.0000005', 's'), timeOfNumber('-1.0000000', 's')]).toEqual([
    -1_000_000, -1_000_001, -1_000_000,
  ]);
  expect([timeOfNumber('-1', 'ns'), timeOfNumber('-1000', 'ns'), timeOfNumber('-1001', 'ns')]).toEqual([-1, -1, -2]);
});

test.each(['', ' ', '.', '-', 'e5', '1 2', '1.2.3', '0x5', '1e', '1e9999', 'NaN', '5s'])('%j is no time', (text) => {
  expect(timeOfNumber(text, 's')).toBeNaN();
});

test('an exponent that nobody means is no time', () => {
  expect(timeOfNumber('1e33', 's')).toBe(1e39);
  expect(timeOfNumber('1e34', 's')).toBeNaN();
  expect(timeOfNumber('5e-30', 's')).toBe(0);
});

test('the units are seconds and their thousandths', () => {
  expect(['s', 'ms', 'us', 'ns'].every(isNumberUnit)).toBe(true);
  expect(['', 'S', 'm', 'constructor'].some(isNumberUnit)).toBe(false);
});
