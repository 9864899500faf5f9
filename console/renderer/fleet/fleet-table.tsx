// The table of nodes: only the rows on screen exist, values change in place, the order rests while the pointer is over the rows.
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import type { FleetNode } from '../../common/fleet-node.ts';
import { useConsole } from '../state/console-state.ts';
import { navigate } from '../state/route.ts';
import { FLEET_COLUMNS } from './fleet-columns.tsx';
import { FleetHeader } from './fleet-header.tsx';
import type { FleetSort } from './fleet-order.ts';
import { FleetRow } from './fleet-row.tsx';
import { NoMatch } from './no-match.tsx';
import { useFleetOrder } from './use-fleet-order.ts';
import { useWidth } from './use-width.ts';

const ROW_HEIGHT = 24;
const OVERSCAN = 8;

interface Props {
  nodes: ReadonlyMap<string, FleetNode>;
  version: number;
  matches: (node: FleetNode) => boolean;
  filter: string;
  known: boolean;
}

export function FleetTable({ nodes, version, matches, filter, known }: Props) {
  const { trends, fleet } = useConsole();
  const [sort, setSort] = useState<FleetSort>({ key: 'state', reversed: false });
  const [selected, setSelected] = useState<string>();
  const pointerOver = useRef(false);
  const scroller = useRef<HTMLDivElement>(null);
  const width = useWidth(scroller);
  const columns = FLEET_COLUMNS.filter((column) => width >= column.from);
  const order = useFleetOrder(nodes, version, matches, sort, pointerOver);
  const rows = useVirtualizer({
    count: order.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: OVERSCAN,
  });
  const items = rows.getVirtualItems();
  const visible = items.map((item) => order[item.index] as string);
  const visibleKey = visible.join();

  // Dependencies: the ids are named by their key; a new array of the same ids is no news
  useEffect(() => {
    const timer = setTimeout(() => void trends.fill(visible, fleet.now()), 150);
    return () => clearTimeout(timer);
  }, [visibleKey, trends, fleet]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const at = selected === undefined ? -1 : order.indexOf(selected);
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / ROW_HEIGHT) - 2);
    const moves: Record<string, number> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: -order.length,
      End: order.length,
    };
    const by = moves[event.key];
    if (event.key === 'Enter' && selected !== undefined) navigate({ page: 'node', nodeId: selected });
    if (by === undefined) return;
    event.preventDefault();
    const next = Math.min(order.length - 1, Math.max(0, at + by));
    setSelected(order[next]);
    rows.scrollToIndex(next);
  };

  const template = columns.map((column) => (column.grow ? `minmax(${column.width}px, 1fr)` : `${column.width}px`)).join(' ');
  return (
    <div
      ref={scroller}
      className={`fleet-table${known ? '' : ' stale'}`}
      role="grid"
      aria-label="Nodes"
      aria-rowcount={order.length + 1}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <FleetHeader columns={columns} template={template} sort={sort} onSort={setSort} />
      {order.length === 0 && <NoMatch filter={filter} />}
      <div
        style={{ height: rows.getTotalSize(), position: 'relative' }}
        onPointerEnter={() => {
          pointerOver.current = true;
        }}
        onPointerLeave={() => {
          pointerOver.current = false;
        }}
      >
        {items.map((item) => {
          const node = nodes.get(order[item.index] as string);
          if (node === undefined) return null;
          return (
            <FleetRow
              key={node.nodeId}
              node={node}
              known={known}
              columns={columns}
              template={template}
              top={item.start}
              index={item.index}
              selected={node.nodeId === selected}
              onSelect={setSelected}
            />
          );
        })}
      </div>
    </div>
  );
}
