import { expect, it } from 'vitest';
import { parseDurationSeconds } from './duration.ts';
import { formatBytes, formatCount, formatDuration, formatMebibytes, formatNumber } from './quantity.ts';

it('formats bytes in binary units', () => {
  expect([0, 1023, 1536, 5 * 1024 ** 3, 2 ** 80].map(formatBytes)).toEqual(['0 B', '1023 B', '1.5 KiB', '5.0 GiB', '1073741824.0 PiB']);
  expect([formatMebibytes(1024 ** 2 * 1.25), formatMebibytes(undefined)]).toEqual(['1.3', '-']);
});

it('shows absent numbers as a dash', () => {
  expect([1.25, 0, null, undefined, Number.NaN].map((value) => formatNumber(value))).toEqual(['1.3', '0.0', '-', '-', '-']);
  expect(formatCount(1_234_567)).toBe('1,234,567');
});

it('formats durations in their two largest units', () => {
  const day = 86_400_000;
  expect([-5, 999, 61_000, 3_600_000, day + 3_600_000 * 2 + 5000].map(formatDuration)).toEqual([
    '0 s',
    '0 s',
    '1 min 1 s',
    '1 h',
    '1 d 2 h',
  ]);
});

it('reads durations with a unit or in seconds, and nothing else', () => {
  expect(['45s', '30m', '24h', '90d', ' 5min '].map(parseDurationSeconds)).toEqual([45, 1800, 86_400, 7_776_000, 300]);
  for (const text of ['', '-5s', '5 mm', '1e3s', 'NaNs'])
    expect(() => parseDurationSeconds(text)).toThrow('A number of seconds, or one with a unit');
});
