// How another machine joins: what the gateway says of it, and the token that admits one.
import type { FleetClient } from '../../proto/client/fleet-client.ts';
import type { GatewayRequests } from './gateway-requests.ts';

export function joinRequests(gateway: () => FleetClient): Pick<GatewayRequests, 'joinInfo' | 'createJoinToken'> {
  return {
    joinInfo: async (_, signal) => {
      const { addresses, caSha256, lines, problem } = await gateway().call('getJoinInfo', { address: '' }, { signal });
      return { addresses, caSha256, lines: lines.map(({ system, text, needs }) => ({ system, text, needs })), problem };
    },
    createJoinToken: async (args) => {
      const request = { kind: 'TOKEN_KIND_JOIN' as const, name: 'console', scopes: [], labels: {}, ...args };
      const { token, secret } = await gateway().call('createToken', request);
      return { tokenId: token?.id ?? '', secret, expiresMs: (token?.expires?.seconds ?? 0) * 1000, uses: args.uses };
    },
  };
}
