// Events on their way to the stream: in their order, one portion at a time with a pause between, and no more waiting than memory may hold.
import type { FleetEvent } from '../../core/common/frame.ts';
import { MusterError, toMusterError } from '../../core/common/muster-error.ts';
import { fault } from '../../core/node/faults.ts';

export interface EventQueueOptions {
  deliver(events: readonly FleetEvent[]): Promise<void>;
  /** False while they wait. */
  mayDeliver(): boolean;
  /** What waited is gone: there was too much of it, or the stream refused a portion. */
  onLost(error: Error): void;
}

/** 10,000 nodes that fall silent at once are written within five seconds, beside what they and others send. */
export const PORTION = 500;
const PAUSE_MS = 250;
/** A change of each of as many nodes as a fleet may have by default. */
export const MOST_WAITING = 100_000;

export class EventQueue {
  readonly #options: EventQueueOptions;
  #waiting: FleetEvent[] = [];
  #delivering = false;
  #deliveringSinceMs = 0;
  #timer: NodeJS.Timeout | undefined;
  /** Counts how often it was cleared: what was on its way then is nobody's. */
  #round = 0;
  #onDrained: (() => void) | undefined;

  constructor(options: EventQueueOptions) {
    this.#options = options;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** For how long the stream has not taken a portion, ms; 0 where none is on its way. */
  get untakenMs(): number {
    return this.#delivering ? performance.now() - this.#deliveringSinceMs : 0;
  }

  add(events: readonly FleetEvent[]): void {
    if (this.#waiting.length + events.length > MOST_WAITING) {
      this.clear();
      this.#options.onLost(new MusterError('limit_exceeded', `more than ${MOST_WAITING} changes of state wait for the stream`));
      return;
    }
    this.#waiting.push(...events);
    this.#later(0);
  }

  clear(): void {
    this.#round++;
    this.#waiting = [];
    this.#delivering = false;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#onDrained?.();
  }

  /** Resolves when nothing waits any more, or when the time is over. */
  async drained(withinMs: number): Promise<void> {
    if (this.#waiting.length === 0 && !this.#delivering) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, withinMs);
      this.#onDrained = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#onDrained = undefined;
  }

  #later(ms: number): void {
    if (this.#delivering || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#options.mayDeliver()) this.#next().catch(fault);
      else this.#later(PAUSE_MS);
    }, ms);
  }

  async #next(): Promise<void> {
    if (this.#waiting.length === 0) return;
    const round = this.#round;
    this.#delivering = true;
    this.#deliveringSinceMs = performance.now();
    try {
      await this.#options.deliver(this.#waiting.splice(0, PORTION));
    } catch (error) {
      if (round !== this.#round) return;
      this.clear();
      this.#options.onLost(toMusterError(error));
      return;
    }
    if (round !== this.#round) return;
    this.#delivering = false;
    if (this.#waiting.length === 0) this.#onDrained?.();
    else this.#later(PAUSE_MS);
  }
}
