// What a window knows of its fleet now: how many nodes there are, and how many are in each state. Each count on screen comes from here.
import { useMemo } from 'react';
import { countKindsOf, type KindCounts } from '../../../core/common/kind-words.ts';
import type { ConnectionState } from '../../common/console-api.ts';
import { formatNumber } from '../widgets/format.ts';
import { type ConsoleState, useConsole } from './console-state.ts';
import type { FleetSnapshot, StateCounts } from './fleet-store.ts';
import { type Known, known, mapKnown, notKnown, stale } from './known.ts';
import { withheldWords } from './link-known.ts';
import { useStore } from './store.ts';

export interface FleetKnown {
  /** States change by the second: nobody is said to be live whom the gateway does not call so now. */
  states: Known<StateCounts>;
  /** Nodes come and go seldom: the last number is shown with its time. */
  nodes: Known<number>;
  /** The same, machines and sources apart. */
  kinds: Known<KindCounts>;
}

type Told = Pick<FleetSnapshot, 'nodes' | 'counts' | 'complete' | 'asOfMs' | 'outdated'>;

/** `nowMs` by the gateway's clock. */
export function fleetKnown(connection: ConnectionState, snapshot: Told, nowMs: number): FleetKnown {
  const { nodes, counts, complete, asOfMs, outdated } = snapshot;
  const withheld = withheldWords(connection, asOfMs, nowMs) || outdated;
  if (asOfMs === 0) {
    const nothing = notKnown(withheld || 'yet: the gateway has not answered');
    return { states: nothing, nodes: nothing, kinds: nothing };
  }
  const missing = complete ? '' : `${formatNumber(nodes.size)} received, more to come`;
  const told = known({ counts, nodes: nodes.size, kinds: countKindsOf(nodes.values()) }, asOfMs, 'live', missing);
  const lasting = withheld === '' || !complete ? told : stale(told, withheld);
  return {
    states: withheld === '' ? mapKnown(told, (both) => both.counts) : notKnown(withheld),
    nodes: mapKnown(lasting, (all) => all.nodes),
    kinds: mapKnown(lasting, (all) => all.kinds),
  };
}

/** Whether a node's state may be shown as it was told. */
export function areStatesKnown({ states }: FleetKnown): boolean {
  return states.worth !== 'unknown';
}

/** Where nothing is to be drawn anew when it changes. */
export function fleetKnownNow({ connection, fleet }: Pick<ConsoleState, 'connection' | 'fleet'>): FleetKnown {
  return fleetKnown(connection.get(), fleet.snapshot.get(), fleet.now());
}

export function useFleetKnown(): FleetKnown {
  const { fleet, connection } = useConsole();
  const snapshot = useStore(fleet.snapshot);
  const link = useStore(connection);
  return useMemo(() => fleetKnown(link, snapshot, fleet.now()), [link, snapshot, fleet]);
}
