// The calls that manage tokens, delegated to the token store.
import { MusterError } from '../../../core/common/muster-error.ts';
import type { CreateTokenRequest, Token } from '../../../proto/gen/messages.ts';
import type { TokenRecord } from '../../access/token-record.ts';
import type { TokenStore } from '../../access/token-store.ts';
import { toTimestamp } from '../directory/node-record.ts';
import { type CallContext, type FleetHandlers, handlers } from './call-handlers.ts';

export function tokenHandlers(
  context: CallContext,
  tokens: Pick<TokenStore, 'create' | 'list' | 'revoke'>,
): FleetHandlers<'createToken' | 'listTokens' | 'revokeToken'> {
  return handlers(context, {
    createToken: async (request, caller) => {
      const { kind, name, scopes, validSeconds, uses, labels } = request;
      const { token, secret } = await tokens.create({ kind: toKind(kind), name, scopes, validSeconds, uses, labels }, caller);
      return { token: toToken(token), secret };
    },
    listTokens: () => ({ tokens: tokens.list().map(toToken) }),
    revokeToken: async ({ id }, caller) => {
      await tokens.revoke(id, caller);
      return {};
    },
  });
}

function toKind(kind: CreateTokenRequest['kind']): TokenRecord['kind'] {
  if (kind === 'TOKEN_KIND_JOIN') return 'join';
  if (kind === 'TOKEN_KIND_ACCESS') return 'access';
  throw new MusterError('invalid_argument', `kind is ${kind}: TOKEN_KIND_JOIN or TOKEN_KIND_ACCESS is needed`);
}

function toToken(record: TokenRecord): Token {
  return {
    id: record.id,
    kind: record.kind === 'join' ? 'TOKEN_KIND_JOIN' : 'TOKEN_KIND_ACCESS',
    name: record.name,
    scopes: record.scopes,
    created: toTimestamp(record.createdMs),
    expires: toTimestamp(record.expiresMs),
    usesLeft: record.usesLeft,
    revoked: record.revoked,
  };
}
