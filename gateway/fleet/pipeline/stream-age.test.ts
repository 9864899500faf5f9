import { expect, it } from 'vitest';
import { ageProblems } from './stream-age.ts';

const HOUR = 3_600_000;
const NOW = 1_790_000_000_000;

it('says nothing of what has waited for less than an hour, or where nothing waits', () => {
  expect(ageProblems(NOW - HOUR + 1, NOW)).toEqual([]);
  expect(ageProblems(0, NOW)).toEqual([]);
});

it.each([1, 80, 500])('says that nothing is dropped, and what to look at, after %d h', (hours) => {
  expect(ageProblems(NOW - hours * HOUR, NOW)).toEqual([
    expect.stringMatching(new RegExp(`has waited ${hours} h: see that the ETL and the database run; nothing is dropped`)),
  ]);
});
