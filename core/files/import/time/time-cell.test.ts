import { expect, it } from 'vitest';
import { createTimeParser, createTimeProblem } from './time-cell.ts';

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

it.each([
  ['11/23/2026 12:00:00 PM', 'MM/DD/YYYY hh:mm:ss A', NOON_US],
  ['11/23/2026 12:00:00 am', 'MM/DD/YYYY hh:mm:ss A', NOON_US - 12 * 3_600_000_000],
  ['11/23/2026 1:05 p.m.', 'M/D/YYYY h:mm A', NOON_US + 65 * 60_000_000],
  ['23 Nov 2026 12:00', 'D MMM YYYY H:mm', NOON_US],
  ['November 23, 2026 12:00', 'MMMM D, YYYY HH:mm', NOON_US],
  ['23. Dez. 2026 12:00', 'DD. MMM YYYY HH:mm', Date.UTC(2026, 11, 23, 12) * 1000],
  ['Mon, 23 Nov 2026 13:00:00 +0100', 'ddd, DD MMM YYYY HH:mm:ss Z', NOON_US],
  ['20261123120000', 'YYYYMMDDHHmmss', NOON_US],
  ['20261123120000123', 'YYYYMMDDHHmmssSSS', NOON_US + 123_000],
  ['2026-11-23 12:00:00.123456789', 'YYYY-MM-DD HH:mm:ss.SSSSSSSSS', NOON_US + 123_456],
  ['2026-11-23T12:00:00.5Z', 'YYYY-MM-DDTHH:mm:ss.SSSSSSZ', NOON_US + 500_000],
  ['2026-11-23 at 12:00', "YYYY-MM-DD 'at' HH:mm", NOON_US],
  ['20261123T120000Z', 'iso', NOON_US],
  ['20261123T1300+0100', 'iso', NOON_US],
  ['2026-11-23 12:00:00 UTC', 'iso', NOON_US],
  ['2026-11-23 13:00:00 +0100', 'iso', NOON_US],
  ['2026-11-23 12:00:00 +0000 UTC', 'iso', NOON_US],
  ['2026-11-23T13:00:00+01:00[Europe/Berlin]', 'iso', NOON_US],
  ['2026-11-23t12:00:00z', 'iso', NOON_US],
  [' 2026-11-23T12:00:00Z ', 'iso', NOON_US],
])('%s as %s', (text, format, us) => expect(read(text, format)).toBe(us));

it('cuts what is finer than a microsecond, in every notation', () => {
  for (const end of ['456000', '456400', '456499', '456500', '456900', '456999']) {
    expect(read(`1796032800123${end}`, 'ns')).toBe(1_796_032_800_123_456);
    expect(read(`1796032800.123${end}`, 's')).toBe(1_796_032_800_123_456);
    expect(read(`1796032800123.${end}`, 'ms')).toBe(1_796_032_800_123_456);
  }
  expect(read('1.7960328001234569E9', 's')).toBe(1_796_032_800_123_456);
  expect(read('1796032800123456.9', 'us')).toBe(1_796_032_800_123_456);
  expect(read('-1.0000005', 's')).toBe(-1_000_001);
  for (const text of ['', '.', 'x', '1e999', '0x10', 'Infinity']) expect(read(text, 's')).toBeNaN();
});

it.each([
  ['YYYY-MM-DD HH:MM:ss', 'MM is in it twice'],
  ['yyyy-MM-dd', 'y is no part of a pattern'],
  ['%Y-%m-%d', 'Y is no part of a pattern'],
  ['DD/MM/YYYY HH:mm:ss a', 'HH is of 24'],
  ['DD/MM/YYYY hh:mm', 'hh is of twelve hours and needs A beside it'],
  ['DD/MM/YYYY HH:mm A', 'A needs hh'],
  ['MM/YYYY', 'a pattern like DD.MM.YYYY HH:mm:ss is needed'],
  ['DD.MM.YYYY K:mm', 'K is no part of a pattern, whose parts are YYYY YY MMMM'],
])('refuses the pattern %s', (pattern, words) => expect(() => createTimeParser(pattern, 'UTC')).toThrow(words));

it('takes no letter but T between day and time, no 29th of February without one, and no 13th hour of twelve', () => {
  expect(read('2026-11-23X12:00:00Z')).toBeNaN();
  expect(read('29.02.2026 10:00', 'DD.MM.YYYY HH:mm')).toBeNaN();
  expect(read('29.02.2028 10:00', 'DD.MM.YYYY HH:mm')).not.toBeNaN();
  expect(read('11/23/2026 13:00:00 PM', 'MM/DD/YYYY hh:mm:ss A')).toBeNaN();
  expect(read('2026112312000', 'YYYYMMDDHHmmss')).toBeNaN();
});

it('takes no local time that comes twice or never, and says which it was', () => {
  const problem = createTimeProblem('iso', 'Europe/Berlin');
  for (const text of ['2026-10-25 02:00:00', '2026-10-25 02:59:59.999999']) {
    expect(read(text, 'iso', 'Europe/Berlin')).toBeNaN();
    expect(problem(text)).toContain('comes twice in Europe/Berlin');
  }
  for (const text of ['2026-03-29 02:00:00', '2026-03-29 02:59:59']) {
    expect(read(text, 'iso', 'Europe/Berlin')).toBeNaN();
    expect(problem(text)).toContain('does not exist in Europe/Berlin');
  }
  expect(problem('soon')).toBe('no time as iso');
  expect(read('2026-10-25 03:00:00', 'iso', 'Europe/Berlin')).toBe(Date.UTC(2026, 9, 25, 2) * 1000);
  expect(read('2026-10-25 01:59:59', 'iso', 'Europe/Berlin')).toBe(Date.UTC(2026, 9, 24, 23, 59, 59) * 1000);
  expect(read('2026-03-29 03:00:00', 'iso', 'Europe/Berlin')).toBe(Date.UTC(2026, 2, 29, 1) * 1000);
  expect(read('2026-10-25 02:30:00+02:00', 'iso', 'Europe/Berlin')).toBe(Date.UTC(2026, 9, 25, 0, 30) * 1000);
  expect(read('2026-04-05 01:45:00', 'iso', 'Australia/Lord_Howe')).toBeNaN();
  expect(read('2011-12-30 12:00:00', 'iso', 'Pacific/Apia')).toBeNaN();
  expect(read('9999-12-31 23:59:59', 'iso', 'Europe/Berlin')).toBe(Date.UTC(9999, 11, 31, 22, 59, 59) * 1000);
});

it('agrees with the calendars of six zones', () => {
  for (const zone of [
    'Europe/Berlin',
    'America/New_York',
    'America/St_Johns',
    'Asia/Kathmandu',
    'Australia/Lord_Howe',
    'Africa/Casablanca',
  ]) {
    const parse = createTimeParser('iso', zone);
    const local = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
    for (let ms = Date.UTC(2026, 0, 1, 0, 7); ms < Date.UTC(2027, 0, 1); ms += 7_654_321_000 / 40) {
      const at = Math.floor(ms / 1000) * 1000;
      const text = local.format(at);
      const us = parse(Buffer.from(text), 0, text.length);
      if (!Number.isNaN(us)) expect(us, `${text} in ${zone}`).toBe(at * 1000);
    }
  }
});
