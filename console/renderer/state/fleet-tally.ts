// How many nodes are as a test says, kept up by each change: to ask ten thousand nodes again at every snapshot takes longer than a frame.
import type { FleetNode } from '../../common/fleet-node.ts';

export type NodeTest = (node: FleetNode) => boolean;

export class FleetTally {
  readonly #holds: NodeTest;
  /** Ids of those that are so: a node that changes is asked once, not as it was and as it is. */
  readonly #held = new Set<string>();

  /** `holds` must say the same of the same node again. */
  constructor(holds: NodeTest, nodes: Iterable<FleetNode>) {
    this.#holds = holds;
    for (const node of nodes) this.put(node);
  }

  get count(): number {
    return this.#held.size;
  }

  /** A node came, or is another now. */
  put(node: FleetNode): void {
    if (this.#holds(node)) this.#held.add(node.nodeId);
    else this.#held.delete(node.nodeId);
  }

  /** A node went. */
  remove(nodeId: string): void {
    this.#held.delete(nodeId);
  }
}
