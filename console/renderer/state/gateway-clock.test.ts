import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { GatewayClock } from './gateway-clock.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

test('a page that opens ten minutes into an outage has the time of now, not of the last word', () => {
  const clock = new GatewayClock();
  clock.hear({ asOfMs: 5_000_000, heardMs: 600_000 });
  expect(clock.now()).toBe(5_600_000);
  vi.advanceTimersByTime(1000);
  expect(clock.now()).toBe(5_601_000);
});

test('a word that waited in a queue does not turn the clock back', () => {
  const clock = new GatewayClock();
  for (let second = 0; second < 5; second++) {
    clock.hear({ asOfMs: 5_000_000 + second * 1000, heardMs: 0 });
    vi.advanceTimersByTime(1000);
  }
  clock.hear({ asOfMs: 4_990_000, heardMs: 0 });
  expect(clock.now()).toBe(5_005_000);
});

test('what is only repeated moves no clock that heard the gateway itself', () => {
  const clock = new GatewayClock();
  clock.hear({ asOfMs: 5_000_000, heardMs: 0 });
  clock.hear({ asOfMs: 5_000_000, heardMs: 30_000 });
  expect(clock.now()).toBe(5_000_000);
});

test('a gateway whose clock was set is followed after some words', () => {
  const clock = new GatewayClock();
  for (let second = 0; second < 9; second++) clock.hear({ asOfMs: 5_000_000, heardMs: 0 });
  for (let second = 0; second < 5; second++) clock.hear({ asOfMs: 8_600_000, heardMs: 0 });
  expect(clock.now()).toBe(8_600_000);
});
