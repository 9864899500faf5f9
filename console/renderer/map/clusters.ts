// Spots too near each other on the screen become one circle. Depends on the zoom alone, so that panning moves circles and never regroups them.
import type { NodeStateName } from '../../common/fleet-node.ts';
import { formatNumber } from '../widgets/format.ts';
import { STATE_ORDER, STATE_WORDS } from '../widgets/state-mark.tsx';
import { countryName } from './country-centres.ts';
import { WORLD_SIZE, type WorldPoint } from './mercator.ts';
import { NO_STATES, type Place } from './places.ts';

export interface Cluster extends WorldPoint {
  /** That of its largest place, which stands for it through all zooms. */
  key: string;
  /** Largest first. */
  places: Place[];
  total: number;
  counts: Record<NodeStateName, number>;
}

/** Largest first; circles of two clusters are at least `apart` pixels from centre to centre where their places allow it. */
export function clusterPlaces(places: readonly Place[], pixelsPerUnit: number, apart: number): Cluster[] {
  const cell = apart / pixelsPerUnit;
  const columns = Math.ceil(WORLD_SIZE / cell) + 1;
  const grid = new Map<number, Cluster[]>();
  const clusters: Cluster[] = [];
  const bySize = [...places].sort((a, b) => b.nodes.length - a.nodes.length || (a.key < b.key ? -1 : 1));
  for (const place of bySize) {
    const column = Math.floor(place.x / cell);
    const row = Math.floor(place.y / cell);
    const near = nearest(place, grid, column, row, columns, cell);
    if (near !== undefined) {
      near.places.push(place);
      continue;
    }
    const cluster: Cluster = { key: place.key, x: place.x, y: place.y, places: [place], total: 0, counts: { ...NO_STATES } };
    clusters.push(cluster);
    const slot = row * columns + column;
    const others = grid.get(slot);
    if (others === undefined) grid.set(slot, [cluster]);
    else others.push(cluster);
  }
  for (const cluster of clusters) sum(cluster);
  return clusters.sort((a, b) => b.total - a.total);
}

function nearest(
  place: Place,
  grid: ReadonlyMap<number, Cluster[]>,
  column: number,
  row: number,
  columns: number,
  reach: number,
): Cluster | undefined {
  let best: Cluster | undefined;
  let least = reach * reach;
  for (let y = row - 1; y <= row + 1; y++) {
    for (let x = column - 1; x <= column + 1; x++) {
      for (const cluster of grid.get(y * columns + x) ?? []) {
        const distance = (cluster.x - place.x) ** 2 + (cluster.y - place.y) ** 2;
        if (distance >= least) continue;
        least = distance;
        best = cluster;
      }
    }
  }
  return best;
}

function sum(cluster: Cluster): void {
  for (const { nodes, counts } of cluster.places) {
    cluster.total += nodes.length;
    for (const state of STATE_ORDER) cluster.counts[state] += counts[state];
  }
}

/** `Accra`; `Ghana` where all of several places lie in it; else `Lagos and 3 more`. */
export function clusterName({ places }: Cluster): string {
  const [first] = places as [Place];
  if (places.length === 1) return first.name;
  const oneCountry = first.country !== '' && places.every((place) => place.country === first.country);
  return oneCountry ? countryName(first.country) : `${first.name} and ${places.length - 1} more`;
}

/** What there is to say: `1,090 live`, or the total and what is not well. */
export interface ClusterWords {
  total: string;
  /** Empty where all are live. */
  notLive: string;
  /** The worst state there, which colours it. */
  worst: NodeStateName;
}

export function clusterWords({ total, counts }: Pick<Cluster, 'total' | 'counts'>): ClusterWords {
  const notLive = total - counts.live;
  if (notLive === 0) return { total: `${formatNumber(total)} live`, notLive: '', worst: 'live' };
  const states = STATE_ORDER.filter((state) => state !== 'live' && counts[state] > 0);
  const worst = states[0] as NodeStateName;
  const word = states.length === 1 ? STATE_WORDS[worst].toLowerCase() : 'not live';
  return { total: formatNumber(total), notLive: `${formatNumber(notLive)} ${word}`, worst };
}

const shortFormat = new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 2 });

/** As it fits into a circle: `740`, `1.2k`. */
export function shortCount(count: number): string {
  return count < 1000 ? String(count) : shortFormat.format(count).toLowerCase();
}
