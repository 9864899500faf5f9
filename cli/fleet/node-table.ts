// The columns of a node, for `nodes` and `top` alike.
import type { Node, Timestamp } from '../../proto/gen/messages.ts';
import type { Paint } from '../terminal/output.ts';
import { formatDuration, formatNumber } from '../terminal/quantity.ts';
import type { Column } from '../terminal/table.ts';

/** `NODE_STATE_NEVER_SEEN` → `never seen`. */
export function stateWord(node: Node): string {
  return node.state.replace('NODE_STATE_', '').replaceAll('_', ' ').toLowerCase();
}

/** Unix milliseconds; undefined where absent. */
export function toMs(time: Timestamp | null | undefined): number | undefined {
  return time === null || time === undefined ? undefined : time.seconds * 1000 + time.nanos / 1e6;
}

export function nodeColumns(paint: Paint, nowMs: number): Column<Node>[] {
  return [
    { header: 'STATE', text: stateWord, paint: (text, node) => paintState(text, node, paint) },
    { header: 'NAME', text: (node) => node.info?.name || node.nodeId, maxWidth: 32 },
    number('CPU %', (node) => node.summary?.cpuPercent),
    number('MEM %', (node) => node.summary?.memoryPercent),
    number('DISK %', (node) => node.summary?.diskPercent),
    number('LOAD', (node) => node.summary?.load1, 2),
    number('RX KiB/s', (node) => inKibibytes(node.summary?.networkRxBytesPerSecond)),
    number('TX KiB/s', (node) => inKibibytes(node.summary?.networkTxBytesPerSecond)),
    number('SPOOL', (node) => (node.spool ? node.spool.nextSeq - node.spool.oldestSeq : undefined), 0),
    { header: 'SEEN', text: (node) => agoWords(toMs(node.lastSeen), nowMs), align: 'right' },
    { header: 'NODE ID', text: (node) => node.nodeId },
    { header: '', text: (node) => node.problem, maxWidth: 80, paint: paint.yellow },
  ];
}

function number(header: string, value: (node: Node) => number | undefined, digits = 1): Column<Node> {
  return { header, text: (node) => formatNumber(value(node), digits), align: 'right' };
}

function inKibibytes(bytes: number | undefined): number | undefined {
  return bytes === undefined ? undefined : bytes / 1024;
}

function agoWords(thenMs: number | undefined, nowMs: number): string {
  return thenMs === undefined || thenMs === 0 ? 'never' : `${formatDuration(nowMs - thenMs)} ago`;
}

function paintState(text: string, node: Node, paint: Paint): string {
  switch (node.state) {
    case 'NODE_STATE_LIVE':
      return paint.green(text);
    case 'NODE_STATE_LATE':
      return paint.yellow(text);
    case 'NODE_STATE_SILENT':
    case 'NODE_STATE_QUARANTINED':
      return paint.red(text);
    default:
      return paint.dim(text);
  }
}

/** `3 nodes: 2 live, 1 late`. */
export function countWords(nodes: readonly Node[]): string {
  const counts = new Map<string, number>();
  for (const node of nodes) counts.set(stateWord(node), (counts.get(stateWord(node)) ?? 0) + 1);
  const parts = [...counts].map(([word, count]) => `${count} ${word}`).join(', ');
  return `${nodes.length} ${nodes.length === 1 ? 'node' : 'nodes'}${parts === '' ? '' : `: ${parts}`}`;
}
