// Which gateways are known to run: a gateway that was killed says nothing, and the streams that it held stand in the bucket as before.

/** As far as it matters here; `NodeRecord` has it. */
interface HeldNode {
  gateway: string;
  provenMs: number;
}

/** A sign older than this says nothing of now. */
const SIGN_MS = 2000;
/** So long a look at all nodes is good: thousands become late at once. */
const LOOK_MS = 500;

export class GatewaySigns {
  readonly #own: string;
  readonly #nodes: () => Iterable<HeldNode>;
  #lookedMs = Number.NEGATIVE_INFINITY;
  #newest = new Map<string, number>();

  constructor(own: string, nodes: () => Iterable<HeldNode>) {
    this.#own = own;
    this.#nodes = nodes;
  }

  /** True where this is it, or any node whose stream it holds was heard just now. */
  isHeard(gateway: string, nowMs: number): boolean {
    if (gateway === this.#own) return true;
    if (Math.abs(nowMs - this.#lookedMs) >= LOOK_MS) {
      this.#lookedMs = nowMs;
      this.#newest = new Map();
      for (const node of this.#nodes()) {
        if (node.provenMs > (this.#newest.get(node.gateway) ?? 0)) this.#newest.set(node.gateway, node.provenMs);
      }
    }
    return nowMs - (this.#newest.get(gateway) ?? 0) <= SIGN_MS;
  }
}
