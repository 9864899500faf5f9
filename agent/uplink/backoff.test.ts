import { expect, test } from 'vitest';
import { MusterError } from '../../core/common/muster-error.ts';
import { Backoff, classOf, classOfError, RETRY_STEPS } from './backoff.ts';

const take = (backoff: Backoff, count: number): number[] => Array.from({ length: count }, () => backoff.next());

test('waits grow step by step, stay at the last for a dozen attempts, and double then up to a minute', () => {
  const backoff = new Backoff(RETRY_STEPS, () => 1);
  expect(take(backoff, 3)).toEqual([1000, 2000, 5000]);
  expect(new Set(take(backoff, 12))).toEqual(new Set([10_000]));
  expect(new Set(take(backoff, 12))).toEqual(new Set([20_000]));
  expect(new Set(take(backoff, 12))).toEqual(new Set([40_000]));
  expect(new Set(take(backoff, 200))).toEqual(new Set([60_000]));
});

test('what works begins anew, what needs somebody begins at the last step', () => {
  const backoff = new Backoff([1, 2, 3], () => 1);
  take(backoff, 40);
  backoff.reset();
  expect(take(backoff, 3)).toEqual([1, 2, 3]);
  backoff.reset();
  backoff.raise();
  expect(backoff.next()).toBe(3);
  backoff.reset();
  expect(backoff.next()).toBe(1);
});

test('a wait is at random within its step, and a step above the ceiling is kept', () => {
  expect(take(new Backoff([1000, 4000], () => 0.25), 2)).toEqual([250, 1000]);
  expect(new Set(take(new Backoff([90_000], () => 1), 40))).toEqual(new Set([90_000]));
  expect(new Backoff([], () => 1).next()).toBe(RETRY_STEPS[0]);
});

test.each([
  [3, 'operator'],
  [6, 'operator'],
  [7, 'operator'],
  [16, 'operator'],
  [14, 'retry'],
  [4, 'retry'],
  [undefined, 'retry'],
] as const)('the status %s is for %s', (status, found) => {
  expect(classOf(status)).toBe(found);
  expect(classOfError({ code: status })).toBe(found);
});

test('an error of ours says itself whether it passes; of what is no status nobody knows', () => {
  expect(classOfError(new MusterError('unavailable', 'x'))).toBe('retry');
  expect(classOfError(new MusterError('invalid_argument', 'x'))).toBe('operator');
  expect([classOfError(undefined), classOfError({ code: 'ENOENT' }), classOfError(new Error('x'))]).toEqual(['retry', 'retry', 'retry']);
});
