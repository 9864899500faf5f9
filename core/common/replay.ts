// A dead letter that is sent on its way again: what tells the ETL which letter it was, and what that letter had been set aside for.
import { doorEpoch, doorOf } from './door-epoch.ts';

/** One time that something was set aside. */
export interface DeadLetterLife {
  /** Of the letter in the dead-letter stream. */
  id: number;
  /** Unix ms. */
  timeMs: number;
  reason: string;
  detail: string;
}

/** By the id of the letter that was replayed, its lives up to then, oldest first. */
export type ReplayHistories = Readonly<Record<string, readonly DeadLetterLife[]>>;

/** Header of a message that replays letters: `ReplayHistories` as JSON in ASCII. With the message, it cannot be lost on the way. */
export const REPLAY_HEADER = 'Muster-Replay';

/** Of a letter that is replayed over and over, the first life and the newest are kept. */
const MAX_LIVES = 20;
const MAX_DETAIL = 300;

/**
 * The epoch of a replayed letter: its id, and four bytes of a digest of what is sent. The same letter sent twice with the same content is
 * the same batch, stored once.
 */
export function replayEpoch(letterId: number, digest: Uint8Array): Uint8Array {
  const rest = new Uint8Array(12);
  new DataView(rest.buffer).setBigUint64(0, BigInt(letterId));
  rest.set(digest.subarray(0, 4), 8);
  return doorEpoch('replay', rest);
}

/** Id of the letter whose replay has this epoch (hexadecimal); undefined for all others. */
export function replayedLetter(epochHex: string): number | undefined {
  return doorOf(epochHex) === 'replay' ? Number.parseInt(epochHex.slice(8, 24), 16) : undefined;
}

export function withLife(history: readonly DeadLetterLife[], life: DeadLetterLife): DeadLetterLife[] {
  const lives = [...history, { ...life, detail: life.detail.slice(0, MAX_DETAIL) }];
  return lives.length <= MAX_LIVES ? lives : [lives[0] as DeadLetterLife, ...lives.slice(1 - MAX_LIVES)];
}

export function encodeHistories(histories: ReplayHistories): string {
  // A header is a line; what is beyond ASCII stands as JSON's escapes.
  return JSON.stringify(histories).replace(/[\u007f-\uffff]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Empty for what is none of ours: a letter without its history is still a letter. */
export function decodeHistories(header: string): ReplayHistories {
  try {
    const value: unknown = JSON.parse(header);
    if (typeof value !== 'object' || value === null) return {};
    return Object.fromEntries(Object.entries(value).map(([id, lives]) => [id, toLives(lives)]));
  } catch {
    return {};
  }
}

/** What of a value is a list of lives. */
export function toLives(value: unknown): DeadLetterLife[] {
  return Array.isArray(value) ? value.filter(isLife) : [];
}

function isLife(value: unknown): value is DeadLetterLife {
  const life = value as Partial<DeadLetterLife> | null;
  return (
    typeof life?.id === 'number' && typeof life.timeMs === 'number' && typeof life.reason === 'string' && typeof life.detail === 'string'
  );
}
