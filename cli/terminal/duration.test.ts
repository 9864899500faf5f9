import { expect, it } from 'vitest';
import { durationMs, durationSeconds, parseDurationSeconds, withUnit } from './duration.ts';

it('reads durations alike, and bare numbers as seconds', () => {
  expect(['150', '150s', '2m', '24h', '90d'].map(parseDurationSeconds)).toEqual([150, 150, 120, 86_400, 7_776_000]);
  expect(() => parseDurationSeconds('soon')).toThrow('A number of seconds, or one with a unit, is needed');
  expect(() => parseDurationSeconds('0')).toThrow('Expected a time from 1s to ');
  expect(durationSeconds(0, 600)('10m')).toBe(600);
  expect(() => durationSeconds(1, 60)('2m')).toThrow('Expected a time from 1s to 1m.');
});

it('reads bare numbers as milliseconds where the option says so', () => {
  const read = durationMs(100, 60_000);
  expect(['250', '500ms', '2s', '1m'].map(read)).toEqual([250, 500, 2000, 60_000]);
  expect(() => read('5')).toThrow('from 100 to 60000 milliseconds');
});

it('writes defaults as people do', () => {
  expect([3600, 86_400, 90, 45, 0].map(parseDurationSeconds.shown)).toEqual(['1h', '1d', '90s', '45s', '']);
});

it('adds the unit for a program that wants one', () => {
  expect(['10', '10s', '500ms'].map(withUnit)).toEqual(['10s', '10s', '500ms']);
});
