import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { MusterError } from '../../../core/common/muster-error.ts';
import { QueryEnd, STALLED_MS } from './query-end.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

interface Watched {
  end: QueryEnd;
  gone: AbortController;
  /** What was given back and told, in this order. */
  seen: string[];
}

function watched(timeoutMs = 60_000): Watched {
  const seen: string[] = [];
  const gone = new AbortController();
  const caller = { tokenId: 'a', end: (error: MusterError) => seen.push(error.code) };
  const end = new QueryEnd({ timeoutMs, maxTimeoutMs: 60_000, signal: gone.signal, caller });
  end.holds((reusable) => seen.push(`slot ${reusable}`));
  end.holds((reusable) => seen.push(`connection ${reusable}`));
  end.begins();
  return { end, gone, seen };
}

it('gives back what a query holds at its time limit, latest first, and tells the call', () => {
  const { end, seen } = watched(5000);
  end.offers();
  vi.advanceTimersByTime(4999);
  expect(seen).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(seen).toEqual(['connection false', 'slot false', 'deadline_exceeded']);
  expect(end.signal.reason).toMatchObject({ message: expect.stringContaining('longer than 5000 ms') });
  end.finish();
  expect(seen).toHaveLength(3);
});

it('ends a query whose caller takes nothing, and not one whose caller does', () => {
  const { end, seen } = watched();
  for (let i = 0; i < 3; i++) {
    end.offers();
    vi.advanceTimersByTime(STALLED_MS - 1);
    end.taken();
  }
  expect(seen).toEqual([]);
  end.offers();
  vi.advanceTimersByTime(STALLED_MS);
  expect(seen.at(-1)).toBe('deadline_exceeded');
  expect(end.signal.reason).toMatchObject({ message: expect.stringContaining('took nothing for 5 s') });
});

it('gives back once a whole answer is there, and still ends a call that does not take it', () => {
  const { end, seen } = watched();
  end.giveBack(true);
  expect(seen).toEqual(['connection true', 'slot true']);
  end.offers();
  vi.advanceTimersByTime(STALLED_MS);
  expect(seen.slice(2)).toEqual(['deadline_exceeded']);
});

it('is over when the caller goes, and gives back at once what comes after', () => {
  const { end, gone, seen } = watched();
  gone.abort();
  end.holds((reusable) => seen.push(`late ${reusable}`));
  expect(seen).toEqual(['connection false', 'slot false', 'cancelled', 'late false']);
  expect(vi.getTimerCount()).toBe(0);
});

it('says that there was no turn where there was none', () => {
  const end = new QueryEnd({ timeoutMs: 5, maxTimeoutMs: 60_000, signal: new AbortController().signal, caller: { tokenId: 'a' } });
  vi.advanceTimersByTime(5);
  expect(end.signal.reason).toMatchObject({ code: 'resource_exhausted' });
});
