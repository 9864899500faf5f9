// The heads of the heat map's groups: name, count, how many are not live, the average. A click narrows the filter to the group.
import { memo } from 'react';
import type { FleetNode } from '../../../common/fleet-node.ts';
import { formatNumber } from '../../widgets/format.ts';
import { currentValue, type FleetMetric } from '../fleet-metrics.ts';
import { type FleetGrouping, groupName, groupTerm, narrowed } from '../table/fleet-groups.ts';
import { OTHER_GROUPS } from './heat-cells.ts';
import { HEAT_HEAD } from './heat-layout.ts';
import type { HeatView } from './heat-view.ts';

interface Props {
  view: HeatView;
  /** Another number where the view has told of a change. */
  told: number;
  grouping: FleetGrouping;
  metric: FleetMetric;
  known: boolean;
  filter: string;
  onFilter: (filter: string) => void;
}

function Heads({ view, grouping, metric, known, filter, onFilter }: Props) {
  return view.layout.groups.map((place, index) => {
    const group = view.cells.groups[index];
    if (group === undefined) return null;
    const { value, first, count } = group;
    const { notLive, average } = summary(view.cells.nodes, first, count, metric);
    const other = value === OTHER_GROUPS;
    const name = other ? 'all smaller groups' : groupName(grouping, value);
    const term = other ? undefined : groupTerm(grouping, value);
    const style = { left: place.x, top: place.y, width: place.width, height: HEAT_HEAD };
    return (
      <div key={value} className="heat-head" style={style}>
        <button
          type="button"
          className="cut"
          disabled={term === undefined}
          title={term === undefined ? name : `Show only ${name}`}
          onClick={() => term !== undefined && onFilter(narrowed(filter, term))}
        >
          {name}
        </button>
        <span>{formatNumber(count)}</span>
        {known && notLive > 0 && <span className="bad">{formatNumber(notLive)} not live</span>}
        {average !== null && (
          <span className="t3">
            avg {metric.format(average)} {metric.unit}
          </span>
        )}
      </div>
    );
  });
}

/** Averages over the whole fleet are made when the fleet changed, not with every move of the pointer. */
export const HeatHeads = memo(Heads, (before, after) => {
  return (
    before.view === after.view &&
    before.told === after.told &&
    before.grouping === after.grouping &&
    before.metric === after.metric &&
    before.known === after.known &&
    before.filter === after.filter
  );
});

function summary(nodes: readonly FleetNode[], first: number, count: number, metric: FleetMetric) {
  let notLive = 0;
  let sum = 0;
  let values = 0;
  for (let cell = first; cell < first + count; cell++) {
    const node = nodes[cell] as FleetNode;
    if (node.state === 'late' || node.state === 'silent') notLive++;
    const value = currentValue(metric, node);
    if (value === null) continue;
    sum += value;
    values++;
  }
  return { notLive, average: values === 0 ? null : sum / values };
}
