import { expect, it } from 'vitest';
import { timeRefusal, timeWindow } from './row-time.ts';

const NOW = 1_780_000_000_000_000;
const window = timeWindow(NOW, 30);

it('is as wide as the table keeps rows, less an hour, and an hour ahead', () => {
  expect(NOW - window.oldestUs).toBe((30 * 24 - 1) * 3_600_000_000);
  expect(window.newestUs - NOW).toBe(3_600_000_000);
});

it('tells each wrong time by its reason', () => {
  const reasons = [0, -1, NOW / 1e6, NOW / 1e3, NOW * 1000, 9_214_646_400_000_000, window.oldestUs - 1].map(
    (time) => timeRefusal(time, window).reason,
  );
  expect(reasons).toEqual([
    ...['time_missing', 'time_negative', 'time_in_seconds', 'time_in_milliseconds'],
    ...['time_too_far', 'time_too_far', 'time_too_old'],
  ]);
});
