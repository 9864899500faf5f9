// How another machine joins: what the gateway says of it, and the token that admits one.
import type { CreateTokenResponse, JoinInfo } from '../../proto/gen/messages.ts';
import type { RequestArguments } from '../common/console-api.ts';
import type { JoinInfoView, JoinTokenView } from '../common/join-view.ts';
import { callUnary } from './gateway-calls.ts';
import type { GatewayConnection } from './gateway-link.ts';

const TIMEOUT_MS = 15_000;

export async function joinInfo(connection: GatewayConnection, signal?: AbortSignal): Promise<JoinInfoView> {
  const { addresses, caSha256, lines, problem } = await callUnary<JoinInfo>(connection, 'GetJoinInfo', { address: '' }, TIMEOUT_MS, signal);
  return { addresses, caSha256, lines: lines.map(({ system, text, needs }) => ({ system, text, needs })), problem };
}

export async function createJoinToken(connection: GatewayConnection, args: RequestArguments<'createJoinToken'>): Promise<JoinTokenView> {
  const request = { kind: 'TOKEN_KIND_JOIN', name: 'console', scopes: [], labels: {}, ...args };
  const { token, secret } = await callUnary<CreateTokenResponse>(connection, 'CreateToken', request, TIMEOUT_MS);
  return { tokenId: token?.id ?? '', secret, expiresMs: (token?.expires?.seconds ?? 0) * 1000, uses: args.uses };
}
