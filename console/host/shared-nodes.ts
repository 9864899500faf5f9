// The fleet's nodes for all who want them equally often, by one stream: a second window costs the gateway and this program nothing more, and who
// comes later has at once what the others know.
import type { NodesEvent } from '../common/console-api.ts';
import type { FleetNode } from '../common/fleet-node.ts';

type Listener = (event: NodesEvent) => void;
type Open = (intervalMs: number, listener: Listener) => () => void;

export class SharedNodes {
  readonly #open: Open;
  readonly #steadyMs: () => number;
  readonly #streams = new Map<number, NodeStream>();

  /** `open` begins a stream and returns the end of it; `steadyMs` is a clock that nobody sets. */
  constructor(open: Open, steadyMs: () => number = () => performance.now()) {
    this.#open = open;
    this.#steadyMs = steadyMs;
  }

  /** Returns the end of it; with the last listener the stream ends. */
  subscribe(intervalMs: number, listener: Listener): () => void {
    let stream = this.#streams.get(intervalMs);
    if (stream === undefined) {
      stream = new NodeStream(this.#steadyMs);
      this.#streams.set(intervalMs, stream);
      stream.end = this.#open(intervalMs, stream.receive);
    }
    const joined = stream;
    // One function may listen twice
    const hear: Listener = (event) => listener(event);
    joined.join(hear);
    return () => {
      if (!joined.leave(hear)) return;
      joined.end();
      this.#streams.delete(intervalMs);
    };
  }
}

class NodeStream {
  end: () => void = () => undefined;
  readonly #listeners = new Set<Listener>();
  #nodes = new Map<string, FleetNode>();
  /** The newest event; undefined before the first. */
  #last: NodesEvent | undefined;
  #lastAtMs = 0;
  /** Whether the fleet was received to its end since the answer began. */
  #complete = false;
  /** Says that no states come now; undefined where they do. */
  #interruption: NodesEvent | undefined;
  readonly #steadyMs: () => number;

  constructor(steadyMs: () => number) {
    this.#steadyMs = steadyMs;
  }

  readonly receive = (event: NodesEvent): void => {
    if (event.interrupted !== undefined) {
      this.#interruption = event;
      for (const listener of [...this.#listeners]) listener(event);
      return;
    }
    if (event.complete) this.#interruption = undefined;
    if (event.begins) {
      this.#nodes = new Map();
      this.#complete = false;
    }
    for (const node of event.nodes) this.#nodes.set(node.nodeId, node);
    for (const id of event.removed) this.#nodes.delete(id);
    this.#complete ||= event.complete;
    this.#last = event;
    this.#lastAtMs = this.#steadyMs();
    for (const listener of [...this.#listeners]) listener(event);
  };

  join(listener: Listener): void {
    this.#listeners.add(listener);
    if (this.#last !== undefined) {
      const { asOfMs } = this.#last;
      // Never 0, which would make it news
      const heardMs = Math.max(1, this.#steadyMs() - this.#lastAtMs);
      listener({ begins: true, complete: this.#complete, nodes: [...this.#nodes.values()], removed: [], asOfMs, heardMs });
    }
    if (this.#interruption !== undefined) listener(this.#interruption);
  }

  /** True where nobody is left who was there. */
  leave(listener: Listener): boolean {
    return this.#listeners.delete(listener) && this.#listeners.size === 0;
  }
}
