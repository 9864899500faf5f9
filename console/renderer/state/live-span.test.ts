import { expect, test } from 'vitest';
import { keepLiveSpan } from './live-span.ts';
import { Store } from './store.ts';
import { FIRST_SPAN_MS, type TimeRange } from './time-range.ts';

const PAST: TimeRange = { kind: 'past', fromMs: 1000, toMs: 2000 };

test('the way back leads to the span that the address named, and to the one that was live last', () => {
  const time = new Store<TimeRange>({ kind: 'live', spanMs: 86_400_000 });
  const spanMs = keepLiveSpan(time);
  time.set(PAST);
  expect(spanMs()).toBe(86_400_000);
  time.set({ kind: 'live', spanMs: 300_000 });
  time.set(PAST);
  expect(spanMs()).toBe(300_000);
});

test('a window that begins in the past returns to the first span', () => {
  expect(keepLiveSpan(new Store<TimeRange>(PAST))()).toBe(FIRST_SPAN_MS);
});
