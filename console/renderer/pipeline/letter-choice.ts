// Which dead letters a question is about: fixed when it opens, shown in words, and sent as it is.
import type { ChosenLetters } from '../../common/dead-letter.ts';
import { formatNumber, plural } from '../widgets/format.ts';
import { reasonInWords } from './letter-words.ts';

export interface LetterChoice {
  chosen: ChosenLetters;
  count: number;
  /** `3 letters`, `all 5,003 letters of “Infinite value” up to number 88`. */
  words: string;
}

/** Letters that one call takes. */
const MAX_REPLAYED = 10_000;

/** The ticked letters; without a tick, the reason's up to the newest that the list shows. Undefined where there is nothing to choose. */
export function letterChoice(ticked: ReadonlySet<number>, reason: string, newestId: number, count: number): LetterChoice | undefined {
  if (ticked.size > 0) {
    return { chosen: { ids: [...ticked].sort((a, b) => a - b) }, count: ticked.size, words: plural(ticked.size, 'letter') };
  }
  if (reason === '' || newestId === 0 || count === 0) return undefined;
  const words = `${count === 1 ? 'the letter' : `all ${plural(count, 'letter')}`} of “${reasonInWords(reason)}” up to number ${newestId}`;
  return { chosen: { reason, upToId: newestId }, count, words };
}

export function replayQuestion({ count, chosen, words }: LetterChoice): string {
  if ('ids' in chosen || count <= MAX_REPLAYED) return `Replay ${words}?`;
  return `Replay the oldest ${formatNumber(MAX_REPLAYED)} of ${words}?`;
}

export function discardQuestion({ words }: LetterChoice): string {
  return `Discard ${words} for good?`;
}
