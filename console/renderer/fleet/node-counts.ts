// How many nodes the fleet page speaks of, and how many are in each state: of now, or of a moment that the store tells. Pure.
import { formatClock, formatMoment, formatNumber, plural, zoneName } from '../parts/format.ts';
import type { FleetKnown } from '../state/fleet-known.ts';
import { type Known, known, mapKnown, notKnown } from '../state/known.ts';
import type { FleetMoment } from './fleet-moments.ts';

export function momentKnown({
  nodes,
  counts,
  asOfMs,
  loading,
  problem,
}: Omit<FleetMoment, 'nodes'> & { nodes: { size: number } }): FleetKnown {
  if (loading || problem !== '') {
    const nothing = notKnown(loading ? 'yet: the store is being read' : `: ${problem}`);
    return { states: nothing, nodes: nothing };
  }
  const then = known({ counts, size: nodes.size }, asOfMs, 'store');
  return { states: mapKnown(then, (both) => both.counts), nodes: mapKnown(then, (both) => both.size) };
}

/** `61 nodes, as of 17:41:00 UTC`; of what is no longer told with the day where it is another. */
export function nodesInWords(nodes: Known<number>, nowMs: number): string {
  switch (nodes.worth) {
    case 'unknown':
      return '';
    case 'partial':
      return nodes.value === 0 ? '' : `${formatNumber(nodes.value)} received, more to come`;
    case 'stale':
      return `${plural(nodes.value, 'node')} at ${formatMoment(nodes.asOfMs, nowMs)} ${zoneName(nodes.asOfMs)}, not known since`;
    case 'known':
      return `${plural(nodes.value, 'node')}, as of ${formatClock(nodes.asOfMs)} ${zoneName(nodes.asOfMs)}`;
  }
}
