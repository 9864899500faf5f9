// Where the nodes stand: by their labels, else by what other nodes and the atlas say of the same city, region or country.
import type { FleetNode, NodeStateName } from '../../common/fleet-node.ts';
import type { StateCounts } from '../state/fleet-store.ts';
import { type CountryCentres, countryName } from './country-centres.ts';
import { toWorld, type WorldPoint } from './mercator.ts';

/** One spot with all nodes that stand there. */
export interface Place extends WorldPoint {
  key: string;
  name: string;
  country: string;
  nodes: FleetNode[];
  counts: Record<NodeStateName, number>;
}

/** Places of the fleet, and how to find the one that a probe's tags speak of. */
export interface PlaceBook {
  places: readonly Place[];
  /** Nodes that nothing places. */
  unplaced: FleetNode[];
  /** City, region or country as a label says it, in lower case → its place. */
  byWord: ReadonlyMap<string, Place>;
  byNode: ReadonlyMap<string, Place>;
}

export const NO_STATES: StateCounts = { live: 0, late: 0, silent: 0, maintenance: 0, never_seen: 0, quarantined: 0, unknown: 0, idle: 0 };

/** `centres` may still be on its way: then a country alone places nothing. */
export function createPlaceBook(nodes: Iterable<FleetNode>, centres: CountryCentres | undefined): PlaceBook {
  const places = new Map<string, Place>();
  const byWord = new Map<string, Place>();
  const byNode = new Map<string, Place>();
  const without: FleetNode[] = [];
  for (const node of nodes) {
    const { latitude, longitude } = node.labels;
    const key = latitude === undefined || longitude === undefined ? '' : `${latitude} ${longitude}`;
    let place = places.get(key);
    if (place === undefined) {
      const point = key === '' ? undefined : toWorld(toNumber(latitude), toNumber(longitude));
      if (point === undefined) {
        without.push(node);
        continue;
      }
      place = createPlace(key, point, node);
      places.set(key, place);
    }
    put(node, place, byNode);
    // Of thousands at one spot the first has said it all, as a rule.
    const [first] = place.nodes as [FleetNode];
    if (node === first || node.labels['city'] !== first.labels['city'] || node.labels['region'] !== first.labels['region']) {
      for (const word of wordsOf(node)) if (!byWord.has(word)) byWord.set(word, place);
    }
  }
  const unplaced: FleetNode[] = [];
  for (const node of without) {
    const place = guess(node, places, byWord, centres);
    if (place === undefined) unplaced.push(node);
    else put(node, place, byNode);
  }
  return { places: [...places.values()], unplaced, byWord, byNode };
}

/** Whether a country's middle would place a node. */
export function needsCentres(nodes: Iterable<FleetNode>): boolean {
  for (const { labels } of nodes) if (labels['latitude'] === undefined && labels['country'] !== undefined) return true;
  return false;
}

function guess(
  node: FleetNode,
  places: Map<string, Place>,
  byWord: ReadonlyMap<string, Place>,
  centres: CountryCentres | undefined,
): Place | undefined {
  const { city, region, country } = node.labels;
  for (const word of [city, region]) {
    const known = word === undefined ? undefined : byWord.get(word.toLowerCase());
    if (known !== undefined) return known;
  }
  const code = country?.toLowerCase() ?? '';
  const centre = centres?.get(code);
  if (centre === undefined) return undefined;
  const key = `country ${code}`;
  const place = places.get(key) ?? { ...createPlace(key, centre, node), name: countryName(country ?? code) };
  places.set(key, place);
  return place;
}

function createPlace(key: string, point: WorldPoint, node: FleetNode): Place {
  const { city, region, country = '' } = node.labels;
  const name = city ?? region ?? (country === '' ? key : countryName(country));
  return { ...point, key, name, country, nodes: [], counts: { ...NO_STATES } };
}

function put(node: FleetNode, place: Place, byNode: Map<string, Place>): void {
  place.nodes.push(node);
  place.counts[node.state]++;
  byNode.set(node.nodeId, place);
}

/** A country is no word of a place: it has many. */
function wordsOf({ labels: { city, region } }: FleetNode): string[] {
  return [city, region].flatMap((word) => (word === undefined ? [] : [word.toLowerCase()]));
}

function toNumber(text: string | undefined): number {
  return text === undefined || text.trim() === '' ? Number.NaN : Number(text);
}
