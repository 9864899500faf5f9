// The heat map: every node a cell of one canvas, in groups, coloured by one metric; beside it the scale, the states and the node at the cursor.
import { type KeyboardEvent, type PointerEvent, useEffect, useMemo, useRef, useState } from 'react';
import type { FleetNode } from '../../../common/fleet-node.ts';
import { useLook } from '../../state/look.ts';
import { navigate } from '../../state/route.ts';
import { Store } from '../../state/store.ts';
import { plural } from '../../widgets/format.ts';
import { NoMatch } from '../filter/no-match.tsx';
import { fleetMetric, metricName } from '../fleet-metrics.ts';
import { groupingOf } from '../table/fleet-groups.ts';
import { useSize } from '../use-size.ts';
import { type HeatCursor, NO_HEAT_CURSOR, nodeAt } from './heat-cursor.ts';
import { HeatHeads } from './heat-heads.tsx';
import { HeatSide } from './heat-side.tsx';
import { HeatTip } from './heat-tip.tsx';
import { HeatView } from './heat-view.ts';

const ARROWS = ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'] as const;

interface Props {
  nodes: ReadonlyMap<string, FleetNode>;
  version: number;
  matches: (node: FleetNode) => boolean;
  filter: string;
  known: boolean;
  group: string;
  metricKey: string | undefined;
  onMetric: (key: string) => void;
  onFilter: (filter: string) => void;
}

export default function HeatMap({ nodes, version, matches, filter, known, group, metricKey, onMetric, onFilter }: Props) {
  const look = useLook();
  const scroller = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [view, setView] = useState<HeatView>();
  const [told, setTold] = useState(0);
  // Outside React's state: the pointer crosses a cell a frame, and only what tells of the cell follows it
  const [cursor] = useState(() => new Store<HeatCursor>(NO_HEAT_CURSOR));
  const size = useSize(scroller);
  const metric = fleetMetric(metricKey);
  const grouping = useMemo(() => groupingOf(group), [group]);

  // Dependencies: another look is another set of colours, so all is drawn anew
  useEffect(() => {
    if (canvas.current === null || size.width === 0) return;
    setView(new HeatView(canvas.current, size, metric, matches, grouping.of));
  }, [size, metric, matches, grouping, look]);

  // Dependencies: the nodes change in place, and the version says when
  useEffect(() => {
    if (view?.update(nodes, known)) setTold((times) => times + 1);
  }, [view, nodes, version, known]);

  const total = view?.cells.nodes.length ?? 0;

  const put = (cell: number | undefined, pointed: boolean): void => {
    const before = cursor.get();
    const nodeId = (cell === undefined ? undefined : view?.cells.nodes[cell]?.nodeId) ?? before.nodeId;
    if (nodeId !== before.nodeId || pointed !== before.pointed) cursor.set({ nodeId, pointed });
  };
  const point = ({ nativeEvent: { offsetX, offsetY } }: PointerEvent<HTMLCanvasElement>): void => {
    const under = view?.at(offsetX, offsetY);
    put(under, under !== undefined);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (view === undefined || total === 0) return;
    const arrow = ARROWS.find((key) => key === event.key);
    const { cell, node } = nodeAt(view, cursor.get()) ?? {};
    if (event.key === 'Enter' && node !== undefined) navigate({ page: 'node', nodeId: node.nodeId });
    const ends: Record<string, number> = { Home: 0, End: total - 1 };
    const next = arrow !== undefined ? (cell === undefined ? 0 : view.beside(cell, arrow)) : ends[event.key];
    if (next === undefined) return;
    event.preventDefault();
    put(next, true);
    const { y } = view.placeOf(next);
    scroller.current?.scrollTo({ top: Math.max(0, Math.min(scroller.current.scrollTop, y - 40), y + 60 - scroller.current.clientHeight) });
  };

  return (
    <div className="heat">
      <div ref={scroller} className={`heat-scroll${known ? '' : ' stale'}`}>
        {view !== undefined && total === 0 && <NoMatch filter={filter} />}
        <div className="heat-area" style={{ height: view?.layout.height ?? 0 }}>
          {/* biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: a canvas has no role of its own; this one takes keys and says beside it what is under its cursor */}
          <canvas
            ref={canvas}
            role="application"
            aria-label={`Heat map of ${plural(total, 'node')} by ${metricName(metric)}, grouped by ${grouping.title}. Arrow keys move, Enter opens.`}
            aria-describedby="heat-cursor"
            tabIndex={0}
            style={{ height: view?.layout.height ?? 0 }}
            onKeyDown={onKeyDown}
            onPointerMove={point}
            onPointerLeave={() => put(undefined, false)}
            onDoubleClick={() => {
              const { nodeId } = cursor.get();
              if (nodeId !== undefined) navigate({ page: 'node', nodeId });
            }}
          />
          {view !== undefined && (
            <HeatHeads view={view} told={told} grouping={grouping} metric={metric} known={known} filter={filter} onFilter={onFilter} />
          )}
          {view !== undefined && <HeatTip view={view} cursor={cursor} metric={metric} known={known} size={size} />}
        </div>
      </div>
      {view !== undefined && <HeatSide view={view} cursor={cursor} metric={metric} onMetric={onMetric} known={known} />}
    </div>
  );
}
