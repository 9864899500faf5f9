import { expect, it } from 'vitest';
import { assertVerifyWait, MAX_VERIFY_WAIT_MS, VERIFY_LOOK_MS, verifyAnswerMs, verifyCallMs, verifyPageMs } from './verify-wait.ts';

it('has each wait for longer than the one it asks, whatever wait was wished for', () => {
  for (const waitMs of [0, 1, 10_000, MAX_VERIFY_WAIT_MS]) {
    expect(verifyAnswerMs(waitMs)).toBeGreaterThan(waitMs + VERIFY_LOOK_MS);
    expect(verifyCallMs(waitMs)).toBeGreaterThan(verifyAnswerMs(waitMs));
    expect(verifyPageMs(waitMs)).toBeGreaterThan(verifyCallMs(waitMs));
  }
  // Nothing said is the gateway's own wait.
  expect(verifyCallMs(0)).toBe(verifyCallMs(10_000));
});

it('refuses a longer wait than the gateway has, in words', () => {
  assertVerifyWait(MAX_VERIFY_WAIT_MS);
  expect(() => assertVerifyWait(MAX_VERIFY_WAIT_MS + 1)).toThrow('wait_ms is 300001: at most 300000');
});
