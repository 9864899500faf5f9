// The one rule by which every program ends. Loads nothing: an agent asks it too.
import type { MusterErrorCode } from '../common/muster-error.ts';

/** 0 went well · 1 it says no (loss found, not ready, refused) · 2 wrong usage or configuration · 69 a peer cannot be reached. */
export const EXIT = { ok: 0, failure: 1, usage: 2, unavailable: 69 } as const;

const EXIT_OF: Partial<Record<MusterErrorCode, number>> = {
  invalid_argument: EXIT.usage,
  invalid_config: EXIT.usage,
  unavailable: EXIT.unavailable,
  deadline_exceeded: EXIT.unavailable,
  resource_exhausted: EXIT.unavailable,
  missing_runtime: EXIT.unavailable,
};

/**
 * The exit code for what was thrown. `serving`: by a program that was to run until it is stopped. Where its place is taken (`already_exists`)
 * it ends with 2 as well, by which service managers know not to start it again.
 */
export function exitCodeOf(thrown: unknown, serving = false): number {
  const { code } = (thrown ?? {}) as { code?: unknown };
  if (serving && code === 'already_exists') return EXIT.usage;
  return EXIT_OF[code as MusterErrorCode] ?? EXIT.failure;
}
