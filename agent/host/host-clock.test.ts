import { expect, test } from 'vitest';
import { HostClock, untilNextTick } from './host-clock.ts';

function stage() {
  const now = { wall: 1_700_000_000_000, monotonic: 0 };
  const steps: number[] = [];
  const clock = new HostClock({ wallMs: () => now.wall, monotonicMs: () => now.monotonic }, (ms) => steps.push(ms), 7);
  const pass = (ms: number): number => {
    now.wall += ms;
    now.monotonic += ms;
    return clock.tick().timeUs;
  };
  return { now, steps, clock, pass };
}

test('a time is never given twice, however the wall clock is set', () => {
  const { now, steps, clock, pass } = stage();
  const times = [clock.tick().timeUs];
  for (let i = 0; i < 50; i++) times.push(pass(1000));
  now.wall -= 30_000;
  for (let i = 0; i < 50; i++) times.push(pass(1000));
  now.wall -= 500;
  times.push(pass(0), pass(0), pass(1000));
  expect(new Set(times).size).toBe(times.length);
  expect(steps).toEqual([-30_000]);
});

test('a step forward is told', () => {
  const { now, steps, clock, pass } = stage();
  clock.tick();
  now.wall += 3_600_000;
  pass(1000);
  expect(steps).toEqual([3_600_000]);
});

test('ticks stand at multiples of the interval, moved by the offset of the node', () => {
  expect(untilNextTick(10_000, 1000, 0)).toBe(1000);
  expect(untilNextTick(10_250, 1000, 0)).toBe(750);
  expect(untilNextTick(10_250, 1000, 500)).toBe(250);
  // A timer that fired a little early: the tick it was meant for is done.
  expect(untilNextTick(10_990, 1000, 0)).toBe(1010);
});
