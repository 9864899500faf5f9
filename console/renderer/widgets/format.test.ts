import { expect, test } from 'vitest';
import {
  formatAge,
  formatAxis,
  formatBytes,
  formatIsoMicros,
  formatMoment,
  formatNumber,
  formatShort,
  isOneDay,
  plural,
  setZone,
  toMegabits,
} from './format.ts';
import { sparklinePath } from './sparkline.tsx';

test('numbers keep one precision, and none is –', () => {
  expect([1234.56, 0, null, undefined, Number.NaN, Number.POSITIVE_INFINITY].map((value) => formatNumber(value, 1))).toEqual([
    '1,234.6',
    '0.0',
    '–',
    '–',
    '–',
    '–',
  ]);
  expect([0.123, 4.25, 42.19, 421.9, 0].map(formatShort)).toEqual(['0.12', '4.25', '42.2', '422', '0']);
  expect([50, 0.25, 12_000].map(formatAxis)).toEqual(['50', '0.25', '12,000']);
});

test('ages, sizes, rates and counts in people’s units', () => {
  expect([400, 31_000, 22 * 60_000, 2.2 * 3_600_000, 11 * 86_400_000, null].map(formatAge)).toEqual([
    '0.4 s',
    '31 s',
    '22 min',
    '2.2 h',
    '11 d',
    '–',
  ]);
  expect([0, 1023, 1536, 64 * 2 ** 30].map(formatBytes)).toEqual(['0 B', '1,023 B', '1.50 KiB', '64.0 GiB']);
  expect(toMegabits(125_000)).toBe(1);
  expect([plural(1, 'batch', 'batches'), plural(0, 'node')]).toEqual(['1 batch', '0 nodes']);
});

test('times keep their microseconds', () => {
  expect(formatIsoMicros(1_700_000_000_123_456)).toBe('2023-11-14T22:13:20.123456Z');
  expect(formatIsoMicros(Number.NaN)).toBe('–');
});

test('a sparkline leaves gaps open and shows a lone point', () => {
  expect(sparklinePath([0, 10, Number.NaN, 10], 30, 12, 0, 10)).toBe('M0.0 11.0L10.0 1.0M30.0 1.0h1');
  expect(sparklinePath([], 30, 12)).toBe('');
});

test('a time of another day says its day, in the shown zone', () => {
  setZone('utc');
  const at = (text: string): number => Date.parse(`2026-11-${text}Z`);
  expect(formatMoment(at('21T14:06:32'), at('21T23:59:59'))).toBe('14:06:32');
  expect(formatMoment(at('18T14:06:32'), at('21T14:06:32'))).toBe('18 Nov, 14:06:32');
  expect([isOneDay(at('21T23:30:00'), at('22T00:30:00')), isOneDay(at('21T22:30:00'), at('21T23:30:00'))]).toEqual([false, true]);
  setZone('local');
});
