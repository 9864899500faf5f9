import { expect, it } from 'vitest';
import { guessFormat } from './time-format.ts';

it.each([
  ['iso', '2026-11-30T10:00:00Z', '2026-11-30 10:00:01.5+01:00', '2026-11-30'],
  ['iso', '20261130T100000Z'],
  ['YYYYMMDDHHmmss', '20261130100000', '20261130110000'],
  ['YYYYMMDDHHmm', '202611301000'],
  ['YYYYMMDD', '20261130'],
  ['YYYYMMDDHHmmssSSS', '20261130100000123'],
  ['s', '1796032800', '1796032801.5'],
  ['ms', '1796032800000'],
  ['us', '1796032800000000'],
  ['ns', '1796032800123456999'],
  ['DD.MM.YYYY HH:mm:ss', '30.11.2026 10:00:00'],
  ['DD.MM.YYYY HH:mm', '01.02.2026 10:00'],
  ['YYYY/MM/DD HH:mm:ss', '2026/11/30 10:00:00'],
  ['MM/DD/YYYY hh:mm:ss A', '11/30/2026 01:05:00 AM', '11/01/2026 02:05:00 PM'],
  ['DD/MM/YYYY HH:mm:ss', '01/11/2026 10:00:00', '30/11/2026 10:00:00'],
  ['DD/MM/YYYY HH:mm', '30/11/2026 10:00'],
  ['MM/DD/YY HH:mm', '11/30/26 10:00'],
  ['DD-MMM-YYYY HH:mm:ss', '30-Nov-2026 10:00:00'],
  ['DD/MMM/YYYY:HH:mm:ss Z', '30/Nov/2026:10:00:00 +0000'],
  ['MMM DD, YYYY hh:mm A', 'Nov 30, 2026 1:05 PM'],
  ['ddd, DD MMM YYYY HH:mm:ss Z', 'Mon, 30 Nov 2026 10:00:00 GMT'],
  ['ddd MMM DD HH:mm:ss YYYY', 'Mon Nov 30 10:00:00 2026'],
  ['DD/MM/YYYY HH:mm:ss.S', '30/11/2026 10:00:00.123'],
  ['YYYY M D H', '2026 11 30 0', '2026 11 30 23'],
])('guesses %s', (format, ...cells) => expect(guessFormat('time', cells)).toBe(format));

it.each([
  ['01/02/2026 10:00', 'no row tells day from month: name its format with --time-format, DD/MM/YYYY HH:mm or MM/DD/YYYY HH:mm'],
  ['soon', 'name its format with --time-format'],
  ['17:20:00', 'name its format with --time-format'],
  ['12', 'name its unit with --time-format s, ms, us or ns'],
])('asks what %s is', (cell, words) => expect(() => guessFormat('when', [cell])).toThrow(words));

it.each([
  [['2026-12-01T10:00:00Z', 'noon'], 'when is "noon", unlike others: name its format'],
  [['noon', '2026-12-01T10:00:00Z'], 'when is "noon" in the first row: name its format'],
  [['30.11.2026 10:00', 'soon', '30.11.2026 10:02'], 'when is "soon", unlike others'],
])('names the cell of %j that is not like the others', (cells, words) => expect(() => guessFormat('when', cells)).toThrow(words));

it('looks at cells of a megabyte as quickly as at any others', () => {
  const before = process.cpuUsage();
  expect(guessFormat('when', ['1'.repeat(1_000_000)])).toBe('ns');
  for (const piece of ['1:', ' ', '-', 'a', '2026-11-30 ', '+01:00', 'Z[', '['])
    expect(() => guessFormat('when', [piece.repeat(1_000_000 / piece.length)])).toThrow('--time-format');
  // Of the processor: the clock on the wall goes on beside other work.
  expect(process.cpuUsage(before).user / 1000).toBeLessThan(2000);
});
