// Since when there can be anything of a node.
import type { FleetNode } from '../../common/fleet-node.ts';

/** Unix ms; 0 where it is not known: what was pushed or imported may be older than the first the gateway heard of the node. */
export function joinedMs(node: Pick<FleetNode, 'agentVersion' | 'enrolledMs'> | undefined): number {
  return node === undefined || node.agentVersion === '' ? 0 : (node.enrolledMs ?? 0);
}
