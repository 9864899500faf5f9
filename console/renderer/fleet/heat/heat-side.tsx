// Beside the heat map: the scale with how many nodes lie where on it, counts by state, the node at the cursor, the highest.

import { type Store, useStore } from '../../state/store.ts';
import { formatAxis, formatClock, formatNumber, zoneName } from '../../widgets/format.ts';
import { STATE_ORDER, STATE_WORDS, StateMark } from '../../widgets/state-mark.tsx';
import { currentValue, FLEET_METRICS, type FleetMetric, metricName } from '../fleet-metrics.ts';
import { whereOf } from '../table/fleet-columns.ts';
import { type HeatCursor, nodeAt } from './heat-cursor.ts';
import type { HeatStats } from './heat-stats.ts';
import type { HeatView } from './heat-view.ts';

interface Props {
  view: HeatView;
  cursor: Store<HeatCursor>;
  metric: FleetMetric;
  onMetric: (key: string) => void;
  known: boolean;
}

export function HeatSide({ view, cursor, metric, onMetric, known }: Props) {
  const { stats } = view;
  return (
    <aside className="heat-side" aria-label="About the heat map">
      <label className="heat-metric">
        <b>Colour by</b>
        <select value={metric.key} onChange={(event) => onMetric(event.target.value)}>
          {FLEET_METRICS.map((choice) => (
            <option key={choice.key} value={choice.key}>
              {metricName(choice)}
            </option>
          ))}
        </select>
      </label>
      <Scale stats={stats} metric={metric} />
      <h2>State</h2>
      <dl>
        {known ? (
          STATE_ORDER.map((state) => (
            <Fact key={state} name={STATE_WORDS[state]} mark={<StateMark state={state} />} value={formatNumber(stats.counts[state])} />
          ))
        ) : (
          <Fact name="Not known" mark={<StateMark state="not_known" />} value={formatNumber(sumOf(stats.counts))} />
        )}
      </dl>
      <h2>Under the cursor</h2>
      <div id="heat-cursor" aria-live="polite">
        <AtCursor {...{ view, cursor, metric, known }} />
      </div>
      <h2>
        Highest <small>{metricName(metric)}</small>
      </h2>
      <dl className="heat-highest">
        {stats.highest.map((each) => (
          <div key={each.nodeId}>
            <dt className="cut">
              <a href={`#/node/${each.nodeId}`}>{each.name}</a>
            </dt>
            <dd>{metric.format(currentValue(metric, each))}</dd>
          </div>
        ))}
        {stats.highest.length === 0 && <p className="t3">No node reports {metric.title} now.</p>}
      </dl>
    </aside>
  );
}

function AtCursor({ view, cursor, metric, known }: Omit<Props, 'onMetric'>) {
  const node = nodeAt(view, useStore(cursor))?.node;
  if (node === undefined) return <p className="t3">Point to a cell, or use the arrow keys.</p>;
  const state = known ? node.state : 'not_known';
  const now = currentValue(metric, node);
  const last = node.values === null ? null : metric.read(node.values);
  return (
    <>
      <p className="heat-name">
        <StateMark state={state} />
        <a className="cut" href={`#/node/${node.nodeId}`}>
          {node.name}
        </a>
      </p>
      <p className="t2">
        {STATE_WORDS[state]}
        {known && node.stateSinceMs !== null && ` since ${formatClock(node.stateSinceMs)} ${zoneName(node.stateSinceMs)}`}
      </p>
      <dl>
        <Fact name={now === null ? `Last ${metric.title}` : metric.title} value={`${metric.format(now ?? last)} ${metric.unit}`} />
        <Fact name="Where" value={whereOf(node) || '–'} />
        <Fact name="System" value={node.os || '–'} />
      </dl>
      <p className="t3">
        <kbd>↵</kbd> open <kbd>←</kbd> <kbd>→</kbd> <kbd>↑</kbd> <kbd>↓</kbd> move
      </p>
    </>
  );
}

function Fact({ name, value, mark }: { name: string; value: string; mark?: React.ReactNode }) {
  return (
    <div>
      <dt>
        {mark}
        {name}
      </dt>
      <dd className="cut">{value}</dd>
    </div>
  );
}

const WIDTH = 212;
const HIGH = 44;

function Scale({ stats, metric }: { stats: HeatStats; metric: FleetMetric }) {
  const most = Math.max(1, ...stats.bins);
  const step = WIDTH / stats.bins.length;
  const beyond = metric.most === undefined ? '≥ ' : '';
  return (
    <div
      className="heat-scale"
      role="img"
      aria-label={`${formatNumber(stats.known)} values from 0 to ${formatAxis(stats.most)} ${metric.unit}`}
    >
      <svg width={WIDTH} height={HIGH} className="mute" aria-hidden="true">
        {Array.from(stats.bins, (count, bin) => {
          // By the root, so that a single node beside thousands is still seen
          const height = count === 0 ? 0 : Math.max(1, HIGH * Math.sqrt(count / most));
          return <rect key={bin} x={bin * step} y={HIGH - height} width={step - 0.8} height={height} fill="currentColor" />;
        })}
      </svg>
      <i />
      <span>
        <small>0</small>
        <small>{formatAxis(stats.most / 2)}</small>
        <small>
          {beyond}
          {formatAxis(stats.most)} {metric.unit}
        </small>
      </span>
    </div>
  );
}

function sumOf(counts: HeatStats['counts']): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
