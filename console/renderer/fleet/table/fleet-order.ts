// Which nodes the table shows and in what order. Pure: the order is made anew only when it is asked for, so rows rest under the pointer.
import type { FleetNode } from '../../../common/fleet-node.ts';
import type { FleetColumn } from './fleet-column.ts';

export interface FleetSort {
  key: string;
  /** True turns the column's own order round. */
  reversed: boolean;
}

/** Ids of the nodes that match, in order. */
export function orderNodes(
  nodes: Iterable<FleetNode>,
  matches: (node: FleetNode) => boolean,
  column: FleetColumn,
  reversed: boolean,
): string[] {
  const sign = reversed ? -1 : 1;
  const shown = [...nodes].filter(matches);
  const { rank } = column;
  if (rank === undefined) {
    shown.sort((a, b) => sign * column.compare(a, b) || compareNames(a, b));
    return shown.map((node) => node.nodeId);
  }
  const ranked = shown.map((node) => ({ node, rank: sign * rank(node) }));
  ranked.sort((a, b) => a.rank - b.rank || compareNames(a.node, b.node));
  return ranked.map(({ node }) => node.nodeId);
}

/** The same order without nodes that are gone; what is new comes last. The very same array where nothing came or went. */
export function keepOrder(
  order: readonly string[],
  nodes: ReadonlyMap<string, FleetNode>,
  matches: (node: FleetNode) => boolean,
): readonly string[] {
  const before = idsOf(order);
  const added: string[] = [];
  for (const [id, node] of nodes) if (!before.has(id) && matches(node)) added.push(id);
  if (added.length === 0 && order.every((id) => nodes.has(id))) return order;
  return [...order.filter((id) => nodes.has(id)), ...added];
}

/** An order is looked at with every live value, and made anew now and then. */
const idSets = new WeakMap<readonly string[], ReadonlySet<string>>();

function idsOf(order: readonly string[]): ReadonlySet<string> {
  let ids = idSets.get(order);
  if (ids === undefined) {
    ids = new Set(order);
    idSets.set(order, ids);
  }
  return ids;
}

/** By code points: quick, and the same on every machine. */
export function compareNames(a: FleetNode, b: FleetNode): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

export const FIRST_SORT: FleetSort = { key: 'state', reversed: false };

/** As an address writes it: `-cpu` is turned round. */
export function parseSort(text: string | undefined): FleetSort {
  if (text === undefined || text === '') return FIRST_SORT;
  return text.startsWith('-') ? { key: text.slice(1), reversed: true } : { key: text, reversed: false };
}

/** Undefined for the order that needs no word. */
export function formatSort({ key, reversed }: FleetSort): string | undefined {
  if (key === FIRST_SORT.key && !reversed) return undefined;
  return reversed ? `-${key}` : key;
}
