import { expect, test } from 'vitest';
import type { FrameColumns } from '../../../core/common/frame.ts';
import { newestTime, newestValues } from './live-values.ts';

const FRAME: FrameColumns = {
  measurement: 'network',
  tags: ['interface'],
  series: [['lo'], ['eth0'], ['eth1']],
  seriesIndex: new Uint32Array([1, 0, 1, 2]),
  timeUs: new Float64Array([1, 2, 2, 2]),
  fields: ['rx', 'tx'],
  values: new Float64Array([100, 7, 10, 20, 100, 7, Number.NaN, 5]),
  textFields: [],
  texts: [],
};

test('the newest row of the wanted series', () => {
  expect(newestTime(FRAME)).toBe(2);
  expect(newestValues(FRAME, ['rx'], { interface: 'eth0' })).toEqual([10]);
  expect(newestValues(FRAME, ['none'], { interface: 'eth0' })).toEqual([Number.NaN]);
});

test('summed or the most over all series but one; absent values count for nothing', () => {
  expect(newestValues(FRAME, ['rx', 'tx'], {}, { tag: 'interface', except: 'lo', how: 'sum' })).toEqual([30, 5]);
  expect(newestValues(FRAME, ['rx'], {}, { tag: '', except: '', how: 'max' })).toEqual([20]);
});
