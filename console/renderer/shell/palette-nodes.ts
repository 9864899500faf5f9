// Which nodes a text of the palette means: the filter language where it is understood, else words of their names. Worst first.
import type { FleetNode } from '../../common/fleet-node.ts';
import { compileFilter } from '../fleet/filter/node-match.ts';
import { whereOf } from '../fleet/table/fleet-columns.ts';
import { STATE_ORDER } from '../widgets/state-mark.tsx';

export interface FoundNodes {
  count: number;
  /** The worst of them. */
  first: readonly FleetNode[];
  /** Why the text is no filter; empty where it is one. */
  problem: string;
}

export function findNodes(text: string, nodes: ReadonlyMap<string, FleetNode>, most: number): FoundNodes {
  const words = wordsOf(text);
  const { matches, problem } = compileFilter(text);
  const holds = (node: FleetNode): boolean => {
    const name = `${node.name} ${node.nodeId} ${whereOf(node)}`.toLowerCase();
    return words.every((word) => name.includes(word)) || (problem === '' && matches(node));
  };
  let count = 0;
  const first: FleetNode[] = [];
  for (const node of nodes.values()) {
    if (!holds(node)) continue;
    count++;
    // Only the worst few are wanted: ten thousand need no sorting.
    const at = first.findIndex((other) => worse(node, other));
    if (at >= 0) first.splice(at, 0, node);
    else if (first.length < most) first.push(node);
    if (first.length > most) first.pop();
  }
  return { count, first, problem };
}

/** Lower case, by blanks. */
export function wordsOf(text: string): string[] {
  return text.toLowerCase().split(/\s+/).filter(Boolean);
}

function worse(a: FleetNode, b: FleetNode): boolean {
  const by = STATE_ORDER.indexOf(a.state) - STATE_ORDER.indexOf(b.state);
  return by < 0 || (by === 0 && a.name < b.name);
}
