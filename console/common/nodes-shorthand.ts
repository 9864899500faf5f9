// Nodes on their way to a page: whole at first, later only the numbers that move. Ten thousand of them have the same name, labels and addresses
// with each sample, and a page that read them all again would spend a third of each frame on it.
import type { NodesEvent, SubscriptionName } from './console-api.ts';
import type { FleetNode, NodeSpool, NodeStateName, NodeValues } from './fleet-node.ts';

type NumberNames<T> = { [K in keyof T]-?: T[K] extends number | null ? K : never }[keyof T];

/** Each as its place among them. */
const STATE_PLACES: Record<NodeStateName, number> = {
  live: 0,
  late: 1,
  silent: 2,
  maintenance: 3,
  never_seen: 4,
  quarantined: 5,
  unknown: 6,
  idle: 7,
};
const STATES = Object.keys(STATE_PLACES) as NodeStateName[];
const OF_NODE = ['stateSinceMs', 'lastSeenMs', 'skewMs'] as const satisfies readonly NumberNames<FleetNode>[];
const OF_VALUES = [
  ...(['timeMs', 'cpuPercent', 'memoryPercent', 'swapPercent', 'load1', 'diskPercent', 'diskReadBytesPerSecond'] as const),
  ...(['diskWriteBytesPerSecond', 'rxBytesPerSecond', 'txBytesPerSecond', 'temperatureCelsius', 'processCount'] as const),
  ...(['uptimeSeconds', 'pressurePercent'] as const),
] as const satisfies readonly NumberNames<NodeValues>[];
const OF_SPOOL = ['batches', 'bytes', 'rows', 'oldestMs', 'retries', 'setAside'] as const satisfies readonly NumberNames<NodeSpool>[];

// A row of `moved`: the node's number, its state as its place, and its numbers in this order; NaN for null.
const NODE_AT = 2;
const VALUES_AT = NODE_AT + OF_NODE.length;
const SPOOL_AT = VALUES_AT + OF_VALUES.length;
const ROW = SPOOL_AT + OF_SPOOL.length;

/** Nodes are numbered as they are first named, by both sides alike; an event names each once. */
interface ShortEvent extends Omit<NodesEvent, 'nodes'> {
  /** With names, or with another label than before. */
  whole: FleetNode[];
  moved: Float64Array;
}

/** What the host makes of each event of one subscription before it goes to the page. */
export function createShortener(name: SubscriptionName): (event: unknown) => unknown {
  if (name !== 'nodes') return (event) => event;
  /** What does not move of each node, as it was said last. */
  const said = new Map<string, { number: number; still: string }>();
  let next = 0;
  return (given) => {
    const { nodes, ...event } = given as NodesEvent;
    if (event.begins) {
      said.clear();
      next = 0;
    }
    for (const id of event.removed) said.delete(id);
    const whole: FleetNode[] = [];
    const rows: number[] = [];
    for (const node of nodes) {
      const still = stillOf(node);
      const before = said.get(node.nodeId);
      if (before?.still === still) {
        writeRow(rows, before.number, node);
        continue;
      }
      said.set(node.nodeId, { number: before?.number ?? next++, still });
      whole.push(node);
    }
    return { ...event, whole, moved: Float64Array.from(rows) } satisfies ShortEvent;
  };
}

/** What the page makes of it again. Nodes that came whole stand before those that moved. */
export function createRestorer(name: SubscriptionName): (event: unknown) => unknown {
  if (name !== 'nodes') return (event) => event;
  const numbers = new Map<string, number>();
  const known: (FleetNode | undefined)[] = [];
  return (given) => {
    const { whole, moved, ...event } = given as ShortEvent;
    if (event.begins) {
      numbers.clear();
      known.length = 0;
    }
    for (const id of event.removed) {
      const number = numbers.get(id);
      if (number !== undefined) known[number] = undefined;
      numbers.delete(id);
    }
    const nodes = [...whole];
    for (const node of whole) {
      const number = numbers.get(node.nodeId) ?? known.length;
      numbers.set(node.nodeId, number);
      known[number] = node;
    }
    for (let at = 0; at < moved.length; at += ROW) {
      const number = moved[at]!;
      const before = known[number];
      // The host says a node whole before it says how it moved.
      if (before === undefined) continue;
      const node = readRow(moved, at, before);
      known[number] = node;
      nodes.push(node);
    }
    return { ...event, nodes } satisfies NodesEvent;
  };
}

const MOVING = [['state', 'values', 'spool', ...OF_NODE], OF_VALUES, OF_SPOOL].map((names) => new Set<string>(names));

/** All that is not in a row, as text: what is left out above is sent with the node as a whole, and never lost. */
function stillOf(node: FleetNode): string {
  const parts: (object | null)[] = [node, node.values, node.spool];
  return JSON.stringify(parts.map((part, i) => part && Object.entries(part).filter(([name]) => !MOVING[i]?.has(name))));
}

function writeRow(rows: number[], number: number, node: FleetNode): void {
  const { values, spool } = node;
  rows.push(number, STATE_PLACES[node.state]);
  for (const name of OF_NODE) rows.push(node[name] ?? Number.NaN);
  for (const name of OF_VALUES) rows.push(values?.[name] ?? Number.NaN);
  for (const name of OF_SPOOL) rows.push(spool?.[name] ?? Number.NaN);
}

function readRow(rows: Float64Array, at: number, before: FleetNode): FleetNode {
  const read = <K extends string>(into: Record<K, number | null>, names: readonly K[], start: number): void => {
    for (let i = 0; i < names.length; i++) {
      const value = rows[at + start + i]!;
      into[names[i] as K] = Number.isNaN(value) ? null : value;
    }
  };
  const node = { ...before, state: STATES[rows[at + 1]!] ?? 'unknown' };
  read(node as Record<(typeof OF_NODE)[number], number | null>, OF_NODE, NODE_AT);
  if (before.values !== null) {
    node.values = { ...before.values };
    read(node.values as Record<(typeof OF_VALUES)[number], number | null>, OF_VALUES, VALUES_AT);
  }
  if (before.spool !== null) {
    node.spool = { ...before.spool };
    read(node.spool as Record<(typeof OF_SPOOL)[number], number | null>, OF_SPOOL, SPOOL_AT);
  }
  return node;
}
