// A circle that says how many, with a ring for the share of each state: not live begins at the top.
import type { NodeStateName } from '../../common/fleet-node.ts';
import { STATE_COLORS, STATE_ORDER } from '../widgets/state-mark.tsx';
import { shortCount } from './clusters.ts';

interface Props {
  radius: number;
  total: number;
  counts: Readonly<Record<NodeStateName, number>>;
  /** False while this console hears of no gateway: then nothing is known of any state. */
  known: boolean;
}

/** One node of thousands still has to be seen. */
const LEAST_SHARE = 0.035;
const WIDTH = 2;

export function ClusterRing({ radius, total, counts, known }: Props) {
  const size = 2 * radius + 4;
  const around = 2 * Math.PI * radius;
  let turned = 0;
  return (
    <svg width={size} height={size} viewBox={`${-size / 2} ${-size / 2} ${size} ${size}`} aria-hidden="true">
      <circle r={radius} className={known ? 'ring ok' : 'ring mute'} />
      {known &&
        STATE_ORDER.filter((state) => state !== 'live' && counts[state] > 0).map((state) => {
          const share = Math.max(LEAST_SHARE, counts[state] / total);
          const from = turned;
          turned += share;
          return (
            <circle
              key={state}
              r={radius}
              className={`share ${STATE_COLORS[state]}`}
              strokeWidth={WIDTH + 1.5}
              strokeDasharray={`${share * around} ${around}`}
              transform={`rotate(${-90 + from * 360})`}
            />
          );
        })}
      <text y="0.5" dominantBaseline="middle" textAnchor="middle">
        {shortCount(total)}
      </text>
    </svg>
  );
}
