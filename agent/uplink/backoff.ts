// How long to wait before the next attempt: longer each time, and at random within that, so that a fleet does not come back at once.
import { MusterError } from '../../core/common/muster-error.ts';

/** Milliseconds; the last step stays for a while. */
export const RETRY_STEPS: readonly number[] = [1000, 2000, 5000, 10_000];

/**
 * What kind of failure a gRPC status is. `retry`: it heals by itself, or by whoever looks after the gateway. `operator`: it needs a change to
 * this node or to what the fleet knows of it, so asking each second is of no use. (What is refused for good is a single batch, by its answer.)
 */
export type FailureClass = 'retry' | 'operator';

/** INVALID_ARGUMENT, ALREADY_EXISTS, PERMISSION_DENIED, UNAUTHENTICATED. */
const NEEDS_OPERATOR: ReadonlySet<number | undefined> = new Set([3, 6, 7, 16]);

export function classOf(status: number | undefined): FailureClass {
  return NEEDS_OPERATOR.has(status) ? 'operator' : 'retry';
}

/** Of whatever an attempt threw: grpc-js's ServiceError, or an error of ours. */
export function classOfError(error: unknown): FailureClass {
  if (error instanceof MusterError) return error.retryable ? 'retry' : 'operator';
  const { code } = (error ?? {}) as { code?: unknown };
  return classOf(typeof code === 'number' ? code : undefined);
}

/** Attempts at the last step before its ceiling doubles: about a minute at 10 s. */
const PATIENCE = 12;
/** 50,000 agents that none lets in then make 1,700 attempts a second on average, not 10,000, and a gateway gets ahead of them. */
const HIGHEST_MS = 60_000;

/** Full jitter (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/). */
export class Backoff {
  readonly #random: () => number;
  readonly #steps: readonly number[];
  #step = 0;
  /** Attempts at the last step. */
  #last = 0;

  constructor(steps: readonly number[] = RETRY_STEPS, random: () => number = Math.random) {
    this.#steps = steps.length === 0 ? RETRY_STEPS : steps;
    this.#random = random;
  }

  /** Milliseconds to wait now. */
  next(): number {
    const step = this.#steps[this.#step]!;
    if (this.#step < this.#steps.length - 1) {
      this.#step++;
      return this.#random() * step;
    }
    const doubled = step * 2 ** Math.min(8, Math.floor(this.#last / PATIENCE));
    this.#last++;
    return this.#random() * Math.max(step, Math.min(HIGHEST_MS, doubled));
  }

  /** The next failure is not one that waiting a second can heal. */
  raise(): void {
    this.#step = this.#steps.length - 1;
  }

  /** It worked. */
  reset(): void {
    this.#step = 0;
    this.#last = 0;
  }
}
