import { expect, test } from 'vitest';
import { blockBounds, blocksOf, stepFor } from './series-steps.ts';

const MINUTE = 60_000;

test('a window has a bounded number of points, none finer than what was measured', () => {
  expect(stepFor(10 * MINUTE, 1)).toEqual({ seconds: 1, raw: true });
  expect(stepFor(20 * MINUTE, 1)).toEqual({ seconds: 2, raw: false });
  expect(stepFor(15 * MINUTE, 10)).toEqual({ seconds: 10, raw: true });
  for (const spanMs of [MINUTE, 60 * MINUTE, 1e9, 1e12]) expect(spanMs / 1000 / stepFor(spanMs, 1).seconds).toBeLessThanOrEqual(1200);
});

test('a window that moves keeps its blocks, and one that moves far finds the next beside it', () => {
  const step = stepFor(10 * MINUTE, 1);
  const { shown, beside } = blocksOf(1_000_000_000, 1_000_600_000, step);
  expect(blocksOf(1_000_010_000, 1_000_610_000, step).shown).toEqual(shown);
  expect(blockBounds(shown[0] as (typeof shown)[0]).fromMs).toBeLessThanOrEqual(1_000_000_000);
  expect(blockBounds(shown.at(-1) as (typeof shown)[0]).toMs).toBeGreaterThanOrEqual(1_000_600_000);
  expect(beside.map(({ index }) => index)).toEqual([(shown[0]?.index ?? 0) - 1, (shown.at(-1)?.index ?? 0) + 1]);
});
