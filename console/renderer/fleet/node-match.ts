// The fleet's filter language over the console's own nodes.
import { toMusterError } from '../../../core/common/muster-error.ts';
import { matchesFilter, parseFilter, wordsOf } from '../../../core/common/node-filter.ts';
import type { FilterableNode } from '../../../core/common/node-filter-keys.ts';
import type { FleetNode } from '../../common/fleet-node.ts';

export interface NodeFilter {
  matches(node: FleetNode): boolean;
  /** What is not understood, empty when all is; then everything matches. */
  problem: string;
}

export function compileFilter(text: string): NodeFilter {
  try {
    const terms = parseFilter(text);
    if (terms.length === 0) return { matches: everyNode, problem: '' };
    return { matches: (node) => matchesFilter(terms, toFilterable(node)), problem: '' };
  } catch (error) {
    return { matches: everyNode, problem: toMusterError(error).message };
  }
}

const everyNode = (): boolean => true;

/** Made once a node: a changed node is another object. */
const filterable = new WeakMap<FleetNode, FilterableNode>();

/** By the labels: they are another object whenever a node was sent whole, and the same while only its numbers moved. */
const words = new WeakMap<FleetNode['labels'], { nodeId: string; words: string }>();

function keptWords(node: FleetNode): string {
  const { nodeId, labels } = node;
  const kept = words.get(labels);
  if (kept?.nodeId === nodeId) return kept.words;
  const made = wordsOf(nodeId, node);
  words.set(labels, { nodeId, words: made });
  return made;
}

export function toFilterable(node: FleetNode): FilterableNode {
  let seen = filterable.get(node);
  if (seen === undefined) {
    const { values, spool } = node;
    let summary: FilterableNode['summary'];
    seen = {
      nodeId: node.nodeId,
      state: node.state,
      info: node,
      // Most filters ask for words alone
      get summary() {
        summary ??= values === null ? null : toSummary(values);
        return summary;
      },
      get words() {
        return keptWords(node);
      },
      spool,
      skewUs: node.skewMs * 1000,
      gateway: node.gateway,
      problem: node.problem,
    };
    filterable.set(node, seen);
  }
  return seen;
}

function toSummary(values: NonNullable<FleetNode['values']>): NonNullable<FilterableNode['summary']> {
  return {
    cpuPercent: values.cpuPercent ?? undefined,
    memoryPercent: values.memoryPercent ?? undefined,
    swapPercent: values.swapPercent ?? undefined,
    load1: values.load1 ?? undefined,
    diskPercent: values.diskPercent ?? undefined,
    diskReadBytesPerSecond: values.diskReadBytesPerSecond ?? undefined,
    diskWriteBytesPerSecond: values.diskWriteBytesPerSecond ?? undefined,
    networkRxBytesPerSecond: values.rxBytesPerSecond ?? undefined,
    networkTxBytesPerSecond: values.txBytesPerSecond ?? undefined,
    temperatureCelsius: values.temperatureCelsius ?? undefined,
    processCount: values.processCount ?? undefined,
    uptimeSeconds: values.uptimeSeconds ?? undefined,
    pressurePercent: values.pressurePercent ?? undefined,
  };
}
