import { expect, it } from 'vitest';
import { createSecret, hashSecret, matchesHash, parseSecret } from './token-secret.ts';

it('makes tokens that tell kind and id, and nothing of the secret in the hash', () => {
  const join = createSecret('join');
  const access = createSecret('access');
  expect(join.secret).toMatch(/^mst_join_[0-9a-f]{12}_[\w-]{43}$/);
  expect(parseSecret(join.secret)).toEqual({ kind: 'join', id: join.id });
  expect(parseSecret(access.secret)).toEqual({ kind: 'access', id: access.id });
  expect(hashSecret(join.secret)).toMatch(/^[0-9a-f]{64}$/);
  expect(matchesHash(join.secret, hashSecret(join.secret))).toBe(true);
  expect(matchesHash(access.secret, hashSecret(join.secret))).toBe(false);
});

it.each(['', 'mst_', 'mst_join_x_y', `mst_0123456789ab_${'A'.repeat(44)}`, `mst_0123456789ab_${'A'.repeat(43)}\n`])(
  '%j is no token',
  (text) => expect(parseSecret(text)).toBeUndefined(),
);
