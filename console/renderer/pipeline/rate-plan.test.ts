import { expect, test } from 'vitest';
import { firstSql, ratesSql } from './rate-plan.ts';

const NOW = Date.parse('2026-11-23T09:04:07Z');
const WEEK = { fromMs: NOW - 7 * 86_400_000, toMs: NOW };

test('a young fleet has steps of its own age, not of the week that is shown', () => {
  expect(firstSql(WEEK)).toContain("timestamp >= '2026-11-16T09:04:07.000Z' AND timestamp < '2026-11-23T09:04:07.000Z'");
  const young = ratesSql(WEEK, NOW - 40 * 60_000, NOW);
  expect(young).toMatch(/SAMPLE BY (10|15|20|30)s FILL/);
  expect(ratesSql(WEEK, WEEK.fromMs - 1, NOW)).toMatch(/SAMPLE BY \d+h FILL/);
});

test('the step that is not over is left out', () => {
  expect(ratesSql({ fromMs: NOW - 900_000, toMs: NOW }, NOW - 900_000, NOW)).toContain("timestamp < '2026-11-23T09:04:00.000Z'");
  const past = { fromMs: NOW - 3_600_000, toMs: NOW - 1_800_000 };
  expect(ratesSql(past, past.fromMs, NOW)).toContain("timestamp < '2026-11-23T08:34:07.000Z'");
});
