// What stands beside the heat map: how the values are spread, the highest, and how many nodes are in each state.
import type { FleetNode } from '../../../common/fleet-node.ts';
import { NO_COUNTS, type StateCounts } from '../../state/fleet-store.ts';
import { currentValue, type FleetMetric, scaleEnd } from '../fleet-metrics.ts';

export interface HeatStats {
  /** End of the scale. */
  most: number;
  /** Nodes in each fiftieth of the scale; what is beyond its end is in the last. */
  bins: Uint32Array;
  highest: readonly FleetNode[];
  counts: StateCounts;
  /** Nodes that have a value now. */
  known: number;
}

const BINS = 50;
const HIGHEST = 12;

export function heatStats(nodes: readonly FleetNode[], metric: FleetMetric): HeatStats {
  const values = new Float64Array(nodes.length);
  const counts = { ...NO_COUNTS };
  const withValue: FleetNode[] = [];
  for (const node of nodes) {
    counts[node.state]++;
    const value = currentValue(metric, node);
    if (value === null) continue;
    values[withValue.length] = value;
    withValue.push(node);
  }
  const known = values.subarray(0, withValue.length);
  const most = scaleEnd(metric, known);
  const bins = new Uint32Array(BINS);
  const highest: { node: FleetNode; value: number }[] = [];
  for (let i = 0; i < known.length; i++) {
    const value = known[i]!;
    const bin = Math.min(BINS - 1, Math.max(0, Math.floor((value / most) * BINS)));
    bins[bin] = bins[bin]! + 1;
    if (highest.length === HIGHEST && value <= (highest[HIGHEST - 1]?.value as number)) continue;
    const at = highest.findIndex((other) => value > other.value);
    highest.splice(at < 0 ? highest.length : at, 0, { node: withValue[i] as FleetNode, value });
    if (highest.length > HIGHEST) highest.pop();
  }
  return { most, bins, highest: highest.map(({ node }) => node), counts, known: known.length };
}
