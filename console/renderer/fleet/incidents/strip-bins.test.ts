import { expect, test } from 'vitest';
import { barHeights, stripBins } from './strip-bins.ts';

const MINUTE = 60_000;
const plan = { stepMs: MINUTE, fromMs: 10 * MINUTE, bins: 6 };
const counts = (...silent: number[]) => ({ silent: Uint32Array.from(silent), late: new Uint32Array(silent.length) });

test('behind the answer a bin is what was heard in it; where nothing was heard it is not known, whatever comes after', () => {
  const counted = { bins: counts(0, 200, 0, 0, 0, 0), untilMs: 12 * MINUTE, fromMs: 10 * MINUTE, isKnown: () => true };
  const heard = new Map([
    [11 * MINUTE, { late: 0, silent: 0 }],
    [14 * MINUTE, { late: 0, silent: 3 }],
  ]);
  const { silent, worth } = stripBins(plan, counted, heard, 14.5 * MINUTE);
  // The answer wins over what was heard; two bins were not looked at.
  expect([...silent]).toEqual([0, 200, 0, 0, 3, 0]);
  expect(worth).toEqual(['counted', 'counted', 'unknown', 'unknown', 'heard', 'ahead']);
});

test('a bin at whose end no gateway watched is not known, but where this window heard the nodes itself', () => {
  const gap = {
    bins: counts(0, 0, 0, 0, 0, 0),
    untilMs: 16 * MINUTE,
    fromMs: 10 * MINUTE,
    isKnown: (ms: number) => ms <= 12 * MINUTE || ms > 15 * MINUTE,
  };
  const heard = new Map([[13 * MINUTE, { late: 0, silent: 4 }]]);
  const { silent, worth } = stripBins(plan, gap, heard, 17 * MINUTE);
  expect(worth).toEqual(['counted', 'counted', 'unknown', 'heard', 'unknown', 'counted']);
  expect([...silent]).toEqual([0, 0, 0, 4, 0, 0]);
});

test('the answer moves with the plan, and without one only what was heard is known', () => {
  const counted = { bins: counts(1, 2, 3), untilMs: 11 * MINUTE, fromMs: 8 * MINUTE, isKnown: () => true };
  expect(stripBins(plan, counted, undefined, 20 * MINUTE).silent[0]).toBe(3);
  const heard = new Map([[15 * MINUTE, { late: 1, silent: 0 }]]);
  const { late, worth } = stripBins(plan, undefined, heard, 15.5 * MINUTE);
  expect([...late]).toEqual([0, 0, 0, 0, 0, 1]);
  expect(new Set(worth.slice(0, 5))).toEqual(new Set(['unknown']));
});

test('bars are shares of all nodes: few of many are seen and stand below many, and none is higher than the strip', () => {
  const five = barHeights({ late: 0, silent: 5 }, 2069, 26);
  expect(five.silent).toBeGreaterThanOrEqual(2);
  expect(five.silent).toBeLessThan(3);
  const both = barHeights({ late: 2000, silent: 5 }, 2069, 26);
  expect(both.silent).toBeGreaterThanOrEqual(2);
  expect(both.late + both.silent).toBeLessThanOrEqual(26);
  expect(both.late).toBeGreaterThan(20);
  expect(barHeights({ late: 1, silent: 1 }, 2, 26)).toEqual({ late: 13, silent: 13 });
  expect(barHeights({ late: 0, silent: 0 }, 5, 26)).toEqual({ late: 0, silent: 0 });
});
