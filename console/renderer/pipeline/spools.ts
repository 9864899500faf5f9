// What agents hold that is not acknowledged, as they last reported it.
import type { FleetNode } from '../../common/fleet-node.ts';

export interface Spools {
  batches: number;
  rows: number;
  bytes: number;
  /** Nodes with something in their spool. */
  spooling: number;
  /** Nodes whose agent nobody can ask now. */
  unknown: number;
}

/** False for a node that is only pushed or imported: nothing connects, and nothing has a spool. */
export function hasAgent({ agentVersion }: Pick<FleetNode, 'agentVersion'>): boolean {
  return agentVersion !== '';
}

/** Agents that should hold a stream and hold none. An idle node is not waited for: its simulation has ended. */
export function notConnectedAgents(nodes: ReadonlyMap<string, FleetNode>, connected: number): number {
  let expected = 0;
  for (const node of nodes.values()) if (hasAgent(node) && node.state !== 'idle') expected++;
  return Math.max(0, expected - connected);
}

export function spoolsOf(nodes: ReadonlyMap<string, FleetNode>): Spools {
  const sum = { batches: 0, rows: 0, bytes: 0, spooling: 0, unknown: 0 };
  for (const node of nodes.values()) {
    const { spool, state } = node;
    if (state === 'never_seen' || !hasAgent(node)) continue;
    if (spool === null || state === 'silent') {
      sum.unknown++;
      continue;
    }
    sum.batches += spool.batches;
    sum.rows += spool.rows;
    sum.bytes += spool.bytes;
    if (spool.batches > 0) sum.spooling++;
  }
  return sum;
}
