// The order of the rows over time: made anew on a new filter or sort at once, else every few seconds while the pointer is elsewhere.
import { type RefObject, useEffect, useRef, useState } from 'react';
import type { FleetNode } from '../../common/fleet-node.ts';
import { columnOf } from './column-choice.ts';
import { FLEET_COLUMNS, type FleetColumn } from './fleet-columns.tsx';
import { type FleetSort, keepOrder, orderNodes } from './fleet-order.ts';

const REORDER_APART_MS = 3000;

export function useFleetOrder(
  nodes: ReadonlyMap<string, FleetNode>,
  version: number,
  matches: (node: FleetNode) => boolean,
  sort: FleetSort,
  pointerOver: RefObject<boolean>,
): readonly string[] {
  const [order, setOrder] = useState<readonly string[]>([]);
  const last = useRef<{ matches: unknown; sort: unknown; nodes: unknown; atMs: number }>({
    matches: null,
    sort: null,
    nodes: null,
    atMs: 0,
  });

  // Dependencies: the nodes change in place, and the version says when
  useEffect(() => {
    const before = last.current;
    const asked = before.matches !== matches || before.sort !== sort || before.nodes !== nodes;
    const due = performance.now() - before.atMs > REORDER_APART_MS && !pointerOver.current;
    if (asked || due) {
      last.current = { matches, sort, nodes, atMs: performance.now() };
      const column = columnOf(sort.key) ?? (FLEET_COLUMNS[0] as FleetColumn);
      setOrder(orderNodes(nodes.values(), matches, column, sort.reversed));
    } else {
      setOrder((current) => keepOrder(current, nodes, matches));
    }
  }, [nodes, version, matches, sort, pointerOver]);
  return order;
}
