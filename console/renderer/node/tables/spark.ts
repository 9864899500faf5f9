// The line of one row of a table over the stretch that shows, thinned to a few dozen points.
import type { NodeFeed } from '../node-feed.ts';
import { coarsestStep } from '../series/points.ts';
import type { TableRow, TableSpec } from './table-spec.ts';

const POINTS = 40;

export function sparkOf(feed: NodeFeed, spec: TableSpec, field: string, row: TableRow): Float64Array | undefined {
  const { fromMs, toMs } = feed.bounds.get();
  const parts = feed.parts({ measurement: spec.measurement });
  // No finer than the coarsest answer: its line would be dots.
  const seconds = (toMs - fromMs) / 1000;
  const slots = Math.max(2, Math.min(POINTS, Math.floor(seconds / (1.5 * coarsestStep(parts)))));
  const sums = new Float64Array(slots);
  const counts = new Uint32Array(slots);
  const share = seconds / slots;
  for (const { series } of parts) {
    const points = series.find(({ tags }) => spec.keys.every((key) => (tags[key] ?? '') === row[key]));
    const mean = points?.fields[field]?.mean;
    if (points === undefined || mean === undefined) continue;
    for (let at = 0; at < points.times.length; at++) {
      const slot = Math.floor((points.times[at]! - fromMs / 1000) / share);
      const value = mean[at]!;
      if (slot < 0 || slot >= slots || Number.isNaN(value)) continue;
      sums[slot] = sums[slot]! + value;
      counts[slot] = counts[slot]! + 1;
    }
  }
  return sums.map((sum, slot) => sum / counts[slot]!);
}
