// How many nodes the fleet page speaks of, and how many are in each state: of now, or of a moment that the store tells. Pure.
import { countKindsOf, type KindCounts } from '../../../../core/common/kind-words.ts';
import type { FleetKnown } from '../../state/fleet-known.ts';
import { kindsInWords } from '../../state/kinds-in-words.ts';
import { type Known, known, mapKnown, notKnown } from '../../state/known.ts';
import { formatClock, formatMoment, formatNumber, zoneName } from '../../widgets/format.ts';
import type { FleetMoment } from '../fleet-moments.ts';

export function momentKnown({ nodes, counts, asOfMs, loading, problem }: FleetMoment): FleetKnown {
  if (loading || problem !== '') {
    const nothing = notKnown(loading ? 'yet: the store is being read' : `: ${problem}`);
    return { states: nothing, nodes: nothing, kinds: nothing };
  }
  const then = known({ counts, size: nodes.size, kinds: countKindsOf(nodes.values()) }, asOfMs, 'store');
  return {
    states: mapKnown(then, (all) => all.counts),
    nodes: mapKnown(then, (all) => all.size),
    kinds: mapKnown(then, (all) => all.kinds),
  };
}

/** `3 machines, 20 sources, as of 17:41:00 UTC`; of what is no longer told with the day where it is another. */
export function nodesInWords(nodes: Known<KindCounts>, nowMs: number): string {
  const count = nodes.worth === 'unknown' ? 0 : nodes.value.machines + nodes.value.sources;
  switch (nodes.worth) {
    case 'unknown':
      return '';
    case 'partial':
      return count === 0 ? '' : `${formatNumber(count)} received, more to come`;
    case 'stale':
      return `${kindsInWords(nodes)} at ${formatMoment(nodes.asOfMs, nowMs)} ${zoneName(nodes.asOfMs)}, not known since`;
    case 'known':
      return `${kindsInWords(nodes)}, as of ${formatClock(nodes.asOfMs)} ${zoneName(nodes.asOfMs)}`;
  }
}
