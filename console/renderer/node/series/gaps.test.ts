import { expect, test } from 'vitest';
import { isGap } from './gaps.ts';

const gapsOf = (times: number[], stepSeconds: number): number[] => times.filter((_, at) => at > 0 && isGap(times, at, stepSeconds));

test('a hole is a gap by the step of its points', () => {
  const minutes = Array.from({ length: 20 }, (_, at) => at * 60);
  expect(gapsOf(minutes, 60)).toEqual([]);
  expect(gapsOf([0, 1, 2, 300, 301, 302, 303], 1)).toEqual([300]);
});

test('a node that sampled more seldom for a while was not away then', () => {
  expect(gapsOf([0, 1, 2, 3, 63, 123, 183, 243, 303, 304, 305, 306], 1)).toEqual([]);
});

test('two pauses with one sample between them are two gaps', () => {
  expect(gapsOf([0, 1, 2, 3, 4, 5, 305, 605, 606, 607, 608, 609, 610], 1)).toEqual([305, 605]);
});
