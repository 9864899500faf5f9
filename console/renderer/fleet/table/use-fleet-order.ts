// The order of the rows over time: made anew on a new sort at once, else every few seconds while the pointer is elsewhere. A keystroke in the
// filter takes from the order that there is.
import { type RefObject, useMemo, useRef } from 'react';
import type { FleetNode } from '../../../common/fleet-node.ts';
import { columnOf } from './column-choice.ts';
import type { FleetColumn } from './fleet-column.ts';
import { FLEET_COLUMNS } from './fleet-columns.ts';
import { type FleetSort, keepOrder, orderNodes } from './fleet-order.ts';

const REORDER_APART_MS = 3000;

interface Ordered {
  nodes: ReadonlyMap<string, FleetNode>;
  /** Another one where the nodes changed. */
  version: number;
  matches: (node: FleetNode) => boolean;
  complete: boolean;
}

export function useFleetOrder(
  { nodes, version, matches, complete }: Ordered,
  sort: FleetSort,
  pointerOver: RefObject<boolean>,
): readonly string[] {
  // All nodes in order: a filter takes from it, and sorts nothing
  const all = useRef<{ ids: readonly string[]; sort: unknown; nodes: unknown; complete: boolean; atMs: number }>({
    ids: [],
    sort: null,
    nodes: null,
    complete: false,
    atMs: 0,
  });
  const last = useRef<{ matches: unknown; order: readonly string[] }>({ matches: null, order: [] });

  // While it renders and not after it: a letter in the filter would render the table twice. Dependencies: the nodes change in place, and the
  // version says when
  return useMemo(() => {
    const nowMs = performance.now();
    const { ids, atMs, ...before } = all.current;
    const filtered = last.current.matches !== matches;
    const asked = before.sort !== sort || before.nodes !== nodes || before.complete !== complete || (filtered && ids.length !== nodes.size);
    const due = nowMs - atMs > REORDER_APART_MS && (filtered || !pointerOver.current);
    if (asked || due) {
      const column = columnOf(sort.key) ?? (FLEET_COLUMNS[0] as FleetColumn);
      all.current = { ids: orderNodes(nodes.values(), everyNode, column, sort.reversed), sort, nodes, complete, atMs: nowMs };
    }
    const anew = asked || due || filtered;
    const order = anew ? matching(all.current.ids, nodes, matches) : keepOrder(last.current.order, nodes, matches);
    last.current = { matches, order };
    return order;
  }, [nodes, version, matches, complete, sort, pointerOver]);
}

function matching(ids: readonly string[], nodes: ReadonlyMap<string, FleetNode>, matches: (node: FleetNode) => boolean): readonly string[] {
  return ids.filter((id) => {
    const node = nodes.get(id);
    return node !== undefined && matches(node);
  });
}

const everyNode = (): boolean => true;
