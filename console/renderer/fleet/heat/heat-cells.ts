// Which node is in which cell of the heat map. Cells keep their place for as long as the same nodes are shown in the same groups;
// so an update costs a look at every node, and work only for those that are new objects.
import type { FleetNode } from '../../../common/fleet-node.ts';
import { compareNames } from '../table/fleet-order.ts';

export interface HeatGroup {
  /** Value they share; empty for those without. */
  value: string;
  /** Index of its first cell. */
  first: number;
  count: number;
}

/** Beyond it no one reads the heads: the smallest groups stand together. */
const MAX_GROUPS = 200;
/** Shown like a value, and no label has it. */
export const OTHER_GROUPS = '\u0000other';

export class HeatCells {
  groups: HeatGroup[] = [];
  /** By cell. */
  nodes: FleetNode[] = [];
  readonly #matches: (node: FleetNode) => boolean;
  readonly #groupOfNode: (node: FleetNode) => string;
  readonly #seen = new Map<string, FleetNode>();
  readonly #cells = new Map<string, number>();

  constructor(matches: (node: FleetNode) => boolean, groupOfNode: (node: FleetNode) => string) {
    this.#matches = matches;
    this.#groupOfNode = groupOfNode;
  }

  /** The cells whose node changed; undefined where nodes came, left or changed their group: then `arrange` is due. */
  update(nodes: ReadonlyMap<string, FleetNode>): number[] | undefined {
    const changed: number[] = [];
    let moved = this.#seen.size > nodes.size;
    for (const [id, node] of nodes) {
      const before = this.#seen.get(id);
      if (before === node) continue;
      this.#seen.set(id, node);
      const cell = this.#cells.get(id);
      const shown = this.#matches(node);
      if (cell === undefined) {
        moved ||= shown;
        continue;
      }
      this.nodes[cell] = node;
      changed.push(cell);
      moved ||= !shown || before === undefined || node.name !== before.name || this.#groupOfNode(node) !== this.#groupOfNode(before);
    }
    return moved || this.#seen.size > nodes.size ? undefined : changed;
  }

  /** Gives every node that matches its cell: groups by size, nodes by name. */
  arrange(nodes: ReadonlyMap<string, FleetNode>): void {
    const byValue = new Map<string, FleetNode[]>();
    this.#seen.clear();
    for (const [id, node] of nodes) {
      this.#seen.set(id, node);
      if (!this.#matches(node)) continue;
      const value = this.#groupOfNode(node);
      const group = byValue.get(value);
      if (group === undefined) byValue.set(value, [node]);
      else group.push(node);
    }
    const ordered = [...byValue].sort(([a, ofA], [b, ofB]) => ofB.length - ofA.length || (a < b ? -1 : 1));
    const rest = ordered.splice(ordered.length > MAX_GROUPS ? MAX_GROUPS - 1 : ordered.length).flatMap(([, members]) => members);
    if (rest.length > 0) ordered.push([OTHER_GROUPS, rest]);
    this.nodes = [];
    this.groups = [];
    this.#cells.clear();
    for (const [value, members] of ordered) {
      this.groups.push({ value, first: this.nodes.length, count: members.length });
      for (const node of members.sort(compareNames)) {
        this.#cells.set(node.nodeId, this.nodes.length);
        this.nodes.push(node);
      }
    }
  }

  cellOf(nodeId: string): number | undefined {
    return this.#cells.get(nodeId);
  }

  groupOf(cell: number): HeatGroup | undefined {
    return this.groups.find(({ first, count }) => cell >= first && cell < first + count);
  }
}
