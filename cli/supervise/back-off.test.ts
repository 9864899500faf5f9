import { expect, it } from 'vitest';
import { BackOff } from './back-off.ts';

it('doubles from 1 s to 30 s', () => {
  const backOff = new BackOff();
  expect([1, 2, 3, 4, 5, 6, 7].map(() => backOff.next(500))).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
});

it('begins again after a minute up', () => {
  const backOff = new BackOff();
  for (let i = 0; i < 5; i++) backOff.next(0);
  expect([backOff.next(60_000), backOff.next(59_999)]).toEqual([1000, 2000]);
});
