// The line of one row of a table over the stretch that shows, thinned to a few dozen points.
import type { NodeFeed } from '../node-feed.ts';
import type { TableRow, TableSpec } from './table-spec.ts';

const POINTS = 40;

export function sparkOf(feed: NodeFeed, spec: TableSpec, field: string, row: TableRow): Float64Array | undefined {
  const { fromMs, toMs } = feed.bounds.get();
  const sums = new Float64Array(POINTS);
  const counts = new Uint32Array(POINTS);
  const share = (toMs - fromMs) / 1000 / POINTS;
  for (const part of feed.parts({ measurement: spec.measurement })) {
    const points = part.find(({ tags }) => spec.keys.every((key) => (tags[key] ?? '') === row[key]));
    const mean = points?.fields[field]?.mean;
    if (points === undefined || mean === undefined) continue;
    for (let at = 0; at < points.times.length; at++) {
      const slot = Math.floor(((points.times[at] as number) - fromMs / 1000) / share);
      const value = mean[at] as number;
      if (slot < 0 || slot >= POINTS || Number.isNaN(value)) continue;
      sums[slot] = (sums[slot] as number) + value;
      counts[slot] = (counts[slot] as number) + 1;
    }
  }
  return sums.map((sum, slot) => sum / (counts[slot] as number));
}
