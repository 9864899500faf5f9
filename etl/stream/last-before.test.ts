import { expect, it } from 'vitest';
import { lastBefore } from './last-before.ts';

const times = (seq: number): Promise<number | undefined> => Promise.resolve(seq * 10);

it.each([
  ['in the middle', 55, 1, 9, 5],
  ['of all', 1000, 1, 9, 9],
  ['of none', 10, 1, 9, 0],
  ['of a moment that a message has', 50, 1, 9, 4],
  ['never above the last that may go', 1000, 3, 6, 6],
  ['of an empty span', 1000, 7, 6, 0],
])('finds the place %s', async (_, beforeMs, first, last, expected) => {
  expect(await lastBefore(beforeMs, first, last, times)).toBe(expected);
});

it('takes too little rather than too much where messages are gone', async () => {
  expect(await lastBefore(95, 1, 16, async (seq) => (seq >= 7 && seq <= 12 ? undefined : seq * 10))).toBeLessThanOrEqual(9);
});
