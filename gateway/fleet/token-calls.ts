// The calls that manage tokens, delegated to the token store.
import type { UntypedServiceImplementation } from '@grpc/grpc-js';
import { MusterError } from '../../core/common/muster-error.ts';
import type {
  CreateTokenRequest,
  CreateTokenResponse,
  ListTokensResponse,
  RevokeTokenRequest,
  RevokeTokenResponse,
  Token,
} from '../../proto/gen/messages.ts';
import type { TokenRecord } from '../access/token-record.ts';
import type { TokenStore } from '../access/token-store.ts';
import { type CallContext, unary } from './call-handlers.ts';
import { toTimestamp } from './node-record.ts';

export function tokenHandlers(context: CallContext, tokens: Pick<TokenStore, 'create' | 'list' | 'revoke'>): UntypedServiceImplementation {
  return {
    createToken: unary(context, 'CreateToken', 'admin', async (request: CreateTokenRequest, caller): Promise<CreateTokenResponse> => {
      const { kind, name, scopes, validSeconds, uses, labels } = request;
      const { token, secret } = await tokens.create({ kind: toKind(kind), name, scopes, validSeconds, uses, labels }, caller);
      return { token: toToken(token), secret };
    }),
    listTokens: unary(context, 'ListTokens', 'admin', (): ListTokensResponse => ({ tokens: tokens.list().map(toToken) })),
    revokeToken: unary(context, 'RevokeToken', 'admin', async (request: RevokeTokenRequest, caller): Promise<RevokeTokenResponse> => {
      await tokens.revoke(request.id, caller);
      return {};
    }),
  };
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
