import { expect, test } from 'vitest';
import { toSeriesAnswer } from './series.ts';

const field = (name: string, mean: number[], count: number[]) => ({
  name,
  mean,
  min: mean,
  max: mean.map((v) => v + 1),
  last: mean,
  count,
});

test('frames of the same tags are one series; a spread is kept only where a step holds several rows', () => {
  const plan = { tier: '1m', stepUs: 60_000_000, pieces: [] };
  const answer = toSeriesAnswer([
    { plan, tags: {}, timesUs: [], fields: [], rows: [] },
    { tags: { device: 'sda' }, timesUs: [60e6, 120e6], fields: [field('reads', [1, 2], [1, 1])], rows: [1, 1] },
    { tags: { device: 'sda' }, timesUs: [60e6, 120e6], fields: [field('writes', [3, 4], [6, 6])], rows: [6, 6] },
    { tags: { device: 'sdb' }, timesUs: [60e6], fields: [field('reads', [5], [1])], rows: [1] },
  ]);
  expect(answer).toMatchObject({ tier: '1m', stepSeconds: 60 });
  expect(answer.series.map(({ tags, times }) => [tags['device'], [...times]])).toEqual([
    ['sda', [60, 120]],
    ['sdb', [60]],
  ]);
  expect(answer.series[0]?.fields['reads']?.spread).toBeNull();
  expect(answer.series[0]?.fields['writes']?.spread?.max).toEqual(new Float64Array([4, 5]));
});
