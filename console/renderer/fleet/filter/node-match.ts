// The fleet's filter language over the console's own nodes.
import { toMusterError } from '../../../../core/common/muster-error.ts';
import { matchesFilter, parseFilter, wordsOf } from '../../../../core/common/node-filter.ts';
import type { FilterableNode } from '../../../../core/common/node-filter-keys.ts';
import type { FleetNode, NodeValues } from '../../../common/fleet-node.ts';

export interface NodeFilter {
  matches(node: FleetNode): boolean;
  /** What is not understood, empty when all is; then nothing matches: which nodes were meant is not known. */
  problem: string;
}

export function compileFilter(text: string): NodeFilter {
  try {
    const terms = parseFilter(text);
    if (terms.length === 0) return { matches: every(true), problem: '' };
    return { matches: (node) => matchesFilter(terms, toFilterable(node)), problem: '' };
  } catch (error) {
    return { matches: every(false), problem: toMusterError(error).message };
  }
}

/** A new test each time, as each has its own tally. */
const every = (is: boolean) => (): boolean => is;

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
    const { nodeId, kind, state, values, spool, skewMs, gateway, problem } = node;
    seen = {
      nodeId,
      kind,
      state,
      info: node,
      spool,
      skewUs: skewMs * 1000,
      gateway,
      problem,
      summary: values && toSummary(values),
      get words() {
        return keptWords(node);
      },
    };
    filterable.set(node, seen);
  }
  return seen;
}

function toSummary(values: NodeValues): NonNullable<FilterableNode['summary']> {
  return { ...values, networkRxBytesPerSecond: values.rxBytesPerSecond, networkTxBytesPerSecond: values.txBytesPerSecond };
}
