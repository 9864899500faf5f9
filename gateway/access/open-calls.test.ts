import { expect, it } from 'vitest';
import { OpenCalls, whileGranted } from './open-calls.ts';
import type { Invalid } from './token-record.ts';

const caller = (tokenId: string) => ({ tokenId, name: `name-of-${tokenId}`, scopes: ['read'], labels: {} }) as const;

it('ends the calls of a token that does not hold any more, and no other, whether or not they do anything', async () => {
  const ended = new Map<string, Invalid>();
  const calls = new OpenCalls({ whyEnded: (tokenId) => ended.get(tokenId) });
  const quiet = () => new Promise<never>(() => undefined);
  const first = whileGranted(calls.hold(caller('a')), quiet);
  const second = whileGranted(calls.hold(caller('a')), quiet);
  const other = calls.hold(caller('b'));
  calls.look();
  expect(calls.size).toBe(3);
  ended.set('a', 'revoked');
  calls.lookAt('a');
  await expect(first).rejects.toMatchObject({ code: 'unauthenticated', message: expect.stringContaining('name-of-a was revoked while') });
  await expect(second).rejects.toMatchObject({ code: 'unauthenticated' });
  expect([calls.size, other.signal.aborted]).toEqual([1, false]);
  ended.set('b', 'expired');
  calls.look();
  expect(other.signal.reason).toMatchObject({ message: expect.stringContaining('name-of-b expired while') });
});

it('keeps nothing of a call that ended by itself', async () => {
  const calls = new OpenCalls({ whyEnded: () => undefined });
  expect(await whileGranted(calls.hold(caller('a')), () => 7)).toBe(7);
  await expect(whileGranted(calls.hold(caller('a')), () => Promise.reject(new Error('of its own')))).rejects.toThrow('of its own');
  expect(calls.size).toBe(0);
});
