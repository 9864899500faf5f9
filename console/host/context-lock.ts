// The lock of a read-only context: refuses what changes something, until a person unlocks it, and locks itself again.
import type { ContextView } from '../../core/common/context-view.ts';
import { MusterError } from '../../core/common/muster-error.ts';
import type { Access } from './request-access.ts';

export const UNLOCKED_MS = 15 * 60_000;

export class ContextLock {
  readonly #context: ContextView;
  readonly #changed: () => void;
  readonly #now: () => number;
  #untilMs = 0;
  #timer: NodeJS.Timeout | undefined;

  /** `changed` is called when it was unlocked or locked again. */
  constructor(context: ContextView, changed: () => void, now: () => number = Date.now) {
    this.#context = context;
    this.#changed = changed;
    this.#now = now;
  }

  /** Until when changes are allowed, Unix ms; 0 while it is locked. */
  get unlockedUntilMs(): number {
    return this.#untilMs > this.#now() ? this.#untilMs : 0;
  }

  /** Throws `permission_denied` where `access` is `write` and the context does not allow it now. */
  check(access: Access, what: string): void {
    if (access === 'read' || !this.#context.readOnly || this.unlockedUntilMs > 0) return;
    throw new MusterError(
      'permission_denied',
      `${what} changes something, and the context ${this.#context.name} is read-only: unlock it for 15 minutes in the rail`,
    );
  }

  /** `confirm` must be the context's name. Throws `invalid_argument` otherwise. */
  unlock(confirm: string): void {
    const { name, readOnly } = this.#context;
    if (!readOnly) throw new MusterError('failed_precondition', `the context ${name} is not read-only: there is nothing to unlock`);
    if (confirm !== name) throw new MusterError('invalid_argument', `to unlock it, type the name of the context, ${name}`);
    this.#untilMs = this.#now() + UNLOCKED_MS;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.lock(), UNLOCKED_MS);
    this.#timer.unref();
    this.#changed();
  }

  /** At once; well where it is locked. */
  lock(): void {
    clearTimeout(this.#timer);
    this.#untilMs = 0;
    this.#changed();
  }
}
