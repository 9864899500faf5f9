import { expect, it } from 'vitest';
import { createSampleClock } from './sample-clock.ts';

it('never gives a time twice, though its clock stands still or goes back', () => {
  let nowMs = 1000;
  const clock = createSampleClock(
    () => nowMs,
    () => 7,
  );
  expect(clock.reserve(3)).toBe(1_000_007);
  expect(clock.reserve(2)).toBe(1_000_010);
  nowMs = 900;
  expect(clock.reserve(1)).toBe(1_000_012);
  nowMs = 2000;
  expect(clock.reserve(1)).toBe(2_000_007);
});
