import { expect, it } from 'vitest';
import { ListenedTime, PULSE_MS } from './listened-time.ts';

/** A gateway that is told of the time as long as it runs. */
function staged() {
  const at = { wallMs: 1_000_000, steadyMs: 0 };
  const time = new ListenedTime(at.wallMs, at.steadyMs);
  return {
    time,
    at,
    run: (ms: number) => {
      for (let passed = 0; passed < ms; passed += PULSE_MS) {
        at.wallMs += PULSE_MS;
        at.steadyMs += PULSE_MS;
        time.pulse(at.wallMs, at.steadyMs);
      }
    },
    stall: (wallMs: number, steadyMs = wallMs) => {
      at.wallMs += wallMs;
      at.steadyMs += steadyMs;
      return time.pulse(at.wallMs, at.steadyMs);
    },
  };
}

it('counts what a stall took of the time since then, and nothing of what was before', () => {
  const { time, at, run, stall } = staged();
  run(2000);
  const beforeMs = at.wallMs;
  expect(stall(2500)).toEqual({ stalled: false, backMs: 0 });
  const betweenMs = at.wallMs;
  run(1000);
  stall(1250);
  expect([beforeMs, betweenMs, at.wallMs].map((ms) => time.lostSince(ms))).toEqual([3250, 1000, 0]);
});

it('tells a long stall, a machine that slept, and a clock that was set', () => {
  const { stall } = staged();
  expect(stall(3500)).toEqual({ stalled: true, backMs: 0 });
  expect(stall(3_600_000, 250)).toEqual({ stalled: true, backMs: 0 });
  expect(stall(-600_000, 250)).toEqual({ stalled: false, backMs: 600_250 });
});

it('holds no more stalls than it may, and forgets nothing of what they took', () => {
  const { time, at, run, stall } = staged();
  const beginMs = at.wallMs;
  for (let i = 0; i < 500; i++) {
    run(500);
    stall(1000);
  }
  expect(time.lostSince(beginMs)).toBe(500 * 750);
  expect(time.lostSince(at.wallMs - 4000)).toBe(3 * 750);
});
