// What to do when a node opens a stream while it has one: a reconnect, a restart, or two machines with one identity. Pure.

/** What is known of the stream that is there. */
export interface OlderStream {
  /** The epochs it carries, each with the number it waits for. */
  epochs: readonly { epoch: Uint8Array; expectedSeq: number }[];
  /** Since anything was heard on it. */
  silentMs: number;
  /** The agent has ended its side. */
  closing: boolean;
  /** How often its agent is heard at the least. */
  beatMs: number;
  /** Which process of an agent it is of; empty where that was not said. */
  instance: string;
}

export interface NewerStream {
  epoch: Uint8Array;
  nextSeq: number;
  instance: string;
}

export type DuplicateVerdict = { replace: true; counts: boolean } | { replace: false; reason: string };

/** A stream that was silent for so many beats is taken for half-open. */
export const HALF_OPEN_BEATS = 2;
/**
 * So many replacements of streams that were alive, within this time, are two machines taking turns: twins push each other out each second, a
 * network that comes and goes reopens a stream each five seconds at most.
 */
export const TURNS = 20;
export const TURNS_WITHIN_MS = 60_000;

/**
 * The newer stream replaces the older one where that is closing or half-open, and where both say which process they are of: whether two
 * processes take turns is for `claimStream` to tell, across gateways. Of agents that do not say it, one that restarted or changed its network
 * is there before the old connection is known to be dead, with the same epoch. It is refused as a second machine with the same identity where
 * the older stream is alive and
 * - has another epoch (another spool: two machines have diverged), or
 * - has the same epoch and has brought numbers that the newer spool has not given out yet (a copied spool), or
 * - was already replaced several times while it was alive (`turns`: two copies that keep pushing each other out).
 */
export function judgeDuplicate(older: OlderStream, newer: NewerStream, turns: number): DuplicateVerdict {
  if (older.closing || older.silentMs > HALF_OPEN_BEATS * older.beatMs) return { replace: true, counts: false };
  const known = older.instance !== '' && newer.instance !== '';
  if (known && older.instance !== newer.instance) return { replace: true, counts: false };
  // One process, whatever its spool has become.
  if (known) return judgeTurns(turns);
  const same = older.epochs.find(({ epoch }) => Buffer.compare(epoch, newer.epoch) === 0);
  if (same === undefined) return { replace: false, reason: 'its spool is another one' };
  if (newer.nextSeq < same.expectedSeq) {
    return {
      replace: false,
      reason: `its spool is a copy: it goes on at ${newer.nextSeq}, the stream that is open is at ${same.expectedSeq}`,
    };
  }
  return judgeTurns(turns);
}

function judgeTurns(turns: number): DuplicateVerdict {
  if (turns < TURNS) return { replace: true, counts: true };
  return { replace: false, reason: `the two have taken turns ${turns} times within ${TURNS_WITHIN_MS / 1000} s` };
}
