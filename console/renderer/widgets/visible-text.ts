// Text of hosts as a line of a page shows it: bounded, and nothing in it that moves other text or hides.

const CUT = '…';
/** Control characters, line breaks, and marks that turn the direction of what stands beside them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** At most so many characters; what cannot be seen is named by its picture or code point. */
export function visible(text: string, maxLength: number): string {
  const cut = text.length > maxLength ? text.slice(0, maxLength) : text;
  const shown = cut.replace(HIDDEN, picture);
  return cut.length < text.length ? shown + CUT : shown;
}

function picture(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`;
}
