import { expect, it } from 'vitest';
import { ReplayPace, replayPieceBytes } from './replay-pace.ts';

const DAY_US = 86_400_000_000;

function stagedPace(speed: number) {
  let nowMs = 5;
  const waits: number[] = [];
  const wait = async (ms: number) => {
    waits.push(ms);
    nowMs += ms;
  };
  return { pace: new ReplayPace(speed, { now: () => nowMs, wait }), waits, now: () => nowMs };
}

it('waits over a gap that is longer than a timer can be', async () => {
  const { pace, waits, now } = stagedPace(1);
  await pace.until(1_780_000_000_000_000);
  await pace.until(1_780_000_000_000_000 + 60 * DAY_US);
  expect(now()).toBe(5 + 60 * 86_400_000);
  expect(Math.max(...waits)).toBeLessThan(2 ** 31);
});

it('waits by its speed, and for nothing where it has none', async () => {
  const quick = stagedPace(60);
  await quick.pace.until(1e15);
  await quick.pace.until(1e15 + 60_000_000);
  await quick.pace.until(1e15);
  expect(quick.waits).toEqual([1000]);
  const free = stagedPace(0);
  await free.pace.until(1e15);
  await free.pace.until(1e15 + DAY_US);
  expect(free.waits).toEqual([]);
});

it('counts from the first row of a recording, not from the end of its first piece', async () => {
  const { pace, now } = stagedPace(10);
  pace.begin(1e15);
  await pace.until(1e15 + 20e6);
  pace.begin(1e15 + 20e6);
  await pace.until(1e15 + 30e6);
  expect(now()).toBe(5 + 3000);
});

it('reads a short recording in many pieces, and a long one not in too many', () => {
  expect([0, 2000, 40_000, 1e9].map(replayPieceBytes)).toEqual([64, 64, 200, 4096]);
});
