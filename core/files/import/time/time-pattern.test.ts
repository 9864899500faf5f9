import { expect, it } from 'vitest';
import { createPatternReader } from './time-pattern.ts';

const at = (text: string): number => Date.parse(`${text}Z`) * 1000;

it.each([
  ['DD/MM/YY', '01/12/69', at('2069-12-01T00:00:00')],
  ['DD/MM/YY', '01/12/70', at('1970-12-01T00:00:00')],
  ['DD/MM/YY', '01/12/00', at('2000-12-01T00:00:00')],
  ['YYYY-MM-DD hh:mm A', '2026-12-01 12:05 AM', at('2026-12-01T00:05:00')],
  ['YYYY-MM-DD hh:mm A', '2026-12-01 12:05 p.m.', at('2026-12-01T12:05:00')],
  ['YYYY-MM-DD hh:mm A', '2026-12-01 11:59 pm', at('2026-12-01T23:59:00')],
  ['YYYY-MM-DD HH:mm:ss.S', '2026-12-01 00:00:00.5', at('2026-12-01T00:00:00') + 500_000],
  ['YYYY-MM-DD HH:mm:ss.SSS', '2026-12-01 00:00:00.123456789', at('2026-12-01T00:00:00') + 123_456],
  ['MMM D, YYYY', 'Mär 3, 2026', at('2026-03-03T00:00:00')],
  ['D MMMM YYYY', '3 août 2026', at('2026-08-03T00:00:00')],
  ['YYYYMMDDHHmm', '202612010859', at('2026-12-01T08:59:00')],
])('%s: %s', (pattern, text, us) => {
  expect(createPatternReader(pattern)(text)).toEqual({ us, zoned: false });
});

it.each([
  ['+01:00', 11],
  ['+0100', 11],
  ['-01', 13],
  ['Z', 12],
  ['UTC', 12],
  ['-00:30', 12.5],
])('reads the offset %s', (offset, hour) => {
  const found = createPatternReader('YYYY-MM-DD HH:mm Z')(`2026-12-01 12:00 ${offset}`);
  expect(found).toEqual({ us: at('2026-12-01T00:00:00') + hour * 3_600e6, zoned: true });
});

it.each([
  ['YYYY-MM-DD', '2026-13-01'],
  ['YYYY-MM-DD', '2026-02-29'],
  ['YYYY-MM-DD hh:mm A', '2026-12-01 13:05 PM'],
  ['YYYY-MM-DD hh:mm A', '2026-12-01 00:05 AM'],
  ['MMM D, YYYY', 'Foo 3, 2026'],
  ['YYYY-MM-DD', ' 2026-12-01'],
  ['YYYY-MM-DD', `2026-12-01${' '.repeat(200)}`],
])('%s: %j is no time', (pattern, text) => expect(createPatternReader(pattern)(text)).toBeUndefined());

it.each(['YYYY-MM', 'YYYY-YYYY-MM-DD', 'YYYY-MM-DD Q', 'HH:mm', 'YYYY-MM-DD hh:mm'])('refuses the pattern %s', (pattern) => {
  expect(() => createPatternReader(pattern)).toThrow('time format');
});
