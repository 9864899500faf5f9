// What a tile of a node's page knows of its figure: of now by the newest summary, of a moment by the chart's line. Pure.
import type { FleetNode } from '../../common/fleet-node.ts';
import { type Known, known, notKnown, stale, sumOf } from '../state/known.ts';
import { formatMoment } from '../widgets/format.ts';
import type { ChartColumns } from './charts/chart-columns.ts';

/** What is added up to one figure, by name; null is not measured. */
export type TileParts = Readonly<Record<string, number | null>>;

/** How many of its steps the end of a line may lie before the moment and still be of it. */
const STEPS_BACK = 2.5;

/**
 * Of now. `withheld` is why the gateway cannot say so, empty while it does. A node that does not keep its time keeps its last figure, with the moment it
 * is of; one that was never measured has none.
 */
export function tileNow(node: Pick<FleetNode, 'state' | 'lastSeenMs'>, parts: TileParts | null, withheld: string): Known<number> {
  const atMs = node.lastSeenMs;
  if (parts === null || atMs === null) return notKnown();
  const figure = partsKnown(parts, atMs, 'live');
  if (withheld !== '') return stale(figure, withheld);
  return node.state === 'live' ? figure : stale(figure, '');
}

/** Of the moment `atMs`: the last point of the lines at or before it; of several lines their sum, or without `names` the highest. */
export function tileThen(columns: ChartColumns, names: readonly string[] | undefined, atMs: number, stepSeconds: number): Known<number> {
  for (let row = columns.times.length - 1; row >= 0; row--) {
    const timeMs = columns.times[row]! * 1000;
    if (timeMs > atMs) continue;
    const values = columns.lines.map((line) => line[row] ?? null);
    const figure = partsKnown(names === undefined ? { '': highest(values) } : named(names, values), timeMs, 'store');
    if (figure.worth === 'unknown') continue;
    return atMs - timeMs <= STEPS_BACK * stepSeconds * 1000 ? figure : stale(figure, '');
  }
  return notKnown();
}

function named(names: readonly string[], values: readonly (number | null)[]): TileParts {
  return Object.fromEntries(names.map((name, at) => [name, values[at] ?? null]));
}

function highest(values: readonly (number | null)[]): number | null {
  const measured = values.filter((value) => value !== null);
  return measured.length === 0 ? null : Math.max(...measured);
}

function partsKnown(parts: TileParts, atMs: number, source: 'live' | 'store'): Known<number> {
  return sumOf(
    Object.entries(parts).map(([name, value]) =>
      value === null || !Number.isFinite(value) ? notKnown(name === '' ? '' : `without ${name}: not measured`) : known(value, atMs, source),
    ),
  );
}

/** What stands in the place of the tile's note: since when the figure may be another. Empty where the note may stand. */
export function tileWords(figure: Known<number>, nowMs: number): string {
  if (figure.worth === 'stale') return `at ${formatMoment(figure.asOfMs, nowMs)}`;
  return figure.worth === 'partial' ? figure.reason : '';
}
