import { expect, test } from 'vitest';
import type { CreateTokenResponse, ListTokensResponse } from '../../../proto/gen/messages.ts';
import type { TokenRecord } from '../../access/token-record.ts';
import type { TokenStore } from '../../access/token-store.ts';
import type { CallContext } from './call-handlers.ts';
import { tokenHandlers } from './token-calls.ts';

const RECORD = {
  ...{ id: 't1', kind: 'join', name: 'lab', scopes: [], createdMs: 5000, expiresMs: 9000, usesLeft: 3, revoked: false, labels: {} },
} as unknown as TokenRecord;

function staged() {
  const did: unknown[][] = [];
  const scopes: string[] = [];
  const store = {
    create: async (...args: unknown[]) => {
      did.push(['create', ...args]);
      return { token: RECORD, secret: 'the secret' };
    },
    list: () => [RECORD, { ...RECORD, id: 't2', kind: 'access', revoked: true }],
    revoke: async (...args: unknown[]) => {
      await Promise.resolve();
      did.push(['revoke', ...args]);
    },
  } as unknown as TokenStore;
  const caller = { name: 'ada' };
  const context = {
    authorizer: {
      admit: async (_: unknown, scope: string) => {
        scopes.push(scope);
        return { caller, signal: new AbortController().signal, release: () => undefined };
      },
    },
    events: { callFailed: () => undefined },
  } as unknown as CallContext;
  const handlers = tokenHandlers(context, store);
  type Handler = (call: unknown, callback: (error: Error | null, response: unknown) => void) => void;
  const call = <R>(method: string, request: object = {}): Promise<R> =>
    new Promise((resolve, reject) => {
      ((handlers as Record<string, unknown>)[method] as Handler)({ request, metadata: {} }, (error, response) =>
        error === null ? resolve(response as R) : reject(error),
      );
    });
  return { call, did, scopes, caller };
}

const WISH = { name: 'lab', scopes: ['read'], validSeconds: 60, uses: 3, labels: { role: 'db' } };

test.each([
  ['TOKEN_KIND_JOIN', 'join'],
  ['TOKEN_KIND_ACCESS', 'access'],
])('a token of %s is made, and its secret is told once', async (kind, made) => {
  const { call, did, scopes, caller } = staged();
  expect(await call<CreateTokenResponse>('createToken', { ...WISH, kind })).toEqual({
    secret: 'the secret',
    token: {
      ...{ id: 't1', kind: 'TOKEN_KIND_JOIN', name: 'lab', scopes: [], usesLeft: 3, revoked: false },
      ...{ created: { seconds: 5, nanos: 0 }, expires: { seconds: 9, nanos: 0 } },
    },
  });
  expect([did, scopes]).toEqual([[['create', { ...WISH, kind: made }, caller]], ['admin']]);
});

test('a token of no kind is refused', async () => {
  const { call, did } = staged();
  await expect(call('createToken', { ...WISH, kind: 'TOKEN_KIND_UNSPECIFIED' })).rejects.toMatchObject({
    details: 'kind is TOKEN_KIND_UNSPECIFIED: TOKEN_KIND_JOIN or TOKEN_KIND_ACCESS is needed',
  });
  expect(did).toEqual([]);
});

test('tokens are listed without their secrets, by those who may manage them', async () => {
  const { call, scopes } = staged();
  const { tokens } = await call<ListTokensResponse>('listTokens');
  expect(tokens.map(({ id, kind, revoked }) => [id, kind, revoked])).toEqual([
    ['t1', 'TOKEN_KIND_JOIN', false],
    ['t2', 'TOKEN_KIND_ACCESS', true],
  ]);
  expect([JSON.stringify(tokens).includes('secret'), scopes]).toEqual([false, ['admin']]);
});

test('a revocation is answered once it is done', async () => {
  const { call, did, scopes, caller } = staged();
  expect(await call('revokeToken', { id: 't1' })).toEqual({});
  expect([did, scopes]).toEqual([[['revoke', 't1', caller]], ['admin']]);
});
