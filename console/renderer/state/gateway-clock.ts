// The gateway's clock as this page knows it: its last word goes on by the page's own clock. One word that waited somewhere turns nothing back.
import type { NodesEvent } from '../../common/console-api.ts';

/** Words that count; the median of so many needs five that agree to move. */
const MAX_OFFSETS = 9;

export class GatewayClock {
  /** Gateway's time minus this page's, of what came straight from the gateway; newest last. */
  #offsets: number[] = [];
  #offsetMs = 0;

  now(): number {
    return Date.now() + this.#offsetMs;
  }

  /** What a host only repeats counts while there is nothing better, with the time that has gone by since. */
  hear({ asOfMs, heardMs }: Pick<NodesEvent, 'asOfMs' | 'heardMs'>): void {
    const offsetMs = asOfMs + heardMs - Date.now();
    if (heardMs > 0) {
      if (this.#offsets.length === 0) this.#offsetMs = offsetMs;
      return;
    }
    this.#offsets = [...this.#offsets, offsetMs].slice(-MAX_OFFSETS);
    const sorted = [...this.#offsets].sort((a, b) => a - b);
    this.#offsetMs = sorted[sorted.length >> 1]!;
  }
}
