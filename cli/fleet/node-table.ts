// The columns of a node, for `nodes` and `top` alike.
import { stateUnderMaintenance } from '../../core/common/maintenance.ts';
import { isMachine, KIND_WORDS, kindWord } from '../../core/common/node-kind.ts';
import type { Node, Timestamp } from '../../proto/gen/messages.ts';
import type { Paint } from '../terminal/output.ts';
import { formatDuration, formatNumber } from '../terminal/quantity.ts';
import type { Column } from '../terminal/table.ts';

/** `NODE_STATE_NEVER_SEEN` → `never seen`; late and silent give way to a maintenance. */
export function stateWord(node: Node, nowMs: number): string {
  const word = node.state.replace('NODE_STATE_', '').replaceAll('_', ' ').toLowerCase();
  return stateUnderMaintenance(word, node.info?.labels, nowMs);
}

/** Unix milliseconds; undefined where absent. */
export function toMs(time: Timestamp | null | undefined): number | undefined {
  return time === null || time === undefined ? undefined : time.seconds * 1000 + time.nanos / 1e6;
}

export function nodeColumns(paint: Paint, nowMs: number): Column<Node>[] {
  return [
    { header: 'STATE', text: (node) => stateWord(node, nowMs), paint: (text) => paintState(text, paint) },
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

/** The cell may be padded. */
function paintState(text: string, paint: Paint): string {
  switch (text.trim()) {
    case 'live':
      return paint.green(text);
    case 'late':
      return paint.yellow(text);
    case 'silent':
    case 'quarantined':
      return paint.red(text);
    default:
      return paint.dim(text);
  }
}

/** `3 machines: 2 live, 1 late; beside them 2 pushed, 20 simulated`. */
export function countWords(nodes: readonly Node[], nowMs = Date.now()): string {
  const machines = nodes.filter(isMachine);
  const states = counted(machines, (node) => stateWord(node, nowMs));
  const sources = counted(
    nodes.filter((node) => !isMachine(node)),
    (node) => KIND_WORDS[kindWord(node.kind)],
  );
  const words = `${machines.length} ${machines.length === 1 ? 'machine' : 'machines'}${states === '' ? '' : `: ${states}`}`;
  return sources === '' ? words : `${words}; beside ${machines.length === 1 ? 'it' : 'them'} ${sources}`;
}

function counted(nodes: readonly Node[], wordOf: (node: Node) => string): string {
  const counts = new Map<string, number>();
  for (const node of nodes) counts.set(wordOf(node), (counts.get(wordOf(node)) ?? 0) + 1);
  return [...counts].map(([word, count]) => `${count} ${word}`).join(', ');
}
