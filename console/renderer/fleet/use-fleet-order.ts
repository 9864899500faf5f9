// The order of the rows over time: made anew on a new sort at once, else every few seconds while the pointer is elsewhere. A keystroke in the
// filter takes from the order that there is.
import { type RefObject, useEffect, useRef, useState } from 'react';
import type { FleetNode } from '../../common/fleet-node.ts';
import { columnOf } from './column-choice.ts';
import { FLEET_COLUMNS, type FleetColumn } from './fleet-columns.tsx';
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
  const [order, setOrder] = useState<readonly string[]>([]);
  // All nodes in order: a filter takes from it, and sorts nothing
  const all = useRef<{ ids: readonly string[]; sort: unknown; nodes: unknown; complete: boolean; atMs: number }>({
    ids: [],
    sort: null,
    nodes: null,
    complete: false,
    atMs: 0,
  });
  const lastMatches = useRef<unknown>(null);

  // Dependencies: the nodes change in place, and the version says when
  useEffect(() => {
    const nowMs = performance.now();
    const { ids, atMs, ...before } = all.current;
    const filtered = lastMatches.current !== matches;
    const asked = before.sort !== sort || before.nodes !== nodes || before.complete !== complete || (filtered && ids.length !== nodes.size);
    const due = nowMs - atMs > REORDER_APART_MS && (filtered || !pointerOver.current);
    if (asked || due) {
      const column = columnOf(sort.key) ?? (FLEET_COLUMNS[0] as FleetColumn);
      all.current = { ids: orderNodes(nodes.values(), everyNode, column, sort.reversed), sort, nodes, complete, atMs: nowMs };
    }
    if (asked || due || filtered) {
      lastMatches.current = matches;
      setOrder(matching(all.current.ids, nodes, matches));
    } else {
      setOrder((current) => keepOrder(current, nodes, matches));
    }
  }, [nodes, version, matches, complete, sort, pointerOver]);
  return order;
}

function matching(ids: readonly string[], nodes: ReadonlyMap<string, FleetNode>, matches: (node: FleetNode) => boolean): readonly string[] {
  return ids.filter((id) => {
    const node = nodes.get(id);
    return node !== undefined && matches(node);
  });
}

const everyNode = (): boolean => true;
