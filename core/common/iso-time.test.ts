import { expect, it } from 'vitest';
import { parseIsoTime } from './iso-time.ts';

const NOON_US = Date.UTC(2026, 10, 23, 12) * 1000;

it.each([
  ['2026-11-23T12:00:00Z', NOON_US],
  ['2026-11-23 12:00Z', NOON_US],
  ['2026-11-23T13:30:00+01:30', NOON_US],
  ['2026-11-23T04:00:00-0800', NOON_US],
  ['2026-11-23T12:00:00.000001Z', NOON_US + 1],
  ['2026-11-23T12:00:00.123456789Z', NOON_US + 123_456],
  ['2026-11-23T12:00:00,5Z', NOON_US + 500_000],
])('%s is %d', (text, us) => expect(parseIsoTime(text)).toBe(us));

it.each([
  '',
  'now',
  '2026-11-23',
  '2026-11-23T12:00:00',
  '2026-02-30T00:00:00Z',
  '2026-11-23T25:00:00Z',
  '2026-11-23T12:00:00+15:00',
  '1e9',
])('%j is no time with a zone', (text) => expect(parseIsoTime(text)).toBeUndefined());

it('takes a time without zone in the zone it is told', () => {
  expect(parseIsoTime('2026-11-23T13:00:00', 60)).toBe(NOON_US);
  expect(parseIsoTime('2026-11-23T12:00:00Z', 60)).toBe(NOON_US);
});
