// Nodes that fall silent again and again: told once together, not one by one, until they hold still. Pure: it is told what happens, and when.

/** So many falls within the time below make a node one that flaps. */
const FALLS = 3;
const WITHIN_MS = 30 * 60_000;
/** A node that flapped and then stays silent so long is told after all. */
const STILL_MS = 10 * 60_000;

interface Flapping {
  /** When it changed last. */
  changedMs: number;
  silent: boolean;
}

export class NodeFlaps {
  /** When nodes fell silent lately, oldest first. */
  readonly #falls = new Map<string, number[]>();
  readonly #flapping = new Map<string, Flapping>();

  get size(): number {
    return this.#flapping.size;
  }

  /** The ids of those that flap. */
  ids(): Iterable<string> {
    return this.#flapping.keys();
  }

  has(nodeId: string): boolean {
    return this.#flapping.has(nodeId);
  }

  /** A node fell silent or came back. True where it flaps: nobody is told of this change. */
  changed(nodeId: string, silent: boolean, nowMs: number): boolean {
    if (silent) {
      const falls = [...(this.#falls.get(nodeId) ?? []), nowMs].slice(-FALLS);
      this.#falls.set(nodeId, falls);
      if (falls.length === FALLS && nowMs - falls[0]! < WITHIN_MS) this.#flapping.set(nodeId, { changedMs: nowMs, silent });
    }
    const flapping = this.#flapping.get(nodeId);
    if (flapping !== undefined) Object.assign(flapping, { changedMs: nowMs, silent });
    return flapping !== undefined;
  }

  /** Those that hold still now: they flap no more. Those of them that are silent are to be told. */
  settle(nowMs: number): string[] {
    const silent: string[] = [];
    for (const [nodeId, flapping] of this.#flapping) {
      if (nowMs - flapping.changedMs < (flapping.silent ? STILL_MS : WITHIN_MS)) continue;
      this.remove(nodeId);
      if (flapping.silent) silent.push(nodeId);
    }
    return silent;
  }

  remove(nodeId: string): void {
    this.#falls.delete(nodeId);
    this.#flapping.delete(nodeId);
  }

  clear(): void {
    this.#falls.clear();
    this.#flapping.clear();
  }
}
