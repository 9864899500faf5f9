// A token with labels, whenever it was made, pushes for its nodes and sees nothing.
import { Metadata } from '@grpc/grpc-js';
import type { NatsConnection } from 'nats';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TOKENS_BUCKET } from '../../core/common/streams.ts';
import { connectNats } from '../../core/node/nats-connection.ts';
import { ensureStreams } from '../../core/node/streams.ts';
import type { TokenRecord } from '../../gateway/access/token-record.ts';
import { createSecret, hashSecret } from '../../gateway/access/token-secret.ts';
import { TokenStore } from '../../gateway/access/token-store.ts';
import { type NatsHarness, startNats } from '../harness/nats.ts';

let nats: NatsHarness;
let connection: NatsConnection;
let tokens: TokenStore;

beforeAll(async () => {
  nats = await startNats();
  connection = await connectNats(nats.gateway);
  await ensureStreams(connection, { streamMaxBytes: 64 * 1024 ** 2, maxAgeHours: 1 });
  const quiet = (): void => undefined;
  const events = {
    ...{ tokenCreated: quiet, tokenRevoked: quiet, joinTokenUsed: quiet },
    ...{ joinTokenRefused: quiet, callerRefused: quiet, entryUnreadable: quiet },
  };
  tokens = new TokenStore({ connection, operatorToken: 'operator-secret', events });
  await tokens.start();
});
afterAll(async () => {
  await tokens?.stop();
  await connection?.close();
  await nats?.stop();
});

it('was made before labels were refused', async () => {
  const { id, secret } = createSecret('access');
  const record: TokenRecord = {
    ...{ id, kind: 'access', name: 'ghana', hash: hashSecret(secret), scopes: ['read', 'write', 'push', 'admin'] },
    ...{ labels: { country: 'gh' }, createdMs: Date.now(), expiresMs: 0, usesLeft: 0, revoked: false, enrolments: [] },
  };
  await (await connection.jetstream().views.kv(TOKENS_BUCKET)).put(id, JSON.stringify(record));
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${secret}`);
  expect((await tokens.admit(metadata, 'push')).caller).toMatchObject({ name: 'ghana', labels: { country: 'gh' } });
  for (const scope of ['read', 'write', 'admin'] as const) {
    await expect(tokens.admit(metadata, scope)).rejects.toMatchObject({
      code: 'permission_denied',
      message: expect.stringContaining('token ghana is bound to nodes with country=gh'),
    });
  }
});

it('is made for pushing alone', async () => {
  const wanted = { kind: 'access', name: 'ghana', validSeconds: 60, uses: 0, labels: { country: 'gh' } } as const;
  const operator = { tokenId: 'operator', name: 'operator', scopes: [] };
  await expect(tokens.create({ ...wanted, scopes: ['push', 'read'] }, operator)).rejects.toMatchObject({ code: 'invalid_argument' });
  expect((await tokens.create({ ...wanted, scopes: ['push'] }, operator)).token.labels).toEqual({ country: 'gh' });
  expect((await tokens.create({ ...wanted, kind: 'join', scopes: [] }, operator)).token.labels).toEqual({ country: 'gh' });
});
