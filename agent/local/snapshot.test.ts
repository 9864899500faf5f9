import { expect, it } from 'vitest';
import type { FrameColumns } from '../../core/common/frame.ts';
import { toSnapshotValues, withEarlier } from './snapshot.ts';

function load(value: number): FrameColumns {
  return {
    ...{ measurement: 'load', tags: [], series: [[]], fields: ['load1'], textFields: [], texts: [] },
    ...{ seriesIndex: Uint32Array.of(0), timeUs: Float64Array.of(1), values: Float64Array.of(value) },
  };
}

it('keeps what a tick does not read while it may still be of now', () => {
  const first = withEarlier(toSnapshotValues([load(2)], []), 0);
  const later = withEarlier(toSnapshotValues([], []), 20_000, first);
  expect([first.values.load_avg_1, later.values.load_avg_1]).toEqual([2, 2]);
  expect(withEarlier(toSnapshotValues([load(3)], []), 40_000, later).values.load_avg_1).toBe(3);
});

it('has no value of a collector that gives none any more', () => {
  let aged = withEarlier(toSnapshotValues([load(2)], []), 0);
  for (let nowMs = 1000; nowMs <= 31_000; nowMs += 1000) aged = withEarlier(toSnapshotValues([], []), nowMs, aged);
  expect(aged.values.load_avg_1).toBeNull();
  expect(withEarlier(toSnapshotValues([], []), 32_000, aged).values.load_avg_1).toBeNull();
});
