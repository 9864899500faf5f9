// The table of nodes: only the rows on screen exist, values change in place, the order rests while the pointer is over the rows.
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type RefObject, useEffect, useMemo, useRef, useState } from 'react';
import type { FleetNode } from '../../../common/fleet-node.ts';
import { useConsole } from '../../state/console-state.ts';
import { FLEET_ROWS_MARK, markFirstPainted } from '../../state/paint-marks.ts';
import { navigate } from '../../state/route.ts';
import { useStore } from '../../state/store.ts';
import { type ShownState, STATE_ORDER, StateMark } from '../../widgets/state-mark.tsx';
import { useWidth } from '../../widgets/use-width.ts';
import { NoMatch } from '../filter/no-match.tsx';
import { useSettled } from '../use-settled.ts';
import { useSlots } from '../use-slots.ts';
import { chosenColumns, columnsToShow } from './column-choice.ts';
import { groupingOf, groupName } from './fleet-groups.ts';
import { FleetHeader } from './fleet-header.tsx';
import { type FleetSort, parseSort } from './fleet-order.ts';
import { type RowPlace, rowId } from './fleet-rows.ts';
import { GroupRow } from './group-row.tsx';
import { type TableLine, tableLines } from './table-rows.ts';
import { useFleetOrder } from './use-fleet-order.ts';
import { useFleetRows } from './use-fleet-rows.ts';

const ROW_HEIGHT = 24;
const OVERSCAN = 8;
const SHOWN_STATES: readonly ShownState[] = [...STATE_ORDER, 'not_known'];
/** The rows are not rendered by React, and take copies of the marks that it rendered. */
const MARKS = SHOWN_STATES.map((state) => <StateMark key={state} state={state} />);
const SETTLED_MS = 150;

interface Props {
  nodes: ReadonlyMap<string, FleetNode>;
  version: number;
  matches: (node: FleetNode) => boolean;
  filter: string;
  known: boolean;
  /** Whether all nodes are here: until then those that come stand below, and then all get their order. */
  complete: boolean;
  /** Empty for none. */
  group: string;
  sort: string | undefined;
  onSort: (sort: FleetSort) => void;
}

export function FleetTable({ nodes, version, matches, filter, known, complete, group, sort: sortText, onSort }: Props) {
  const { trends, fleet } = useConsole();
  const sort = useMemo(() => parseSort(sortText), [sortText]);
  const [selected, setSelected] = useState<string>();
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const pointerOver = useRef(false);
  const scroller = useRef<HTMLDivElement>(null);
  const host = useRef<HTMLDivElement>(null);
  const marks = useRef<HTMLDivElement>(null);
  const width = useWidth(scroller);
  const chosen = useStore(chosenColumns);
  const fitting = columnsToShow(chosen, width);
  // Dependencies: another width with the same columns builds no row anew
  const columns = useMemo(() => fitting, [fitting.map(({ key }) => key).join()]);
  const order = useFleetOrder({ nodes, version, matches, complete }, sort, pointerOver);
  const grouping = useMemo(() => (group === '' ? undefined : groupingOf(group)), [group]);
  // Dependencies: a group's counts by state change with the nodes, which the version says
  const told = grouping === undefined ? 0 : version;
  const lines = useMemo(() => tableLines(order, nodes, grouping?.of, closed), [order, nodes, told, grouping, closed]);
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: OVERSCAN,
  });
  const items = rows.getVirtualItems();
  const slots = useSlots(items.map((item) => item.index));
  const places = items.flatMap(({ index, start }): RowPlace[] => {
    const line = lines[index];
    const node = line?.kind === 'node' ? nodes.get(line.nodeId) : undefined;
    if (node === undefined) return [];
    return [{ slot: slots.get(index) as number, index, top: start, node, selected: node.nodeId === selected }];
  });
  const chosenPlace = places.find((place) => place.selected);
  const chosenGroup = items.find(({ index }) => lines[index]?.kind === 'group' && keyOf(lines[index]) === selected);
  // Only what is in the page can be named.
  const active =
    chosenPlace !== undefined ? rowId(chosenPlace.slot) : chosenGroup === undefined ? undefined : `fleet-group-${chosenGroup.index}`;
  const visible = places.map(({ node }) => node.nodeId);
  const visibleKey = visible.join();
  const template = columns.map((column) => (column.grow ? `minmax(${column.width}px, ${column.grow}fr)` : `${column.width}px`)).join(' ');
  const least = columns.reduce((sum, column) => sum + column.width, 16);
  useFleetRows(host, { places, columns, template, known, mark: (state) => cloneMark(marks, state) });

  useEffect(() => {
    if (visibleKey !== '') markFirstPainted(FLEET_ROWS_MARK);
  }, [visibleKey]);
  useSettled(() => void trends.fill(visible, fleet.now()), `${visibleKey} ${trends.generation}`, SETTLED_MS);

  // Another grouping has other values: none of them was closed by hand
  useEffect(() => setClosed(new Set()), [group]);

  const toggle = (value: string, open: boolean): void => {
    const next = new Set(closed);
    if (open) next.delete(value);
    else next.add(value);
    setClosed(next);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const at = selected === undefined ? -1 : lines.findIndex((line) => keyOf(line) === selected);
    const line = lines[at];
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / ROW_HEIGHT) - 2);
    const moves: Record<string, number> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: -lines.length,
      End: lines.length,
    };
    const by = moves[event.key];
    if (event.key === 'Enter' && line?.kind === 'node') navigate({ page: 'node', nodeId: line.nodeId });
    if (line?.kind === 'group' && ['Enter', ' ', 'ArrowLeft', 'ArrowRight'].includes(event.key)) {
      event.preventDefault();
      toggle(line.value, event.key === 'ArrowRight' || (event.key !== 'ArrowLeft' && !line.open));
    }
    if (by === undefined || lines.length === 0) return;
    event.preventDefault();
    const next = Math.min(lines.length - 1, Math.max(0, at + by));
    setSelected(keyOf(lines[next] as TableLine));
    rows.scrollToIndex(next);
  };

  const nodeAt = (target: EventTarget): string | undefined => (target as Element).closest<HTMLElement>('[data-node]')?.dataset['node'];
  return (
    <div
      ref={scroller}
      className={`fleet-table${known ? '' : ' stale'}${chosen === null ? '' : ' chosen'}`}
      role="grid"
      aria-label="Nodes"
      aria-rowcount={lines.length + 1}
      aria-activedescendant={active}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onClick={({ target }) => {
        const nodeId = nodeAt(target);
        if (nodeId !== undefined) setSelected(nodeId);
      }}
      onDoubleClick={({ target }) => {
        const nodeId = nodeAt(target);
        if (nodeId !== undefined) navigate({ page: 'node', nodeId });
      }}
      onPointerEnter={() => {
        pointerOver.current = true;
      }}
      onPointerLeave={() => {
        pointerOver.current = false;
      }}
    >
      <FleetHeader columns={columns} template={template} sort={sort} onSort={onSort} />
      {order.length === 0 && <NoMatch filter={filter} />}
      <div
        className={rows.isScrolling ? 'fleet-rows scrolling' : 'fleet-rows'}
        style={{ height: rows.getTotalSize(), minWidth: chosen === null ? undefined : least }}
      >
        {items.map((item) => {
          const line = lines[item.index];
          if (line?.kind !== 'group' || grouping === undefined) return null;
          return (
            <GroupRow
              key={slots.get(item.index)}
              line={line}
              name={groupName(grouping, line.value)}
              top={item.start}
              index={item.index}
              known={known}
              selected={keyOf(line) === selected}
              onToggle={() => toggle(line.value, !line.open)}
            />
          );
        })}
        <div ref={host} role="presentation" />
        <div hidden ref={marks}>
          {MARKS}
        </div>
        <div className="fleet-veil" />
      </div>
    </div>
  );
}

/** What the selection remembers: an id is never a group's name, which has a blank before it. */
function keyOf(line: TableLine): string {
  return line.kind === 'node' ? line.nodeId : ` ${line.value}`;
}

function cloneMark(marks: RefObject<HTMLElement | null>, state: ShownState): Element {
  return marks.current?.children[SHOWN_STATES.indexOf(state)]?.cloneNode(true) as Element;
}
