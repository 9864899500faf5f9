import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Playback } from './playback.ts';
import { Store } from './store.ts';
import type { TimeRange } from './time-range.ts';

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('document', { hidden: false });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function start(toMs: number, nowMs: number) {
  const time = new Store<TimeRange>({ kind: 'past', fromMs: toMs - 1000, toMs });
  const playback = new Playback(
    time,
    () => nowMs,
    () => time.set({ kind: 'live', spanMs: 1000 }),
  );
  return { time, playback };
}

test('goes on by its speed, waits for the page, and ends live', async () => {
  const { time, playback } = start(0, 65_000);
  const asked: number[][] = [];
  let ready: () => void = () => undefined;
  playback.prepare = (moments) => {
    asked.push([...moments]);
    return asked.length === 2 ? new Promise((resolve) => (ready = resolve)) : Promise.resolve();
  };
  playback.play();
  await vi.advanceTimersByTimeAsync(500);
  expect(time.get()).toMatchObject({ toMs: 30_000 });
  expect(asked[0]).toEqual([30_000, 60_000, 90_000]);
  await vi.advanceTimersByTimeAsync(5000);
  expect(time.get()).toMatchObject({ toMs: 30_000 });
  ready();
  await vi.advanceTimersByTimeAsync(50);
  expect(time.get()).toMatchObject({ toMs: 60_000 });
  await vi.advanceTimersByTimeAsync(1000);
  expect(time.get().kind).toBe('live');
  expect(playback.playing.get()).toBe(false);
});

test('a pause is at once, and play goes on from where somebody went', async () => {
  const { time, playback } = start(0, 1e9);
  playback.speed.set(1);
  playback.play();
  await vi.advanceTimersByTimeAsync(400);
  time.set({ kind: 'past', fromMs: 499_000, toMs: 500_000 });
  await vi.advanceTimersByTimeAsync(1600);
  expect(time.get()).toMatchObject({ toMs: 501_000, fromMs: 500_000 });
  playback.pause();
  await vi.advanceTimersByTimeAsync(5000);
  expect(time.get()).toMatchObject({ toMs: 501_000 });
});
