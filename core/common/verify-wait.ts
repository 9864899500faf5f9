// How long a proof from the ledger may take: one rule for the gateway, the command and the console, so that nobody gives up before the one it asks.
import { MusterError } from './muster-error.ts';

/** For what is in flight, where nothing is said. */
export const DEFAULT_VERIFY_WAIT_MS = 10_000;
export const MAX_VERIFY_WAIT_MS = 300_000;
/** Of a whole answer beside that wait. */
export const VERIFY_LOOK_MS = 100_000;
/** By which each that waits is more patient than the one it asks: that one's words are better than a deadline's. */
const GRACE_MS = 10_000;

/** Throws `invalid_argument` where a caller wants to wait for longer than the gateway does. */
export function assertVerifyWait(waitMs: number): void {
  if (waitMs > MAX_VERIFY_WAIT_MS) throw new MusterError('invalid_argument', `wait_ms is ${waitMs}: at most ${MAX_VERIFY_WAIT_MS}`);
}

/** How long the gateway takes at most, others who ask before included. */
export function verifyAnswerMs(waitMs: number): number {
  return (waitMs || DEFAULT_VERIFY_WAIT_MS) + VERIFY_LOOK_MS + GRACE_MS;
}

/** How long whoever asks the gateway waits. */
export function verifyCallMs(waitMs: number): number {
  return verifyAnswerMs(waitMs) + GRACE_MS;
}

/** How long a page waits for the host that asks the gateway. */
export function verifyPageMs(waitMs: number): number {
  return verifyCallMs(waitMs) + GRACE_MS;
}
