// The frame around the heat map's cell at the cursor and, while it is pointed at, its name and value.

import { useConsole } from '../../state/console-state.ts';
import { type Store, useStore } from '../../state/store.ts';
import { formatAge } from '../../widgets/format.ts';
import { STATE_WORDS, StateMark } from '../../widgets/state-mark.tsx';
import { currentValue, type FleetMetric } from '../fleet-metrics.ts';
import type { Size } from '../use-size.ts';
import { type HeatCursor, nodeAt } from './heat-cursor.ts';
import { standsAbove } from './heat-layout.ts';
import type { HeatView } from './heat-view.ts';

interface Props {
  view: HeatView;
  cursor: Store<HeatCursor>;
  metric: FleetMetric;
  known: boolean;
  /** Of what shows the map. */
  size: Size;
}

const TIP_WIDTH = 240;

export function HeatTip({ view, cursor, metric, known, size }: Props) {
  const { fleet } = useConsole();
  const at = useStore(cursor);
  const found = nodeAt(view, at);
  if (found === undefined) return null;
  const { node, cell } = found;
  const { x, y, side } = view.placeOf(cell);
  const state = known ? node.state : 'not_known';
  const value = currentValue(metric, node);
  const since = known && node.state !== 'live' && node.stateSinceMs !== null ? ` ${formatAge(fleet.now() - node.stateSinceMs)}` : '';
  const left = Math.max(0, Math.min(size.width - TIP_WIDTH, x + side + 10));
  const top = standsAbove(y, side, Math.max(size.height, view.layout.height)) ? `calc(${y - 8}px - 100%)` : `${y + side + 8}px`;
  return (
    <>
      <div className="heat-cursor" style={{ transform: `translate(${x - 3}px, ${y - 3}px)`, width: side + 6, height: side + 6 }} />
      {at.pointed && (
        <div className="heat-tip floating" style={{ transform: `translate(${left}px, ${top})`, maxWidth: TIP_WIDTH }} aria-hidden="true">
          <b>
            <StateMark state={state} />
            <span className="cut">{node.name}</span>
          </b>
          <span className="t2">
            {STATE_WORDS[state]}
            {since}, {value === null ? `no ${metric.title} now` : `${metric.title} ${metric.format(value)} ${metric.unit}`}
          </span>
        </div>
      )}
    </>
  );
}
