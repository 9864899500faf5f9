import { expect, it } from 'vitest';
import { durationMsOf } from './duration.ts';

it.each([
  ['150', 150_000],
  ['150s', 150_000],
  ['2m', 120_000],
  ['2min', 120_000],
  ['1.5h', 5_400_000],
  ['500ms', 500],
  ['90d', 7_776_000_000],
  [' 45s ', 45_000],
  ['0', 0],
])('reads %s', (text, ms) => expect(durationMsOf(text)).toBe(ms));

it('takes a bare number for milliseconds where that is said', () => expect(durationMsOf('150', 'ms')).toBe(150));

it.each(['', 's', '-1', '1e3', '5 minutes', '1h30m', 'NaN', '1,5s'])('refuses %j', (text) => expect(durationMsOf(text)).toBeUndefined());
