// What is known of the attempts to send a batch: how often, and what held it back. In memory, for what was in flight: a restart counts anew.

export interface BatchAttempts {
  attempts: number;
  lastError: string;
}

/** A batch by its epoch (hex) and number. */
export interface BatchKey {
  epoch: string;
  seq: number;
}

const toKey = ({ epoch, seq }: BatchKey): string => `${epoch}/${seq}`;

export class Attempts {
  #known = new Map<string, BatchAttempts>();
  /** The highest number sent, by epoch. */
  readonly #sent = new Map<string, number>();
  #retries = 0;

  /** Batches sent more than once. */
  get retries(): number {
    return this.#retries;
  }

  sent({ epoch, seq }: BatchKey): void {
    if (seq <= (this.#sent.get(epoch) ?? 0)) {
      this.#retries++;
      return;
    }
    this.#sent.delete(epoch);
    this.#sent.set(epoch, seq);
    if (this.#sent.size > 16) this.#sent.delete(this.#sent.keys().next().value as string);
  }

  /** A stream ended with these unsettled. */
  failed(inFlight: readonly BatchKey[], error: string): void {
    this.#known = new Map(
      inFlight.map((batch) => [toKey(batch), { attempts: (this.#known.get(toKey(batch))?.attempts ?? 0) + 1, lastError: error }]),
    );
  }

  of(batch: BatchKey): BatchAttempts | undefined {
    return this.#known.get(toKey(batch));
  }
}
