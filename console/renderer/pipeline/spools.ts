// What agents hold that is not acknowledged, as they last reported it.
import type { FleetNode } from '../../common/fleet-node.ts';
import type { FleetKnown } from '../state/fleet-known.ts';
import type { FleetSnapshot } from '../state/fleet-store.ts';
import { type Known, type KnownValue, known, mapKnown } from '../state/known.ts';
import { formatNumber } from '../widgets/format.ts';

/** Each is partial, and says of how many nodes it is not known, where some agent cannot be asked now. */
export interface Spools {
  batches: KnownValue<number>;
  rows: KnownValue<number>;
  bytes: KnownValue<number>;
  /** Nodes with something in their spool. */
  spooling: KnownValue<number>;
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

export function spoolsOf(nodes: ReadonlyMap<string, FleetNode>, asOfMs: number): Spools {
  const sum = { batches: 0, rows: 0, bytes: 0, spooling: 0 };
  let unknown = 0;
  for (const node of nodes.values()) {
    const { spool, state } = node;
    if (state === 'never_seen' || !hasAgent(node)) continue;
    if (spool === null || state === 'silent') {
      unknown++;
      continue;
    }
    sum.batches += spool.batches;
    sum.rows += spool.rows;
    sum.bytes += spool.bytes;
    if (spool.batches > 0) sum.spooling++;
  }
  const missing = unknown === 0 ? '' : `${formatNumber(unknown)} unknown`;
  const worth = (value: number): KnownValue<number> => known(value, asOfMs, 'live', missing);
  return { batches: worth(sum.batches), rows: worth(sum.rows), bytes: worth(sum.bytes), spooling: worth(sum.spooling) };
}

/** Rows on the machines, as far as the window knows its nodes. */
export function spooledRows({ states }: FleetKnown, { nodes, asOfMs }: Pick<FleetSnapshot, 'nodes' | 'asOfMs'>): Known<number> {
  const { rows } = spoolsOf(nodes, asOfMs);
  return states.worth === 'known' ? rows : mapKnown(states, () => rows.value);
}
