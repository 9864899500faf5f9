// Keeps a book of places while nodes change. Of ten thousand nodes a thousand say something new each second, and next to none of them where
// it stands.
import type { FleetNode } from '../../common/fleet-node.ts';
import type { CountryCentres } from './country-centres.ts';
import { createPlaceBook, type PlaceBook } from './places.ts';

/** The labels that places are made of. */
const WHERE = ['latitude', 'longitude', 'city', 'region', 'country'] as const;

export class PlaceKeeper {
  /** In the order in which the fleet names them, which a change of one does not change. */
  #seen: FleetNode[] = [];
  #centres: CountryCentres | undefined;
  #book: PlaceBook = createPlaceBook([], undefined);
  /** Where a node is kept among the nodes of its place, or among those without one. */
  #slots = new Map<string, number>();

  /** As `createPlaceBook`. A place that stays is the same object with other nodes and counts; the book itself is another. */
  update(nodes: Iterable<FleetNode>, centres: CountryCentres | undefined): PlaceBook {
    const now = [...nodes];
    const stays = centres === this.#centres && now.length === this.#seen.length && now.every((node, i) => standsAs(this.#seen[i], node));
    if (stays) for (const [i, node] of now.entries()) this.#renew(this.#seen[i] as FleetNode, node);
    else this.#rebuild(now, centres);
    this.#seen = now;
    this.#book = { ...this.#book, places: [...this.#book.places] };
    return this.#book;
  }

  #rebuild(nodes: readonly FleetNode[], centres: CountryCentres | undefined): void {
    this.#centres = centres;
    this.#book = createPlaceBook(nodes, centres);
    this.#slots = new Map();
    for (const group of [this.#book.unplaced, ...this.#book.places.map((place) => place.nodes)]) {
      for (const [slot, { nodeId }] of group.entries()) this.#slots.set(nodeId, slot);
    }
  }

  #renew(before: FleetNode, node: FleetNode): void {
    if (before === node) return;
    const slot = this.#slots.get(node.nodeId) as number;
    const place = this.#book.byNode.get(node.nodeId);
    if (place === undefined) {
      this.#book.unplaced[slot] = node;
      return;
    }
    place.nodes[slot] = node;
    place.counts[before.state]--;
    place.counts[node.state]++;
  }
}

function standsAs(before: FleetNode | undefined, node: FleetNode): boolean {
  if (before === node) return true;
  return before?.nodeId === node.nodeId && WHERE.every((label) => before.labels[label] === node.labels[label]);
}
