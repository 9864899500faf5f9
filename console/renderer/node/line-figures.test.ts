import { expect, it } from 'vitest';
import { firstOf, highestOf, sumOfLines } from './line-figures.ts';

it('takes a time without any value for unknown, and leaves out the lines that have none', () => {
  for (const figure of [firstOf, sumOfLines, highestOf]) {
    expect([figure([]), figure([null, null]), figure([Number.NaN])]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  }
  expect([firstOf([0, 2]), sumOfLines([1, null, 2]), highestOf([null, -3, -1]), sumOfLines([0, 0])]).toEqual([0, 3, -1, 0]);
});
