// How many nodes are as a test says, kept up by each change: to ask ten thousand nodes again at every snapshot takes longer than a frame.
import type { FleetNode } from '../../common/fleet-node.ts';

export type NodeTest = (node: FleetNode) => boolean;

export class FleetTally {
  #count = 0;
  readonly #holds: NodeTest;

  /** `holds` must say the same of the same node again. */
  constructor(holds: NodeTest, nodes: Iterable<FleetNode>) {
    this.#holds = holds;
    for (const node of nodes) this.change(undefined, node);
  }

  get count(): number {
    return this.#count;
  }

  /** A node came, is another now, or went. */
  change(before: FleetNode | undefined, after: FleetNode | undefined): void {
    if (before !== undefined && this.#holds(before)) this.#count--;
    if (after !== undefined && this.#holds(after)) this.#count++;
  }
}
