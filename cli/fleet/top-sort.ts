// In which order `top` shows the nodes.
import type { Node } from '../../proto/gen/messages.ts';
import { stateWord } from './node-table.ts';

export type SortKey = 'cpu' | 'memory' | 'disk' | 'load' | 'name' | 'state';

/** Key of the keyboard, and what is compared. Numbers sort largest first, texts from a to z. */
export const SORT_KEYS: Record<SortKey, { key: string; value: (node: Node) => number | string | undefined }> = {
  cpu: { key: 'c', value: (node) => node.summary?.cpuPercent },
  memory: { key: 'm', value: (node) => node.summary?.memoryPercent },
  disk: { key: 'd', value: (node) => node.summary?.diskPercent },
  load: { key: 'l', value: (node) => node.summary?.load1 },
  name: { key: 'n', value: nameOf },
  state: { key: 's', value: (node) => stateWord(node, Date.now()) },
};

function nameOf(node: Node): string {
  return node.info?.name || node.nodeId;
}

/** A sorted copy. Absent values come last either way; equal ones stand in the order of their names. */
export function sortNodes(nodes: readonly Node[], by: SortKey, reversed: boolean): Node[] {
  const { value } = SORT_KEYS[by];
  const sign = reversed ? -1 : 1;
  return [...nodes].sort((a, b) => {
    const [left, right] = [value(a), value(b)];
    if (left === undefined || right === undefined) return Number(left === undefined) - Number(right === undefined) || compareNames(a, b);
    const order = typeof left === 'number' && typeof right === 'number' ? right - left : compareTexts(String(left), String(right));
    return sign * order || compareNames(a, b);
  });
}

function compareNames(a: Node, b: Node): number {
  return compareTexts(nameOf(a), nameOf(b)) || compareTexts(a.nodeId, b.nodeId);
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
