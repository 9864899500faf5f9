import { expect, test, vi } from 'vitest';
import { NameCache } from './name-cache.ts';

test('a name is asked for once a minute, by all who want it; an address never', async () => {
  const asked: string[] = [];
  let nowMs = 0;
  const names = new NameCache(
    () => nowMs,
    async (name) => `10.0.0.${asked.push(name)}`,
  );
  expect(names.resolve('192.0.2.1')).toBe('192.0.2.1');
  expect(await Promise.all([names.resolve('a.test'), names.resolve('a.test'), names.resolve('b.test')])).toEqual([
    '10.0.0.1',
    '10.0.0.1',
    '10.0.0.2',
  ]);
  nowMs = 59_000;
  expect(names.resolve('a.test'), 'at once').toBe('10.0.0.1');
  nowMs = 61_000;
  expect(names.resolve('a.test'), 'the old one while it is asked for again').toBe('10.0.0.1');
  await vi.waitFor(() => expect(names.resolve('a.test')).toBe('10.0.0.3'), 20_000);
  expect(asked).toEqual(['a.test', 'b.test', 'a.test']);
});

test('one at a time, and one that fails holds up no other and is asked for again', async () => {
  let under = 0;
  let most = 0;
  let fail = true;
  const names = new NameCache(
    () => 0,
    async (name) => {
      most = Math.max(most, ++under);
      await Promise.resolve();
      under--;
      if (name === 'bad.test' && fail) throw Object.assign(new Error('no'), { code: 'ENOTFOUND' });
      return '10.0.0.1';
    },
  );
  const all = await Promise.allSettled([names.resolve('bad.test'), names.resolve('a.test'), names.resolve('b.test')]);
  expect(all.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
  expect(most).toBe(1);
  fail = false;
  expect(await names.resolve('bad.test')).toBe('10.0.0.1');
});
