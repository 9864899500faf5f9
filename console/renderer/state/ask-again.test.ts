import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { askAgain } from './ask-again.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const seen = (): boolean => false;

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
  let hidden = true;
  let asked = 0;
  askAgain({ load: async () => void asked++, onProblem: () => undefined }, () => hidden);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked).toBe(0);
  hidden = false;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked).toBe(1);
});

test('what fails because nobody wants it any more is no problem', async () => {
  const problems: string[] = [];
  const load = (signal: AbortSignal): Promise<void> =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
  askAgain({ load, onProblem: (problem) => problems.push(problem), everyMs: 1000 }, seen)();
  await vi.advanceTimersByTimeAsync(5000);
  expect(problems).toEqual([]);
});
