// What an operator may change of a node: its labels, its quarantine, its place in the fleet.
import type { FleetClient } from '../../proto/client/fleet-client.ts';
import type { GatewayRequests } from './gateway-requests.ts';
import { toFleetNode } from './to-console.ts';

export function nodeChanges(gateway: () => FleetClient): Pick<GatewayRequests, 'setNodeLabels' | 'releaseNode' | 'removeNode'> {
  return {
    setNodeLabels: async ({ node, set, remove, seen }) =>
      toFleetNode(await gateway().call('setNodeLabels', { node, set, remove: [...remove], seen: { labels: seen } })),
    releaseNode: async (args) => toFleetNode(await gateway().call('releaseNode', args)),
    removeNode: async (args) => {
      await gateway().call('removeNode', args);
      return null;
    },
  };
}
