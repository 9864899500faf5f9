import { expect, it } from 'vitest';
import { createTimeParser } from './time-cell.ts';

const NOON_US = Date.UTC(2026, 10, 23, 12) * 1000;

function read(text: string, format = 'iso', zone = 'UTC'): number {
  const bytes = Buffer.from(`"${text}"`);
  return createTimeParser(format, zone)(bytes, 1, bytes.length - 1);
}

it.each([
  ['2026-11-23T12:00:00Z', 'iso', 'UTC', NOON_US],
  ['2026-11-23 12:00:00', 'iso', 'UTC', NOON_US],
  ['2026-11-23T12:00:00.000001Z', 'iso', 'UTC', NOON_US + 1],
  ['2026-11-23 12:00:00.5', 'iso', 'UTC', NOON_US + 500_000],
  ['2026-11-23T12:00:00.123456789Z', 'iso', 'UTC', NOON_US + 123_456],
  ['2026-11-23T13:00:00+01:00', 'iso', 'America/New_York', NOON_US],
  ['2026-11-23T13:00:00', 'iso', '+01:00', NOON_US],
  ['2026-11-23T13:00:00', 'iso', 'Europe/Berlin', NOON_US],
  ['2026-07-01T14:00:00', 'iso', 'Europe/Berlin', Date.UTC(2026, 6, 1, 12) * 1000],
  ['2026-01-31T00:00:00Z', 'iso', 'UTC', Date.UTC(2026, 0, 31) * 1000],
  ['2026-11-23', 'iso', 'UTC', Date.UTC(2026, 10, 23) * 1000],
  ['1795435200', 's', 'UTC', 1_795_435_200e6],
  ['1795435200.25', 's', 'UTC', 1_795_435_200.25e6],
  ['1795435200000', 'ms', 'UTC', 1_795_435_200e6],
  ['1795435200000000', 'us', 'UTC', 1_795_435_200e6],
  ['23.11.2026 12:00:00', 'DD.MM.YYYY HH:mm:ss', 'UTC', NOON_US],
  ['11/23/26 12:00', 'MM/DD/YY HH:mm', 'UTC', NOON_US],
  ['1.2.2026 3:04:05', 'DD.MM.YYYY HH:mm:ss', 'UTC', Date.UTC(2026, 1, 1, 3, 4, 5) * 1000],
])('%s as %s in %s', (text, format, zone, us) => expect(read(text, format, zone)).toBe(us));

it.each(['', 'yesterday', '2026-13-01T00:00:00Z', '2026-02-30T00:00:00Z', '2026-11-23T24:30:00Z', '20:15'])('%j is no time', (text) =>
  expect(read(text)).toBeNaN(),
);

it('agrees with the calendar on every day of 400 years', () => {
  const parse = createTimeParser('iso', 'UTC');
  for (let day = 0; day < 146_097; day += 13) {
    const text = new Date(day * 86_400_000).toISOString();
    expect(parse(Buffer.from(text), 0, text.length), text).toBe(day * 86_400_000_000);
  }
});

it('refuses what is no format and no zone', () => {
  expect(() => createTimeParser('whenever', 'UTC')).toThrow('time format is "whenever"');
  expect(() => createTimeParser('iso', 'Mars/Olympus')).toThrow('time zone is "Mars/Olympus"');
});
