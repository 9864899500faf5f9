// The state of a fleet in one line and one sign, for the tray.
import type { NodeStateName } from '../common/fleet-node.ts';

export type FleetSign = 'ok' | 'late' | 'bad' | 'unknown';
type Counts = Partial<Record<NodeStateName, number>> | null;

const SHOWN: readonly [NodeStateName, string][] = [
  ['live', 'live'],
  ['late', 'late'],
  ['silent', 'silent'],
  ['maintenance', 'under maintenance'],
  ['quarantined', 'quarantined'],
  ['never_seen', 'never seen'],
  ['idle', 'idle'],
  ['unknown', 'in a state that this console does not know'],
];

/** `prod: 9,988 live, 5 silent`. */
export function fleetWords(name: string, counts: Counts): string {
  if (counts === null) return `${name}: not connected, states not known`;
  const parts = SHOWN.filter(([state]) => (counts[state] ?? 0) > 0).map(
    ([state, word]) => `${(counts[state] ?? 0).toLocaleString('en-US')} ${word}`,
  );
  return `${name}: ${parts.join(', ') || 'no node yet'}`;
}

/** The worst of several fleets. */
export function signOf(all: readonly Counts[]): FleetSign {
  const has = (state: NodeStateName): boolean => all.some((counts) => (counts?.[state] ?? 0) > 0);
  if (has('silent')) return 'bad';
  // Quarantined waits for somebody's decision.
  if (has('late') || has('quarantined')) return 'late';
  const known = (counts: Counts): boolean => counts !== null && (counts.unknown ?? 0) === 0 && (counts.live ?? 0) > 0;
  return all.length > 0 && all.every(known) ? 'ok' : 'unknown';
}
