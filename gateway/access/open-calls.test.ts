import { expect, it } from 'vitest';
import { type Ended, OpenCalls, whileGranted } from './open-calls.ts';

const caller = (tokenId: string) => ({ tokenId, name: `name-of-${tokenId}`, scopes: ['read'], labels: {} }) as const;

it('ends the calls of a token that does not hold any more, and no other, whether or not they do anything', async () => {
  const ended = new Map<string, Ended>();
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

it('says of a token no more than is known: one that nobody can read, or that went with its bucket, was not revoked', () => {
  const ended = new Map<string, Ended>([
    ['a', 'unreadable'],
    ['b', 'unknown'],
  ]);
  const calls = new OpenCalls({ whyEnded: (tokenId) => ended.get(tokenId) });
  const grants = ['a', 'b'].map((tokenId) => calls.hold(caller(tokenId)));
  calls.look();
  expect(grants.map(({ signal }) => signal.reason.message)).toEqual([
    expect.stringContaining('name-of-a could not be read any more while'),
    expect.stringContaining('name-of-b was not known any more while'),
  ]);
});

it('keeps nothing of a call that ended by itself', async () => {
  const calls = new OpenCalls({ whyEnded: () => undefined });
  expect(await whileGranted(calls.hold(caller('a')), () => 7)).toBe(7);
  await expect(whileGranted(calls.hold(caller('a')), () => Promise.reject(new Error('of its own')))).rejects.toThrow('of its own');
  expect(calls.size).toBe(0);
});
