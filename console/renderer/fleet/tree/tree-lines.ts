// The fleet as a tree of labels: groups in groups, the nodes at the ends; and the lines of what is open. Pure.
import type { FleetNode, NodeStateName } from '../../../common/fleet-node.ts';
import { NO_COUNTS, type StateCounts } from '../../state/fleet-store.ts';
import { STATE_ORDER } from '../../widgets/state-mark.tsx';
import type { FleetGrouping } from '../table/fleet-groups.ts';
import { compareNames } from '../table/fleet-order.ts';
import { compareCounts } from '../table/table-rows.ts';

/** What the tree shows of a node, and the mean of it of a group. */
export const TREE_VALUES = ['cpuPercent', 'memoryPercent', 'diskPercent'] as const;
export type TreeValue = (typeof TREE_VALUES)[number];

export interface TreeBranch {
  /** All values on the way to it: what is open is remembered by it. */
  key: string;
  value: string;
  level: number;
  count: number;
  counts: StateCounts;
  means: Readonly<Record<TreeValue, number | null>>;
  /** Of how many of its nodes each mean is: those that are heard and measure it. */
  measured: Readonly<Record<TreeValue, number>>;
  branches: TreeBranch[];
  nodes: FleetNode[];
}

export type TreeLine =
  | { kind: 'branch'; key: string; branch: TreeBranch; open: boolean; place: number; among: number }
  | { kind: 'node'; key: string; node: FleetNode; level: number; place: number; among: number };

interface Growing extends TreeBranch {
  counts: Record<NodeStateName, number>;
  means: Record<TreeValue, number | null>;
  measured: Record<TreeValue, number>;
  byValue: Map<string, Growing>;
}

export function growTree(nodes: Iterable<FleetNode>, matches: (node: FleetNode) => boolean, levels: readonly FleetGrouping[]): TreeBranch {
  const root = branch('', '', 0);
  for (const node of nodes) {
    if (!matches(node)) continue;
    let at = root;
    add(at, node);
    for (const level of levels) {
      const value = level.of(node);
      let next = at.byValue.get(value);
      if (next === undefined) {
        next = branch(`${at.key}\u0000${value}`, value, at.level + 1);
        at.byValue.set(value, next);
        at.branches.push(next);
      }
      at = next;
      add(at, node);
    }
    at.nodes.push(node);
  }
  settle(root);
  return root;
}

function branch(key: string, value: string, level: number): Growing {
  const means = { cpuPercent: null, memoryPercent: null, diskPercent: null };
  const measured = { cpuPercent: 0, memoryPercent: 0, diskPercent: 0 };
  return { key, value, level, count: 0, counts: { ...NO_COUNTS }, means, measured, branches: [], nodes: [], byValue: new Map() };
}

function add(to: Growing, node: FleetNode): void {
  to.count++;
  to.counts[node.state]++;
  // Of those whose values still say something of now.
  if (node.state !== 'live' && node.state !== 'late') return;
  for (const name of TREE_VALUES) {
    const value = node.values?.[name];
    if (value == null) continue;
    const before = to.means[name] ?? 0;
    to.means[name] = before + (value - before) / ++to.measured[name];
  }
}

/** Worst first, then by name; what has no such label at the end. */
function settle(of: TreeBranch): void {
  of.branches.sort(
    (a, b) => compareCounts(a.counts, b.counts) || Number(a.value === '') - Number(b.value === '') || (a.value < b.value ? -1 : 1),
  );
  of.nodes.sort((a, b) => STATE_ORDER.indexOf(a.state) - STATE_ORDER.indexOf(b.state) || compareNames(a, b));
  for (const each of of.branches) settle(each);
}

/** The worst state there is below a branch. */
export function worstState(counts: StateCounts): NodeStateName {
  return STATE_ORDER.find((state) => counts[state] > 0) ?? 'never_seen';
}

export function treeLines(root: TreeBranch, open: ReadonlySet<string>): TreeLine[] {
  const lines: TreeLine[] = [];
  const walk = (of: TreeBranch): void => {
    of.branches.forEach((each, index) => {
      const isOpen = open.has(each.key);
      lines.push({ kind: 'branch', key: each.key, branch: each, open: isOpen, place: index + 1, among: of.branches.length });
      if (isOpen) walk(each);
    });
    of.nodes.forEach((node, index) => {
      lines.push({ kind: 'node', key: node.nodeId, node, level: of.level + 1, place: index + 1, among: of.nodes.length });
    });
  };
  walk(root);
  return lines;
}

/** Keys of the branches in which a node needs a look. */
export function troubled(root: TreeBranch): Set<string> {
  const keys = new Set<string>();
  const walk = (of: TreeBranch): void => {
    for (const each of of.branches) {
      if (each.counts.silent + each.counts.late + each.counts.quarantined === 0) continue;
      keys.add(each.key);
      walk(each);
    }
  };
  walk(root);
  return keys;
}

/** The line one level up: of a node its group. */
export function parentLine(lines: readonly TreeLine[], at: number): number {
  const level = levelOf(lines[at]);
  for (let before = at - 1; before >= 0; before--) if (levelOf(lines[before]) < level) return before;
  return at;
}

export function levelOf(line: TreeLine | undefined): number {
  return line === undefined ? 0 : line.kind === 'branch' ? line.branch.level : line.level;
}
