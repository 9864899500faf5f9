// Rows and batches that were set aside: as pages see them, what pages may ask of them, and what such a request may be given.
import { MusterError } from '../../core/common/muster-error.ts';
import { type Fields, integer, integers, MAX_NAME_LENGTH, show, text } from './argument-fields.ts';

const MAX_LETTERS = 10_000;
const MAX_ROW_LENGTH = 256 * 1024;
/** Ten thousand are changed one by one. */
const CHANGE_WITHIN_MS = 70_000;

export interface DeadLetterLifeView {
  id: number;
  timeMs: number | null;
  reason: string;
  detail: string;
}

export interface DeadLetterView {
  id: number;
  timeMs: number | null;
  nodeId: string;
  /** A bounded word. */
  reason: string;
  /** One sentence. */
  detail: string;
  measurement: string;
  /** The row as JSON; empty where it could not be decoded. */
  row: string;
  /** What of the bytes can be read, where there is no row. */
  decoded: string;
  /** Of the bytes. */
  rawBytes: number;
  epoch: string;
  seq: number;
  tags: readonly string[];
  textFields: readonly string[];
  /** What it was set aside for before, oldest first. */
  history: readonly DeadLetterLifeView[];
}

export interface DeadLetterList {
  letters: readonly DeadLetterView[];
  /** All there are, by reason. */
  byReason: Readonly<Record<string, number>>;
  /** 0 where this was the last page. */
  nextBeforeId: number;
}

/** What a change is for: these letters, or those of a reason up to the newest one that the operator has seen. Nothing left out means all. */
export type ChosenLetters = { ids: readonly number[] } | { reason: string; upToId: number };

export interface ReplayAnswer {
  replayed: number;
  /** Why some could not be, a sentence each. */
  problems: readonly string[];
}

export interface DeadLetterRequests {
  /** Newest first; `beforeId` reads on where a page ended, 0 begins. An empty reason means all. */
  listDeadLetters: { arguments: { reason: string; limit: number; beforeId: number }; result: DeadLetterList };
  /** One with its bytes decoded as far as they can be. */
  getDeadLetter: { arguments: { id: number }; result: DeadLetterView };
  /** `editedRow` and `measurement` are for a single letter; empty means as it is. */
  replayDeadLetters: { arguments: { chosen: ChosenLetters; editedRow: string; measurement: string }; result: ReplayAnswer };
  discardDeadLetters: { arguments: { chosen: ChosenLetters }; result: { discarded: number } };
}

export const DEAD_LETTER_ARGUMENTS: { [K in keyof DeadLetterRequests]: (fields: Fields) => DeadLetterRequests[K]['arguments'] } = {
  listDeadLetters: (fields) => ({
    reason: text(fields, 'reason', 0, 64),
    limit: integer(fields, 'limit', 1, 1000),
    beforeId: integer(fields, 'beforeId', 0, Number.MAX_SAFE_INTEGER),
  }),
  getDeadLetter: (fields) => ({ id: integer(fields, 'id', 1, Number.MAX_SAFE_INTEGER) }),
  replayDeadLetters: (fields) => ({
    chosen: chosenLetters(fields['chosen']),
    editedRow: text(fields, 'editedRow', 0, MAX_ROW_LENGTH),
    measurement: text(fields, 'measurement', 0, MAX_NAME_LENGTH),
  }),
  discardDeadLetters: (fields) => ({ chosen: chosenLetters(fields['chosen']) }),
};

/** How long a page waits for those that take longer than others. */
export const DEAD_LETTER_DEADLINES = {
  replayDeadLetters: (): number => CHANGE_WITHIN_MS,
  discardDeadLetters: (): number => CHANGE_WITHIN_MS,
};

/** One choice, whole: ids, or a reason with where it ends. */
function chosenLetters(given: unknown): ChosenLetters {
  const fields = typeof given === 'object' && given !== null && !Array.isArray(given) ? (given as Fields) : {};
  const byId = 'ids' in fields;
  if (byId === ('reason' in fields || 'upToId' in fields)) {
    throw new MusterError('invalid_argument', `chosen is ${show(given)}: it must be ids, or a reason with upToId`);
  }
  if (!byId) return { reason: text(fields, 'reason', 1, 64), upToId: integer(fields, 'upToId', 1, Number.MAX_SAFE_INTEGER) };
  const ids = integers(fields, 'ids', MAX_LETTERS);
  if (ids.length === 0) throw new MusterError('invalid_argument', 'ids is an empty list: it must name at least one letter');
  return { ids };
}
