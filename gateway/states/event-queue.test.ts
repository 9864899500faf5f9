import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { FleetEvent } from '../../core/common/frame.ts';
import { EventQueue, MOST_WAITING, PORTION } from './event-queue.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const events = (count: number): FleetEvent[] =>
  Array.from({ length: count }, (_, i) => ({ timeUs: i, kind: 'node_live', severity: 'info', text: '', attributes: {} }));

function queue() {
  const taken: number[] = [];
  const lost: string[] = [];
  const staged = { may: true, refuse: '' };
  const made = new EventQueue({
    deliver: async (portion) => {
      if (staged.refuse !== '') throw new Error(staged.refuse);
      taken.push(portion.length);
    },
    mayDeliver: () => staged.may,
    onLost: (error) => lost.push(error.message),
  });
  return { queue: made, taken, lost, staged };
}

it('spreads many changes over time, a portion after the other', async () => {
  const { queue: waiting, taken } = queue();
  waiting.add(events(10_000));
  await vi.advanceTimersByTimeAsync(1000);
  expect(taken.length).toBeLessThanOrEqual(5);
  await vi.advanceTimersByTimeAsync(5000);
  expect([taken.length, Math.max(...taken), waiting.waiting]).toEqual([10_000 / PORTION, PORTION, 0]);
});

it('waits while the stream has enough to do, and tells when nothing waits any more', async () => {
  const { queue: waiting, taken, staged } = queue();
  staged.may = false;
  waiting.add(events(3));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(taken).toEqual([]);
  staged.may = true;
  const drained = waiting.drained(5000);
  await vi.advanceTimersByTimeAsync(1000);
  await drained;
  expect(taken).toEqual([3]);
});

it('holds no more than it may, and tells that it lost what waited or was refused', async () => {
  const { queue: waiting, taken, lost, staged } = queue();
  staged.may = false;
  waiting.add(events(MOST_WAITING));
  waiting.add(events(1));
  expect([waiting.waiting, lost.length]).toEqual([0, 1]);
  staged.may = true;
  staged.refuse = 'too large';
  waiting.add(events(2));
  await vi.advanceTimersByTimeAsync(1000);
  expect(lost.at(-1)).toBe('too large');
  staged.refuse = '';
  waiting.add(events(1));
  await vi.advanceTimersByTimeAsync(1000);
  expect(taken).toEqual([1]);
});
