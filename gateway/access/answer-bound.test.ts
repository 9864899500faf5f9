import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { answerWithin } from './answer-bound.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it('answers at its bound where what it waits for never comes', async () => {
  const answer = expect(answerWithin(5000, 'CreateToken', () => new Promise(() => undefined))).rejects.toMatchObject({
    code: 'deadline_exceeded',
    message: expect.stringContaining('CreateToken has no answer within 5 s'),
  });
  await vi.advanceTimersByTimeAsync(5000);
  await answer;
});

it('hands on an answer and an error, and keeps no timer', async () => {
  expect(await answerWithin(5000, 'GetNode', () => 7)).toBe(7);
  await expect(answerWithin(5000, 'GetNode', () => Promise.reject(new Error('of its own')))).rejects.toThrow('of its own');
  expect(vi.getTimerCount()).toBe(0);
});
