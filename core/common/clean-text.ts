// A text of a stranger, made fit to keep and to show.

const MAX_TEXT = 255;
/** C0 and C1 controls, line separators, and the marks that reorder text (bidi) or hide in it (zero width). */
const UNSEEN = /[\p{Cc}\p{Cs}\u2028\u2029\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/gu;

/** Composed (NFC), without unseen characters, cut to a length. Quotes and markup stay: whoever shows it shows it as text. */
export function cleanText(text: string, max = MAX_TEXT): string {
  const clean = text
    .slice(0, max * 4)

    .normalize('NFC')
    .replace(UNSEEN, '')
    .trim();
  return [...clean].slice(0, max).join('');
}
