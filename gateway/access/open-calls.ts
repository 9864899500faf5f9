// The calls that are open under tokens: each has a signal that fires when its token ends, whether or not a message passes.
import { MusterError } from '../../core/common/muster-error.ts';
import type { Caller } from './caller.ts';
import type { Invalid } from './token-record.ts';

/** That a call may go on. Whoever holds one releases it when the call ends. */
export interface Grant {
  readonly caller: Caller;
  /** Aborted when the token ends, with an `unauthenticated` error as the reason. */
  readonly signal: AbortSignal;
  release(): void;
}

/** Why a token that held does so no more. */
export type Ended = Invalid | 'unreadable';

export interface OpenCallsOptions {
  /** Why a token does not hold any more, undefined while it does. */
  whyEnded(tokenId: string): Ended | undefined;
}

/** Nothing more than is known: a token that went with its bucket, or that nobody can read, was not revoked. */
const HOW: Partial<Record<Ended, string>> = {
  revoked: 'was revoked',
  expired: 'expired',
  unreadable: 'could not be read any more',
  unknown: 'was not known any more',
};

/** How soon an expiry is seen at the latest; a revocation is told at once. */
const LOOK_MS = 1000;

export class OpenCalls {
  readonly #options: OpenCallsOptions;
  readonly #calls = new Map<string, Map<AbortController, Caller>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: OpenCallsOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => this.look(), LOOK_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#calls.clear();
  }

  /** How many calls are open. */
  get size(): number {
    let size = 0;
    for (const calls of this.#calls.values()) size += calls.size;
    return size;
  }

  hold(caller: Caller): Grant {
    const controller = new AbortController();
    const calls = this.#calls.get(caller.tokenId) ?? new Map<AbortController, Caller>();
    this.#calls.set(caller.tokenId, calls.set(controller, caller));
    return {
      caller,
      signal: controller.signal,
      release: () => {
        calls.delete(controller);
        if (calls.size === 0 && this.#calls.get(caller.tokenId) === calls) this.#calls.delete(caller.tokenId);
      },
    };
  }

  /** Ends the calls of every token that does not hold any more. */
  look(): void {
    for (const tokenId of this.#calls.keys()) this.lookAt(tokenId);
  }

  /** Ends the calls of this token, where it does not hold any more. */
  lookAt(tokenId: string): void {
    const calls = this.#calls.get(tokenId);
    const reason = calls === undefined ? undefined : this.#options.whyEnded(tokenId);
    if (calls === undefined || reason === undefined) return;
    this.#calls.delete(tokenId);
    for (const [controller, { name }] of calls) {
      const words = `the token ${name} ${HOW[reason] ?? 'does not hold any more'} while the call was open: make another with \`muster token create\``;
      controller.abort(new MusterError('unauthenticated', words));
    }
  }
}

/** What `work` answers; rejects at once where the token ends before. Releases the grant. */
export async function whileGranted<T>(grant: Grant, work: () => Promise<T> | T): Promise<T> {
  let onEnd = (): void => undefined;
  const ended = new Promise<never>((_, reject) => {
    onEnd = () => reject(grant.signal.reason);
    grant.signal.addEventListener('abort', onEnd);
    if (grant.signal.aborted) onEnd();
  });
  try {
    return await Promise.race([work(), ended]);
  } finally {
    grant.signal.removeEventListener('abort', onEnd);
    grant.release();
  }
}
