import { expect, test } from 'vitest';
import { axisSpace, labelSpace, timeLabel } from './time-axis.ts';

const CHARACTER_WIDTH = 6.4;
const NOON = Date.parse('2026-11-23T12:00:00Z') / 1000;

test.each([60, 3600, 86_400, 7 * 86_400])('labels of %i s have room beside each other', (span) => {
  expect(timeLabel(NOON, span).length * CHARACTER_WIDTH).toBeLessThan(labelSpace(span));
  expect(axisSpace(undefined, 0, NOON - span, NOON)).toBe(labelSpace(span));
});
