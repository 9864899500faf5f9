// The fleet as a tree of labels, all by keyboard: arrows move, open and close, Enter opens a node.
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useMemo, useRef, useState } from 'react';
import type { FleetNode } from '../../../common/fleet-node.ts';
import { useConsole } from '../../state/console-state.ts';
import { navigate } from '../../state/route.ts';
import { useStore } from '../../state/store.ts';
import { NoMatch } from '../filter/no-match.tsx';
import { groupingOf } from '../table/fleet-groups.ts';
import { growTree, levelOf, parentLine, treeLines, troubled } from './tree-lines.ts';
import { TreeRow } from './tree-row.tsx';

const ROW_HEIGHT = 24;

interface Props {
  nodes: ReadonlyMap<string, FleetNode>;
  matches: (node: FleetNode) => boolean;
  filter: string;
  known: boolean;
  levels: readonly string[];
}

export default function FleetTree({ nodes, matches, filter, known, levels }: Props) {
  const second = useStore(useConsole().clock);
  const scroller = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const [selected, setSelected] = useState('');
  const named = levels.join();
  const groupings = useMemo(() => named.split(',').map(groupingOf), [named]);
  // Dependencies: once a second is enough for counts; a moment of the past is another map of nodes
  const root = useMemo(() => growTree(nodes.values(), matches, groupings), [nodes, matches, groupings, second]);
  const lines = useMemo(() => treeLines(root, open), [root, open]);
  const at = lines.findIndex(({ key }) => key === selected);
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 8,
  });

  const toggle = (key: string, wanted: boolean): void => {
    const next = new Set(open);
    if (wanted) next.add(key);
    else next.delete(key);
    setOpen(next);
  };
  const select = (next: number): void => {
    const to = Math.min(lines.length - 1, Math.max(0, next));
    setSelected(lines[to]?.key ?? '');
    if (lines.length > 0) rows.scrollToIndex(to);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const line = lines[at];
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / ROW_HEIGHT) - 2);
    const keys: Record<string, () => void> = {
      ArrowDown: () => select(at + 1),
      ArrowUp: () => select(at - 1),
      PageDown: () => select(at + page),
      PageUp: () => select(at - page),
      Home: () => select(0),
      End: () => select(lines.length - 1),
      ArrowRight: () => (line?.kind === 'branch' && !line.open ? toggle(line.key, true) : select(at + 1)),
      ArrowLeft: () => (line?.kind === 'branch' && line.open ? toggle(line.key, false) : select(parentLine(lines, at))),
      Enter: () => {
        if (line?.kind === 'branch') toggle(line.key, !line.open);
        else if (line !== undefined) navigate({ page: 'node', nodeId: line.node.nodeId });
      },
    };
    const act = keys[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  };

  return (
    <>
      <div className="tree-tools small">
        <button type="button" className="link" onClick={() => setOpen(troubled(root))}>
          Open nodes that are not live
        </button>
        <button type="button" className="link" onClick={() => setOpen(new Set())}>
          Close all
        </button>
      </div>
      <div
        ref={scroller}
        className={`fleet-table${known ? '' : ' stale'}`}
        role="tree"
        aria-label="Nodes by label"
        aria-activedescendant={at >= 0 ? `tree-${at}` : undefined}
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        {root.count === 0 && <NoMatch filter={filter} />}
        <div role="presentation" style={{ height: rows.getTotalSize(), position: 'relative' }}>
          {rows.getVirtualItems().map((item) => {
            const line = lines[item.index];
            if (line === undefined) return null;
            return (
              <TreeRow
                key={line.key}
                line={line}
                grouping={groupings[levelOf(line) - 1]}
                id={`tree-${item.index}`}
                top={item.start}
                known={known}
                selected={line.key === selected}
                onSelect={() => setSelected(line.key)}
                onToggle={() => line.kind === 'branch' && toggle(line.key, !line.open)}
              />
            );
          })}
        </div>
      </div>
    </>
  );
}
