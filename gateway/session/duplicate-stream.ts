// What to do when a node opens a stream while it has one: a reconnect, a restart, or two machines with one identity. Pure.

/** What is known of the stream that is there. */
export interface OlderStream {
  /** The epochs it carries, each with the number it waits for. */
  epochs: readonly { epoch: Uint8Array; expectedSeq: number }[];
  /** Since anything was heard on it. */
  silentMs: number;
  /** The agent has ended its side. */
  closing: boolean;
}

export interface NewerStream {
  epoch: Uint8Array;
  nextSeq: number;
}

export type DuplicateVerdict = { replace: true; counts: boolean } | { replace: false; reason: string };

/** Agents send something at least every 5 s; a stream silent for longer than this is taken for half-open. */
export const HALF_OPEN_MS = 10_000;
/** So many replacements of streams that were alive, within this time, are two machines taking turns. */
export const TURNS = 3;
export const TURNS_WITHIN_MS = 60_000;

/**
 * The newer stream replaces the older one where that is closing or half-open, and where both have the same epoch: an agent that
 * restarted, or changed its network, is there before the old connection is known to be dead. It is refused as a second machine with
 * the same identity where the older stream is alive and
 * - has another epoch (another spool: two machines have diverged), or
 * - has the same epoch and has brought numbers that the newer spool has not given out yet (a copied spool), or
 * - was already replaced several times while it was alive (`turns`: two copies that keep pushing each other out).
 */
export function judgeDuplicate(older: OlderStream, newer: NewerStream, turns: number): DuplicateVerdict {
  if (older.closing || older.silentMs > HALF_OPEN_MS) return { replace: true, counts: false };
  const same = older.epochs.find(({ epoch }) => Buffer.compare(epoch, newer.epoch) === 0);
  if (same === undefined) return { replace: false, reason: 'its spool is another one' };
  if (newer.nextSeq < same.expectedSeq) {
    return {
      replace: false,
      reason: `its spool is a copy: it goes on at ${newer.nextSeq}, the stream that is open is at ${same.expectedSeq}`,
    };
  }
  if (turns >= TURNS) return { replace: false, reason: `the two have taken turns ${turns} times within ${TURNS_WITHIN_MS / 1000} s` };
  return { replace: true, counts: true };
}
