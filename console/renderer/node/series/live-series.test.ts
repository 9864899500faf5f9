import { expect, test } from 'vitest';
import type { FrameColumns } from '../../../../core/common/frame.ts';
import { LiveSeries } from './live-series.ts';

const frame = (seconds: number, value: number): FrameColumns =>
  ({
    ...{ measurement: 'load', tags: [], fields: ['load1'], series: [[]], seriesIndex: [0] },
    ...{ timeUs: [seconds * 1e6], values: [value], textFields: [], texts: [] },
  }) as unknown as FrameColumns;

function seriesOf(
  ...samples: [seconds: number, value: number, sentAt?: number][]
): [ArrayLike<number> | undefined, ArrayLike<number> | undefined] {
  const live = new LiveSeries({ measurement: 'load', tags: {}, fields: ['load1'] });
  for (const [seconds, value, sentAt] of samples) live.add(frame(seconds, value), (sentAt ?? seconds) * 1000);
  return [live.points[0]?.times, live.points[0]?.fields['load1']?.mean];
}

test('a row that comes twice is left out', () => {
  expect(seriesOf([100, 1], [101, 2], [100, 1], [102, 3])).toEqual([
    [100, 101, 102],
    [1, 2, 3],
  ]);
});

test('rows that the agent kept and sends late are left out: the store has them', () => {
  expect(seriesOf([100, 1], [3700, 2], [200, 3, 3701], [3701, 4])[0]).toEqual([100, 3700, 3701]);
});

test('a clock that steps back goes on from there: what lay ahead is gone', () => {
  expect(seriesOf([100, 1], [3700, 2], [3701, 3], [102, 4], [103, 5])).toEqual([
    [100, 102, 103],
    [1, 4, 5],
  ]);
});
