// When a query is over: at its time limit, when its caller goes or takes nothing, or when it has answered. Whatever ends it, what it holds is
// given back at that moment, and not when its caller comes for the next frame.
import { MusterError } from '../../../core/common/muster-error.ts';

/** What a query must know of who asks. */
export interface QueryCaller {
  readonly tokenId: string;
  /** Ends the call at once, though its caller takes nothing. */
  end?(error: MusterError): void;
}

export interface QueryEndOptions {
  timeoutMs: number;
  maxTimeoutMs: number;
  /** Aborted when the caller is gone. */
  signal: AbortSignal;
  caller: QueryCaller;
}

/** A caller that takes nothing for so long loses its query: a connection to the database is not for sleeping. */
export const STALLED_MS = 5000;

export class QueryEnd {
  readonly #options: QueryEndOptions;
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #stall: NodeJS.Timeout | undefined;
  #held: ((reusable: boolean) => void)[] = [];
  #over = false;
  #waits = true;

  constructor(options: QueryEndOptions) {
    this.#options = options;
    this.#timer = setTimeout(() => this.fail(this.#tooLate()), options.timeoutMs);
    options.signal.addEventListener('abort', this.#onAbort);
    if (options.signal.aborted) this.#onAbort();
  }

  /** Aborted, with the error as its reason, when the query fails. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Called once, latest first, when the query is over. `reusable` where it ended in order. */
  holds(release: (reusable: boolean) => void): void {
    if (this.#over) release(false);
    else this.#held.push(release);
  }

  /** It has its turn. */
  begins(): void {
    this.#waits = false;
  }

  /** Between these two the caller has a frame to take. */
  offers(): void {
    const words = `the caller took nothing for ${STALLED_MS / 1000} s, which a query does not wait for: read faster, or ask for fewer rows`;
    this.#stall = setTimeout(() => this.fail(new MusterError('deadline_exceeded', words)), STALLED_MS);
  }

  taken(): void {
    clearTimeout(this.#stall);
  }

  fail(error: MusterError): void {
    if (this.#over) return;
    this.finish();
    this.#controller.abort(error);
    this.#options.caller.end?.(error);
  }

  /** Gives back what it holds; the time limit goes on, for what is still to be taken. `reusable` where the answer is whole. */
  giveBack(reusable: boolean): void {
    const held = this.#held.reverse();
    this.#held = [];
    for (const release of held) release(reusable);
  }

  /** Harmless to repeat, and after a failure. */
  finish(): void {
    this.#over = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#stall);
    this.#options.signal.removeEventListener('abort', this.#onAbort);
    this.giveBack(false);
  }

  readonly #onAbort = (): void => this.fail(new MusterError('cancelled', 'the query was cancelled by the caller'));

  #tooLate(): MusterError {
    const { timeoutMs, maxTimeoutMs } = this.#options;
    if (this.#waits) {
      const words = `the query had no turn within ${timeoutMs} ms, as others of this token or many of other tokens run: ask again later`;
      return new MusterError('resource_exhausted', words);
    }
    const more = timeoutMs < maxTimeoutMs ? `, or allow more with timeout_ms (at most ${maxTimeoutMs})` : '';
    const words = `the query took longer than ${timeoutMs} ms: ask for less${more}`;
    return new MusterError('deadline_exceeded', words);
  }
}
