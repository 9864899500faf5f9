import { expect, it } from 'vitest';
import { UsedNumbers } from './used-numbers.ts';

it('keeps the highest number of an epoch, whoever tells it and in which order', () => {
  const numbers = new UsedNumbers();
  expect(numbers.highest('a', 'e1')).toBe(0);
  for (const seq of [5, 9, 7, 0, Number.NaN]) numbers.note('a', 'e1', seq);
  numbers.note('a', 'e2', 3);
  numbers.note('b', 'e1', 100);
  expect([numbers.highest('a', 'e1'), numbers.highest('a', 'e2'), numbers.highest('b', 'e1')]).toEqual([9, 3, 100]);
});

it('remembers a bounded number of epochs a node', () => {
  const numbers = new UsedNumbers();
  for (let epoch = 1; epoch <= 20; epoch++) numbers.note('a', `e${epoch}`, 1);
  expect(numbers.highest('a', 'e20')).toBe(1);
  expect(numbers.highest('a', 'e12')).toBe(0);
  expect(numbers.highest('a', 'e13')).toBe(1);
});

it('tells listeners that the ledger was read, until they are removed', () => {
  const numbers = new UsedNumbers();
  let told = 0;
  const remove = numbers.onLearned(() => told++);
  numbers.learned();
  remove();
  numbers.learned();
  expect(told).toBe(1);
});
