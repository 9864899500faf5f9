// Reads JSON of strangers: as deep as anybody means it, so that whoever walks the value later runs out of no stack.
import { MusterError } from './muster-error.ts';

export const MAX_JSON_DEPTH = 100;

const [QUOTE, BACKSLASH, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d] as const;

/** An integer of so many digits may be more than a double holds. */
const MANY_DIGITS = /(?<![.\d])\d{16}/;

/**
 * The value of a text. Throws `malformed` for what is not JSON, and for lists and objects nested deeper than `MAX_JSON_DEPTH`. `what` names the text.
 * With `exact` an integer beyond 2^53 stays the text of its digits: a number would be another one.
 */
export function parseBoundedJson(text: string, what: string, exact = false): unknown {
  if (isTooDeep(text))
    throw new MusterError('malformed', `${what} nests lists or objects more than ${MAX_JSON_DEPTH} deep: send it flatter, or as a text`);
  try {
    return exact && MANY_DIGITS.test(text) ? JSON.parse(text, withDigits as (key: string, value: unknown) => unknown) : JSON.parse(text);
  } catch (error) {
    throw new MusterError('malformed', `${what} is not JSON: ${error instanceof Error ? error.message.slice(0, 200) : error}`, error);
  }
}

function withDigits(_: string, value: unknown, { source = '' }: { source?: string }): unknown {
  return typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER && /^-?\d+$/.test(source) ? source : value;
}

function isTooDeep(text: string): boolean {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) {
      i = endOfString(text, i);
    } else if (code === OPEN_LIST || code === OPEN_OBJECT) {
      if (++depth > MAX_JSON_DEPTH) return true;
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) depth--;
  }
  return false;
}

/** Where the string that begins at `start` ends. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); ; end = text.indexOf('"', end + 1)) {
    if (end < 0) return text.length;
    let escapes = 0;
    while (text.charCodeAt(end - 1 - escapes) === BACKSLASH) escapes++;
    if (escapes % 2 === 0) return end;
  }
}
