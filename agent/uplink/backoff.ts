// How long to wait before the next attempt: longer each time, and at random within that, so that a fleet does not come back at once.
import { MusterError } from '../../core/common/muster-error.ts';

/** Milliseconds; the last step stays. */
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

/** Full jitter (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/). */
export class Backoff {
  readonly #random: () => number;
  readonly #steps: readonly number[];
  #step = 0;

  constructor(steps: readonly number[] = RETRY_STEPS, random: () => number = Math.random) {
    this.#steps = steps.length === 0 ? RETRY_STEPS : steps;
    this.#random = random;
  }

  /** Milliseconds to wait now. */
  next(): number {
    const ceiling = this.#steps[this.#step] as number;
    this.#step = Math.min(this.#steps.length - 1, this.#step + 1);
    return this.#random() * ceiling;
  }

  /** The next failure is not one that waiting a second can heal. */
  raise(): void {
    this.#step = this.#steps.length - 1;
  }

  /** It worked. */
  reset(): void {
    this.#step = 0;
  }
}
