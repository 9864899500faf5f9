import { expect, it } from 'vitest';
import { checkSpanAge, parseSpan } from './span.ts';

const NOW = Date.parse('2026-11-23T12:00:00Z');
const words = (text: string): string => {
  const { fromMs, toMs } = parseSpan(text, NOW);
  return [fromMs, toMs].map((ms) => new Date(ms).toISOString().slice(0, 16)).join(' ');
};

it.each([
  ['24h..now', '2026-11-22T12:00 2026-11-23T12:00'],
  ['7d..90m', '2026-11-16T12:00 2026-11-23T10:30'],
  ['2026-11-21..2026-11-22T08:30+01:00', '2026-11-21T00:00 2026-11-22T07:30'],
  ['2026-11-22 00:00..now', '2026-11-22T00:00 2026-11-23T12:00'],
])('reads %s', (text, expected) => {
  expect(words(text)).toBe(expected);
});

it.each([
  ['24h', 'FROM..TO is needed'],
  ['..now', 'FROM..TO is needed'],
  ['1h..2h..now', 'FROM..TO is needed'],
  ['now..1h', 'it ends before it begins'],
  ['yesterday..now', '"yesterday" is no time'],
  ['2026-02-30..now', '"2026-02-30" is no time'],
])('refuses %s', (text, expected) => {
  expect(() => parseSpan(text, NOW)).toThrow(expected);
});

it('refuses what the store would, before anything is fetched', () => {
  expect(() => checkSpanAge(parseSpan('31d..now', NOW), 30, NOW)).toThrow('begins 31 days ago: the store keeps rows for 30 days');
  expect(() => checkSpanAge(parseSpan('29d..now', NOW), 30, NOW)).not.toThrow();
});
