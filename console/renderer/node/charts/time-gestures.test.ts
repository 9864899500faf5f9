import { expect, test, vi } from 'vitest';
import { Store } from '../../state/store.ts';
import type { Bounds, TimeRange } from '../../state/time-range.ts';
import { timeGestures } from './time-gestures.ts';

const NOW = Date.parse('2026-12-01T17:41:00Z');
const ZOOM = [NOW / 1000 - 600, NOW / 1000 - 300] as const;

function staged(range: TimeRange) {
  const time = new Store<TimeRange>(range);
  const bounds = new Store<Bounds>({ fromMs: 0, toMs: 1 });
  const returnToLive = vi.fn();
  const gestures = timeGestures({ time, bounds, move: (to) => bounds.set(to), now: () => NOW, returnToLive });
  return { time, bounds, gestures, returnToLive };
}

test('a reset goes back to what was shown before the first of several gestures', () => {
  const first: TimeRange = { kind: 'live', spanMs: 900_000 };
  const { time, gestures } = staged(first);
  gestures.onZoom(...ZOOM);
  gestures.onZoom(ZOOM[0] + 60, ZOOM[1]);
  expect(time.get()).toMatchObject({ kind: 'past' });
  gestures.onReset();
  expect(time.get()).toBe(first);
});

test('a time that was chosen elsewhere meanwhile is what the next reset goes back to, not the one of long ago', () => {
  const { time, gestures, returnToLive } = staged({ kind: 'live', spanMs: 900_000 });
  gestures.onZoom(...ZOOM);
  const day: TimeRange = { kind: 'live', spanMs: 86_400_000 };
  time.set(day);
  gestures.onZoom(...ZOOM);
  gestures.onReset();
  expect(time.get()).toBe(day);
  // And one without a gesture since goes to live, over the span that was live last.
  gestures.onZoom(...ZOOM);
  time.set({ kind: 'past', fromMs: NOW - 9e6, toMs: NOW - 8e6 });
  gestures.onReset();
  expect(returnToLive).toHaveBeenCalledTimes(1);
});

test('moved to the end of time it is live, and never beyond it', () => {
  const { time, bounds, gestures } = staged({ kind: 'past', fromMs: NOW - 9e6, toMs: NOW - 8e6 });
  gestures.onMove(NOW / 1000 - 60, NOW / 1000 + 600);
  expect(bounds.get().toMs).toBe(NOW);
  gestures.onMoved();
  expect(time.get()).toEqual({ kind: 'live', spanMs: 660_000 });
});
