import { expect, test } from 'vitest';
import { setZone } from '../widgets/format.ts';
import type { ChartColumns } from './charts/chart-columns.ts';
import { tileNow, tileThen, tileWords } from './tile-known.ts';

const NOW = Date.parse('2026-12-01T17:41:00Z');
setZone('utc');
const LIVE = { state: 'live', lastSeenMs: NOW - 1000 } as const;
const words = (...figure: Parameters<typeof tileNow>) => {
  const known = tileNow(...figure);
  return [known.worth, known.value, tileWords(known, NOW)];
};

test('a live node’s figure is known, and nothing but its note stands beside it', () => {
  expect(words(LIVE, { '': 42 }, '')).toEqual(['known', 42, '']);
});

test('a node that is late, silent or in maintenance keeps its last figure with the moment it is of', () => {
  for (const state of ['late', 'silent', 'maintenance', 'quarantined'] as const) {
    expect(words({ ...LIVE, state, lastSeenMs: NOW - 240_000 }, { '': 42 }, '')).toEqual(['stale', 42, 'at 17:37:00']);
  }
});

test('without the gateway a live node’s figure is no longer of now', () => {
  expect(words(LIVE, { '': 42 }, 'since 17:40:59: this console is not connected to the gateway')).toEqual(['stale', 42, 'at 17:40:59']);
});

test('what was never measured has no figure, and a sum without one of its parts says which', () => {
  expect(words(LIVE, null, '')).toEqual(['unknown', undefined, '']);
  expect(words({ state: 'never_seen', lastSeenMs: null }, { '': 1 }, '')).toEqual(['unknown', undefined, '']);
  expect(words(LIVE, { '': null }, '')[0]).toBe('unknown');
  expect(words(LIVE, { '': Number.NaN }, '')[0]).toBe('unknown');
  expect(words(LIVE, { read: 3, write: null }, '')).toEqual(['partial', 3, 'without write: not measured']);
  expect(words(LIVE, { read: null, write: null }, '')[0]).toBe('unknown');
});

const columns = (times: number[], ...lines: (number | null)[][]): ChartColumns => ({
  times: times.map((s) => NOW / 1000 + s),
  lines,
  bands: [],
});

test('of a moment the last point before it counts while it is near enough, and else says its own', () => {
  const then = (at: number, ...lines: (number | null)[][]) =>
    tileThen(columns([-60, -30, -20, 0], ...lines), lines.length > 1 ? ['in', 'out'] : [''], NOW + at, 10);
  expect(then(0, [1, 2, 3, 4])).toMatchObject({ worth: 'known', value: 4, source: 'store' });
  // Nothing of later is of that moment.
  expect(then(-10_000, [1, 2, 3, 4])).toMatchObject({ worth: 'known', value: 3 });
  const old = then(0, [1, 2, null, null]);
  expect([old.worth, old.value, tileWords(old, NOW)]).toEqual(['stale', 2, 'at 17:40:30']);
  expect(then(0, [1, 2, 3, 4], [1, 1, 1, null])).toMatchObject({ worth: 'partial', value: 4, reason: 'without out: not measured' });
  expect(then(0, [null, null, null, null]).worth).toBe('unknown');
  expect(tileThen(columns([]), [''], NOW, 10).worth).toBe('unknown');
});

test('of several lines of which the highest counts, one that was not measured is not a 0', () => {
  expect(tileThen(columns([0], [null], [-3]), undefined, NOW, 10)).toMatchObject({ worth: 'known', value: -3 });
});
