// What the lines of the table are: nodes in their order, and where they are grouped a head before each group. Pure.
import type { FleetNode } from '../../../common/fleet-node.ts';
import { NO_COUNTS, type StateCounts } from '../../state/fleet-store.ts';
import { STATE_ORDER } from '../../widgets/state-mark.tsx';

export interface GroupLine {
  kind: 'group';
  /** Empty for the nodes without it. */
  value: string;
  count: number;
  counts: StateCounts;
  open: boolean;
}
export type TableLine = { kind: 'node'; nodeId: string } | GroupLine;

/** Groups stand worst first, as nodes do: by the state of their worst node, then how many are in it, then by name. */
export function tableLines(
  order: readonly string[],
  nodes: ReadonlyMap<string, FleetNode>,
  groupOf: ((node: FleetNode) => string) | undefined,
  closed: ReadonlySet<string>,
): TableLine[] {
  if (groupOf === undefined) return order.map((nodeId) => ({ kind: 'node', nodeId }));
  const groups = new Map<string, { ids: string[]; counts: Record<keyof StateCounts, number> }>();
  for (const nodeId of order) {
    const node = nodes.get(nodeId);
    if (node === undefined) continue;
    const value = groupOf(node);
    let group = groups.get(value);
    if (group === undefined) {
      group = { ids: [], counts: { ...NO_COUNTS } };
      groups.set(value, group);
    }
    group.ids.push(nodeId);
    group.counts[node.state]++;
  }
  const ordered = [...groups].sort(([a, first], [b, second]) => compareCounts(first.counts, second.counts) || (a < b ? -1 : 1));
  return ordered.flatMap(([value, { ids, counts }]): TableLine[] => {
    const open = !closed.has(value);
    const head: GroupLine = { kind: 'group', value, count: ids.length, counts, open };
    return open ? [head, ...ids.map((nodeId): TableLine => ({ kind: 'node', nodeId }))] : [head];
  });
}

/** Worst first: where the first state in which they differ is one that needs a look, the more the worse. */
export function compareCounts(a: StateCounts, b: StateCounts): number {
  for (const state of STATE_ORDER) {
    if (state === 'live') return 0;
    if (a[state] !== b[state]) return b[state] - a[state];
  }
  return 0;
}
