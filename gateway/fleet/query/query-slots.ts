// How many queries run at once, of all callers and of each token, so that no caller takes the database from the others.
import { MusterError } from '../../../core/common/muster-error.ts';

export interface QuerySlotsOptions {
  /** Of all tokens together. */
  total: number;
  ofToken: number;
  /** How many more of one token may wait for their turn. */
  waitingOfToken: number;
}

interface Waiting {
  tokenId: string;
  begin(): void;
}

export class QuerySlots {
  readonly #options: QuerySlotsOptions;
  readonly #running = new Map<string, number>();
  /** In the order they came. */
  readonly #waiting = new Set<Waiting>();
  #total = 0;

  constructor(options: QuerySlotsOptions) {
    this.#options = options;
  }

  /**
   * Resolves with what gives the slot back, once it is the caller's turn. Rejects with the reason of the signal, or at once with
   * `resource_exhausted` where too many of the token wait.
   */
  async take(tokenId: string, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#mayRun(tokenId)) this.#enter(tokenId);
    else await this.#turn(tokenId, signal);
    let held = true;
    return () => {
      if (held) this.#giveBack(tokenId);
      held = false;
    };
  }

  #mayRun(tokenId: string): boolean {
    return this.#total < this.#options.total && (this.#running.get(tokenId) ?? 0) < this.#options.ofToken;
  }

  #enter(tokenId: string): void {
    this.#total++;
    this.#running.set(tokenId, (this.#running.get(tokenId) ?? 0) + 1);
  }

  /** Resolves once the slot is the caller's. */
  #turn(tokenId: string, signal: AbortSignal): Promise<void> {
    const { ofToken, waitingOfToken } = this.#options;
    const before = [...this.#waiting].filter((each) => each.tokenId === tokenId).length;
    if (before >= waitingOfToken) {
      const words = `${before} queries of this token wait while ${ofToken} run at a time: ask again when some have ended`;
      throw new MusterError('resource_exhausted', words);
    }
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#waiting.delete(waiting);
        signal.removeEventListener('abort', onAbort);
      };
      const onAbort = (): void => {
        leave();
        reject(signal.reason);
      };
      const begin = (): void => {
        leave();
        this.#enter(tokenId);
        resolve();
      };
      const waiting = { tokenId, begin };
      this.#waiting.add(waiting);
      signal.addEventListener('abort', onAbort);
    });
  }

  #giveBack(tokenId: string): void {
    this.#total--;
    const left = (this.#running.get(tokenId) ?? 1) - 1;
    if (left === 0) this.#running.delete(tokenId);
    else this.#running.set(tokenId, left);
    for (const waiting of this.#waiting) {
      if (!this.#mayRun(waiting.tokenId)) continue;
      waiting.begin();
      return;
    }
  }
}
