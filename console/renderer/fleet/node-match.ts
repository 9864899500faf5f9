// The fleet's filter language over the console's own nodes.
import { toMusterError } from '../../../core/common/muster-error.ts';
import { matchesFilter, parseFilter, wordsOf } from '../../../core/common/node-filter.ts';
import type { FilterableNode } from '../../../core/common/node-filter-keys.ts';
import type { FleetNode, NodeValues } from '../../common/fleet-node.ts';

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
    const { nodeId, state, values, spool, skewMs, gateway, problem } = node;
    seen = {
      nodeId,
      state,
      info: node,
      spool,
      skewUs: skewMs * 1000,
      gateway,
      problem,
      summary: values === null ? null : new Summary(values),
      get words() {
        return keptWords(node);
      },
    };
    filterable.set(node, seen);
  }
  return seen;
}

/** Reads what is asked for: a filter asks each of ten thousand nodes for one value or two. */
class Summary implements NonNullable<FilterableNode['summary']> {
  readonly #values: NodeValues;

  constructor(values: NodeValues) {
    this.#values = values;
  }

  get cpuPercent(): number | undefined {
    return this.#values.cpuPercent ?? undefined;
  }
  get memoryPercent(): number | undefined {
    return this.#values.memoryPercent ?? undefined;
  }
  get swapPercent(): number | undefined {
    return this.#values.swapPercent ?? undefined;
  }
  get load1(): number | undefined {
    return this.#values.load1 ?? undefined;
  }
  get diskPercent(): number | undefined {
    return this.#values.diskPercent ?? undefined;
  }
  get diskReadBytesPerSecond(): number | undefined {
    return this.#values.diskReadBytesPerSecond ?? undefined;
  }
  get diskWriteBytesPerSecond(): number | undefined {
    return this.#values.diskWriteBytesPerSecond ?? undefined;
  }
  get networkRxBytesPerSecond(): number | undefined {
    return this.#values.rxBytesPerSecond ?? undefined;
  }
  get networkTxBytesPerSecond(): number | undefined {
    return this.#values.txBytesPerSecond ?? undefined;
  }
  get temperatureCelsius(): number | undefined {
    return this.#values.temperatureCelsius ?? undefined;
  }
  get processCount(): number | undefined {
    return this.#values.processCount ?? undefined;
  }
  get uptimeSeconds(): number | undefined {
    return this.#values.uptimeSeconds ?? undefined;
  }
  get pressurePercent(): number | undefined {
    return this.#values.pressurePercent ?? undefined;
  }
}
