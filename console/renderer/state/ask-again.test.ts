import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { askAgain, type Sight } from './ask-again.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const seen: Sight = { isHidden: () => false, onShown: () => () => undefined };

/** A window that hides and shows. */
function windowOf(hidden: boolean) {
  const acts = new Set<() => void>();
  const state = { hidden };
  const sight: Sight = {
    isHidden: () => state.hidden,
    onShown: (act) => {
      acts.add(act);
      return () => acts.delete(act);
    },
  };
  const set = (next: boolean): void => {
    state.hidden = next;
    if (!next) for (const act of acts) act();
  };
  return { sight, set, acts };
}

test('it asks so long after each answer, tells what fails, and goes on', async () => {
  const problems: string[] = [];
  let asked = 0;
  const load = async (): Promise<void> => {
    asked++;
    await new Promise((resolve) => setTimeout(resolve, 300));
    if (asked === 2) throw new Error('the store is away');
  };
  const end = askAgain({ load, onProblem: (problem) => problems.push(problem), everyMs: 1000 }, seen);
  await vi.advanceTimersByTimeAsync(1299);
  expect(asked).toBe(1);
  await vi.advanceTimersByTimeAsync(1301);
  expect([asked, problems]).toEqual([3, ['the store is away']]);
  end();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked).toBe(3);
});

test('once where no time is given, and not before the window is seen', async () => {
  const { sight, set } = windowOf(true);
  let asked = 0;
  askAgain({ load: async () => void asked++, onProblem: () => undefined }, sight);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked).toBe(0);
  set(false);
  await vi.advanceTimersByTimeAsync(60_000);
  set(true);
  set(false);
  expect(asked).toBe(1);
});

test('a window that shows again asks at once where its answer is due, and only there', async () => {
  const { sight, set, acts } = windowOf(false);
  let asked = 0;
  const end = askAgain({ load: async () => void asked++, onProblem: () => undefined, everyMs: 300_000 }, sight);
  await vi.advanceTimersByTimeAsync(1000);
  set(true);
  await vi.advanceTimersByTimeAsync(60_000);
  set(false);
  expect(asked).toBe(1);
  set(true);
  await vi.advanceTimersByTimeAsync(7_200_000);
  expect(asked).toBe(1);
  set(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(asked).toBe(2);
  await vi.advanceTimersByTimeAsync(300_000);
  expect(asked).toBe(3);
  end();
  expect(acts.size).toBe(0);
});

test('what fails because nobody wants it any more is no problem', async () => {
  const problems: string[] = [];
  const load = (signal: AbortSignal): Promise<void> =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
  askAgain({ load, onProblem: (problem) => problems.push(problem), everyMs: 1000 }, seen)();
  await vi.advanceTimersByTimeAsync(5000);
  expect(problems).toEqual([]);
});
