import { expect, test, vi } from 'vitest';
import type { ContextView } from '../../core/common/context-view.ts';
import { ContextLock, UNLOCKED_MS } from './context-lock.ts';

const PROD: ContextView = { name: 'prod', gateway: 'a:1', colour: 'plum', tags: [], readOnly: true };

test('a read-only context refuses what writes, in words, and lets reads pass', () => {
  const lock = new ContextLock(PROD, () => undefined);
  expect(() => lock.check('write', 'setNodeLabels')).toThrow(
    'setNodeLabels changes something, and the context prod is read-only: unlock it',
  );
  lock.check('read', 'query');
  new ContextLock({ ...PROD, readOnly: false }, () => undefined).check('write', 'setNodeLabels');
});

test('unlocked by its name, for a quarter of an hour; then locked by itself', () => {
  vi.useFakeTimers();
  const changed = vi.fn();
  const lock = new ContextLock(PROD, changed);
  expect(() => lock.unlock('Prod')).toThrow('type the name of the context, prod');
  expect(() => lock.check('write', 'run')).toThrow(/read-only/);
  lock.unlock('prod');
  expect(lock.unlockedUntilMs).toBe(Date.now() + UNLOCKED_MS);
  vi.advanceTimersByTime(UNLOCKED_MS - 1);
  lock.check('write', 'run');
  vi.advanceTimersByTime(1);
  expect(() => lock.check('write', 'run')).toThrow(/read-only/);
  expect(lock.unlockedUntilMs).toBe(0);
  lock.unlock('prod');
  lock.lock();
  expect(() => lock.check('write', 'run')).toThrow(/read-only/);
  expect(changed).toHaveBeenCalledTimes(4);
  vi.useRealTimers();
});

test('a clock that jumps ahead locks it too', () => {
  let now = 1000;
  const lock = new ContextLock(
    PROD,
    () => undefined,
    () => now,
  );
  lock.unlock('prod');
  now += UNLOCKED_MS;
  expect(() => lock.check('write', 'run')).toThrow(/read-only/);
});
