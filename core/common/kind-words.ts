// How many machines and how many sources, in words. Pure.
import { isMachine } from './node-kind.ts';

export interface KindCounts {
  machines: number;
  /** What rows came from that is no machine: pushed, imported, extracted, simulated. */
  sources: number;
}

export function countKindsOf(nodes: Iterable<{ kind?: string | number | undefined }>): KindCounts {
  const counts = { machines: 0, sources: 0 };
  for (const node of nodes) {
    // Thousands of machines, four times a second.
    if (node.kind === 'machine' || isMachine(node)) counts.machines++;
    else counts.sources++;
  }
  return counts;
}

/** `1 machine, 20 sources, 2 not in the fleet`, of nodes that were looked at. */
export function nodesWords(looked: { nodes: number; machines?: number | undefined; sources?: number | undefined }): string {
  const { nodes, machines, sources } = looked;
  // A gateway of an earlier version does not tell them apart.
  if (machines === undefined || sources === undefined) return `${nodes} ${nodes === 1 ? 'node' : 'nodes'}, sources among them`;
  const others = nodes - machines - sources;
  return [
    `${machines} ${machines === 1 ? 'machine' : 'machines'}`,
    ...(sources === 0 ? [] : [`${sources} ${sources === 1 ? 'source' : 'sources'}`]),
    ...(others === 0 ? [] : [`${others} not in the fleet`]),
  ].join(', ');
}
