// Paths as people name them: `Lagos → gw.acc`, with what they are now, what is usual for them, and since when they are not.
import type { FleetNode } from '../../common/fleet-node.ts';
import { countryName } from '../map/country-centres.ts';
import type { Place, PlaceBook } from '../map/places.ts';
import { isMesh, type PathRow, type PathValues } from './probe-data.ts';
import { type Health, healthOf, type Since, severityOf } from './probe-health.ts';

export interface ProbePath {
  key: string;
  row: PathRow;
  /** Place the probe stands in. */
  from: string;
  /** Target, as the columns of the matrix are named. */
  to: string;
  /** Where they lie, as far as the fleet's labels tell. */
  fromPlace: Place | undefined;
  toPlace: Place | undefined;
  now: PathValues;
  usual: PathValues | undefined;
  /** An hour before, the median alone. */
  hourAgoMs: number | null;
  health: Health;
  /** Right answers in the last 24 h. */
  uptimePercent: number | null;
  /** When it stopped being as usual; undefined where it is, or where nobody knows. */
  since: Since | undefined;
}

export interface PathInputs {
  now: readonly PathRow[];
  usual: ReadonlyMap<string, PathValues>;
  hourAgo: ReadonlyMap<string, PathValues>;
  since: ReadonlyMap<string, Since>;
  /** A day up to some minutes ago, and from there to now: together without a hole. */
  day: ReadonlyMap<string, PathValues>;
  recent: ReadonlyMap<string, PathValues>;
}

/** Worst first. */
export function namePaths(inputs: PathInputs, book: PlaceBook, nodes: ReadonlyMap<string, FleetNode>): ProbePath[] {
  const paths = inputs.now.map((row): ProbePath => {
    const fromPlace = findPlace(book, row.node, row.region);
    const toPlace = findPlace(book, row.targetNode, row.targetRegion);
    const usual = inputs.usual.get(row.key);
    return {
      key: row.key,
      row,
      from: fromPlace?.name ?? (row.region || nodes.get(row.node)?.name || row.node || countryName(row.country) || 'not known'),
      to: targetName(row, toPlace, nodes),
      fromPlace,
      toPlace,
      now: row,
      usual,
      hourAgoMs: inputs.hourAgo.get(row.key)?.p50 ?? null,
      health: healthOf(row, usual),
      uptimePercent: uptimeOf(inputs.recent.get(row.key) ?? row, inputs.day.get(row.key)),
      since: inputs.since.get(row.key),
    };
  });
  return paths.sort((a, b) => severityOf(b.now, b.usual) - severityOf(a.now, a.usual) || compareNames(a, b));
}

/** Right answers over a day, weighed by how many samples each part has; of one part alone where the other has none. */
export function uptimeOf(recent: PathValues, day: PathValues | undefined): number | null {
  if (day?.uptimePercent == null || recent.uptimePercent === null) return recent.uptimePercent ?? day?.uptimePercent ?? null;
  return (recent.uptimePercent * recent.samples + day.uptimePercent * day.samples) / (recent.samples + day.samples);
}

/** `Lagos → gw.acc`. */
export function pathName({ from, to }: Pick<ProbePath, 'from' | 'to'>): string {
  return `${from} → ${to}`;
}

function compareNames(a: ProbePath, b: ProbePath): number {
  return pathName(a).localeCompare(pathName(b));
}

function findPlace(book: PlaceBook, node: string, region: string): Place | undefined {
  return (node === '' ? undefined : book.byNode.get(node)) ?? (region === '' ? undefined : book.byWord.get(region.toLowerCase()));
}

/** Samples of scripts name no target: their kind stands for it. */
function targetName(row: PathRow, place: Place | undefined, nodes: ReadonlyMap<string, FleetNode>): string {
  if (isMesh(row)) return place?.name ?? (nodes.get(row.targetNode)?.name || row.targetRegion || row.target);
  if (row.target !== '') return row.probe || row.target;
  return row.kind || row.probe || 'not named';
}
