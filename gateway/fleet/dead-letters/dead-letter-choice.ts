// Which dead letters a change is for: named ones, or a reason up to the newest that the caller has seen. Nothing left out ever means all.
import { MusterError } from '../../../core/common/muster-error.ts';
import { assertReason } from './dead-letter-store.ts';

export type LetterChoice = { ids: readonly number[] } | { reason: string; upToId: number };

/** Letters of one call. */
export const MAX_LETTERS = 10_000;

/** Throws `invalid_argument` where the request makes no choice, or two. */
export function letterChoice({ ids, reason, upToId }: { ids: readonly number[]; reason: string; upToId: number }): LetterChoice {
  assertReason(reason);
  if (ids.length > MAX_LETTERS) throw refused(`${ids.length} ids are given: at most ${MAX_LETTERS}`);
  if (ids.length > 0) {
    if (reason !== '' || upToId > 0) throw refused('ids and a reason exclude each other: give one of them');
    return { ids };
  }
  if (reason === '') throw refused('no letters are named: give their ids, or a reason with up_to_id');
  if (upToId === 0) {
    throw refused(`up_to_id is missing: all of ${reason} would take letters that nobody has seen. List them, and give the newest id`);
  }
  return { reason, upToId };
}

function refused(words: string): MusterError {
  return new MusterError('invalid_argument', words);
}
