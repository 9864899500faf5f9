import { expect, test } from 'vitest';
import { boundsOf, pastRange, sampleBy, sampleStepSeconds, shifted, spanInWords, tierInWords } from './time-range.ts';

const HOUR = 3_600_000;
const NOW = 1_000_000 * HOUR;

test('live ends now, the past stands still', () => {
  expect(boundsOf({ kind: 'live', spanMs: HOUR }, NOW)).toEqual({ fromMs: NOW - HOUR, toMs: NOW });
  expect(boundsOf({ kind: 'past', fromMs: 1, toMs: 2 }, NOW)).toEqual({ fromMs: 1, toMs: 2 });
});

test('one span back is the past, and forward again is live', () => {
  const back = shifted({ kind: 'live', spanMs: HOUR }, -1, NOW);
  expect(back).toEqual({ kind: 'past', fromMs: NOW - 2 * HOUR, toMs: NOW - HOUR });
  expect(shifted(back, 1, NOW)).toEqual({ kind: 'live', spanMs: HOUR });
});

test('a stretch without length or ends is none, and no stretch of the past ends in the future', () => {
  expect(pastRange(5000, 5000, NOW)).toBeUndefined();
  expect(pastRange(Number.NaN, 5000, NOW)).toBeUndefined();
  expect(pastRange(0, 5000, NOW)).toEqual({ kind: 'past', fromMs: 0, toMs: 5000 });
  expect(pastRange(NOW - HOUR, NOW + 24 * HOUR, NOW)).toEqual({ kind: 'live', spanMs: HOUR });
  expect(pastRange(NOW + HOUR, NOW + 24 * HOUR, NOW)).toBeUndefined();
});

test.each([
  [HOUR / 4, 1000, 2],
  [HOUR, 1000, 5],
  [HOUR, 10_000, 10],
  [24 * HOUR, 1000, 120],
  [7 * 24 * HOUR, 1000, 900],
  [5000 * 24 * HOUR, 1000, 86_400],
])('a chart of %d ms over samples every %d ms has steps of %d s', (spanMs, intervalMs, step) => {
  expect(sampleStepSeconds(spanMs, intervalMs)).toBe(step);
});

test('steps as QuestDB takes them, and in words', () => {
  expect([1, 90, 120, 7200, 172_800].map(sampleBy)).toEqual(['1s', '90s', '2m', '2h', '2d']);
  expect(tierInWords(1, 1000)).toBe('raw · 1 s');
  expect(tierInWords(120, 1000)).toBe('averages of 2 min');
  expect(spanInWords(HOUR)).toBe('last 1 h');
  expect(spanInWords(4 * HOUR)).toBe('4 h');
});
