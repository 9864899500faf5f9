// Up to which number each epoch of a node was acknowledged, as far as this gateway knows: from its own streams, from what other gateways
// and the agents say, and from the ledger. In memory; nothing is written per acknowledgement.

/** Epochs of one node that are remembered, the newest said last: a disk that is restored may bring back one before the last. */
const EPOCHS_A_NODE = 8;

export class UsedNumbers {
  /** Node id → epoch (hex) → number. */
  readonly #nodes = new Map<string, Map<string, number>>();
  readonly #listeners = new Set<() => void>();

  /** All numbers of the epoch up to `seq` were used. A lower one than is known changes nothing. */
  note(nodeId: string, epoch: string, seq: number): void {
    if (!(seq > 0) || epoch === '') return;
    let epochs = this.#nodes.get(nodeId);
    if (epochs === undefined) {
      epochs = new Map();
      this.#nodes.set(nodeId, epochs);
    }
    const known = epochs.get(epoch);
    if (known !== undefined && known >= seq) return;
    epochs.set(epoch, seq);
    if (epochs.size > EPOCHS_A_NODE) {
      const [oldest = ''] = epochs.keys();
      epochs.delete(oldest);
    }
  }

  /** 0 where nothing is known. */
  highest(nodeId: string, epoch: string): number {
    return this.#nodes.get(nodeId)?.get(epoch) ?? 0;
  }

  /** Called after much was noted at once, such as the ledger; returns what ends it. */
  onLearned(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  learned(): void {
    for (const listener of this.#listeners) listener();
  }
}
