// The frame around the heat map's cell at the cursor and, while it is pointed at, its name and value.
import type { FleetNode } from '../../common/fleet-node.ts';
import { formatAge } from '../parts/format.ts';
import { STATE_WORDS, StateMark } from '../parts/state-mark.tsx';
import { useConsole } from '../state/console-state.ts';
import { currentValue, type FleetMetric } from './fleet-metrics.ts';

interface Props {
  node: FleetNode;
  metric: FleetMetric;
  known: boolean;
  place: { x: number; y: number; side: number };
  /** Of the map. */
  width: number;
  words: boolean;
}

const TIP_WIDTH = 240;

export function HeatTip({ node, metric, known, place, width, words }: Props) {
  const { fleet } = useConsole();
  const { x, y, side } = place;
  const state = known ? node.state : 'not_known';
  const value = currentValue(metric, node);
  const since = known && node.state !== 'live' && node.stateSinceMs !== null ? ` ${formatAge(fleet.now() - node.stateSinceMs)}` : '';
  const left = Math.max(0, Math.min(width - TIP_WIDTH, x + side + 10));
  return (
    <>
      <div className="heat-cursor" style={{ left: x - 3, top: y - 3, width: side + 6, height: side + 6 }} />
      {words && (
        <div className="heat-tip floating" style={{ left, top: y + side + 8, maxWidth: TIP_WIDTH }} aria-hidden="true">
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
