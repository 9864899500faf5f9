// Which nodes of a mesh a node is to probe: those that follow it on a ring ordered by hash. Every node is then the peer of as many others
// as it has peers, and one that joins or leaves changes one place in the lists of few.
import { createHash } from 'node:crypto';

export class PeerRing {
  readonly #order: readonly string[];
  readonly #places: ReadonlyMap<string, number>;

  constructor(nodeIds: Iterable<string>) {
    const hashed = [...nodeIds].map((nodeId) => ({ nodeId, hash: createHash('sha256').update(nodeId).digest('hex') }));
    this.#order = hashed.sort((a, b) => (a.hash < b.hash ? -1 : 1)).map(({ nodeId }) => nodeId);
    this.#places = new Map(this.#order.map((nodeId, place) => [nodeId, place]));
  }

  get size(): number {
    return this.#order.length;
  }

  /** At most `limit` others; none for a node that is not on the ring. */
  peersOf(nodeId: string, limit: number): string[] {
    const place = this.#places.get(nodeId);
    if (place === undefined) return [];
    const count = Math.min(limit, this.#order.length - 1);
    return Array.from({ length: count }, (_, i) => this.#order[(place + 1 + i) % this.#order.length]!);
  }
}
