// Numbers from bytes. Exact: up to 15 digits with a small power of ten one division of two exact doubles is correctly rounded; the rest asks Number.
import { isAbsent } from './absent-words.ts';

const MINUS = 0x2d;
const PLUS = 0x2b;
const DOT = 0x2e;
const COMMA = 0x2c;
const SPACE = 0x20;
const POWERS = Float64Array.from({ length: 23 }, (_, power) => 10 ** power);
const MAX_EXACT_DIGITS = 15;
/** A longer cell is looked at as a plain number alone. */
const MAX_NUMBER = 64;

/**
 * What stands for "this is no number of a double's range"; NaN is an absent value. No other type than number: the reader of a row then keeps its
 * values out of the heap.
 */
export const NOT_A_NUMBER = Number.POSITIVE_INFINITY;
/** An integer beyond 2^53: a double has no place for its last digits. */
export const NOT_EXACT = Number.NEGATIVE_INFINITY;

/** Why a number is refused, after its column's name. The same words at every door. */
export const NOT_A_NUMBER_WORDS = "no number of a double's range";
export const NOT_EXACT_WORDS =
  'an integer beyond 2^53, which a double does not hold exactly: write the column as text and make it a tag, or leave it out with --fields';

/**
 * The finite number of a cell, NaN for an empty one and the words that exports write for it, `NOT_EXACT` for an integer beyond 2^53, else
 * `NOT_A_NUMBER`. `comma` takes a decimal comma.
 */
export function numberOf(bytes: Uint8Array, start: number, end: number, comma: boolean): number {
  const point = comma ? COMMA : DOT;
  let at = start;
  while (at < end && bytes[at] === SPACE) at++;
  let last = end;
  while (last > at && bytes[last - 1] === SPACE) last--;
  const first = bytes[at];
  const negative = first === MINUS;
  if (negative || first === PLUS) at++;
  let mantissa = 0;
  let digits = 0;
  let scale = -1;
  for (; at < last; at++) {
    const digit = bytes[at]! - 48;
    if (digit >= 0 && digit <= 9) {
      mantissa = mantissa * 10 + digit;
      digits++;
      if (scale >= 0) scale++;
    } else if (bytes[at] === point && scale < 0) {
      scale = 0;
    } else {
      return slowNumber(bytes, start, end, comma);
    }
  }
  if (digits === 0 || digits > MAX_EXACT_DIGITS || scale > 22) return slowNumber(bytes, start, end, comma);
  const value = scale > 0 ? mantissa / POWERS[scale]! : mantissa;
  return negative ? -value : value;
}

function slowNumber(bytes: Uint8Array, start: number, end: number, comma: boolean): number {
  return numberOfText(Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8'), comma);
}

/** As `numberOf`, of a text. */
export function numberOfText(cell: string, comma: boolean): number {
  const text = cell.trim();
  if (isAbsent(text)) return Number.NaN;
  const plain = plainNumber(text, comma);
  if (plain !== undefined) {
    const value = Number(plain);
    if (!Number.isFinite(value)) return NOT_A_NUMBER;
    return Math.abs(value) > Number.MAX_SAFE_INTEGER && /^[+-]?\d+$/.test(plain) ? NOT_EXACT : value;
  }
  if (text === 'true' || text === 'True' || text === 'TRUE') return 1;
  if (text === 'false' || text === 'False' || text === 'FALSE') return 0;
  return NOT_A_NUMBER;
}

/** True for what reads as a number, whether or not a double holds it: also for what is infinite. */
export function isNumberText(cell: string, comma: boolean): boolean {
  const text = cell.trim();
  return plainNumber(text, comma) !== undefined || /^[+-]?(inf|infinity|∞)$/i.test(text);
}

/** Blanks of several widths and apostrophes; the sign that is not the decimal one is a separator too. */
const SEPARATORS = " \u00a0\u2009\u202f'’";
const GROUPED = { point: groupedBy(`,${SEPARATORS}`, '\\.'), comma: groupedBy(`.${SEPARATORS}`, ',') };

/** The first group has no zero in front, each further one three digits: `0.500` and `1.50` are no thousands. */
function groupedBy(separators: string, point: string): RegExp {
  return new RegExp(`^[+-]?[1-9]\\d{0,2}([${separators}])\\d{3}(?:\\1\\d{3})*(?:${point}\\d*)?$`);
}

/** The number as JavaScript writes it; undefined for what is none. Number takes more than files mean by a number: 0x10, 1_000, Infinity. */
function plainNumber(text: string, comma: boolean): string | undefined {
  const signed = text.startsWith('\u2212') ? `-${text.slice(1)}` : text;
  const grouped = (comma ? GROUPED.comma : GROUPED.point).exec(signed);
  if (grouped !== null) {
    const digits = signed.replaceAll(grouped[1]!, '');
    return comma ? digits.replace(',', '.') : digits;
  }
  // Where the comma is the decimal sign, a point that separates no thousands is an error: a factor of 1,000 must not depend on a guess.
  if (comma && signed.includes('.')) return undefined;
  const plain = comma ? signed.replace(',', '.') : signed;
  return /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/.test(plain) ? plain : undefined;
}

/** Whether numbers of a file are written 12,5: where some cells can be read in no other way and none only with a point. */
export function hasDecimalComma(cells: readonly string[], delimiter: string): boolean {
  return decimalSign(cells, delimiter) === 'comma';
}

/** The decimal sign of a file by its cells; undefined where none has one. */
export function decimalSign(cells: readonly string[], delimiter: string): 'comma' | 'point' | undefined {
  let comma = false;
  let point = false;
  let commaOfThree = false;
  let pointOfThree = false;
  for (const cell of cells) {
    if (cell.length > MAX_NUMBER) continue;
    const text = cell.trim().replace(/^[+\-\u2212]/, '');
    if (!/^\d[\d.,'’ \u00a0\u2009\u202f]*([eE][+-]?\d+)?\s*[^\d\s]{0,6}$/.test(text)) continue;
    const number = text.replace(/[^\d]+$/, '');
    const commas = number.split(',').length - 1;
    const points = number.split('.').length - 1;
    if (commas + points === 0) continue;
    if (commas > 0 && points > 0) {
      // The sign that comes last is the decimal one, where it comes once.
      if (number.lastIndexOf(',') > number.lastIndexOf('.')) comma ||= commas === 1;
      else point ||= points === 1;
    } else if (commas === 1) {
      if (/^[1-9]\d{0,2},\d{3}$/.test(number)) commaOfThree = true;
      else comma = true;
    } else if (points === 1) {
      if (/^[1-9]\d{0,2}\.\d{3}$/.test(number)) pointOfThree = true;
      else point = true;
    }
  }
  if (comma || point) return comma && !point ? 'comma' : 'point';
  // 1,034 alone: a list that is separated by semicolons was written where the comma is the decimal sign.
  if (commaOfThree && !pointOfThree && delimiter !== ',') return 'comma';
  return commaOfThree || pointOfThree ? 'point' : undefined;
}

const UNITS =
  /^(%|‰|°|°[CFK]|[CFK]|℃|℉|[numµμ]?s|sec|secs|min|mins|h|hrs?|d|days?|[KMGTPEkm]?i?([Bb]|bits?|[Bb]ytes?|bps|Bps)(\/s|ps)?|([munpµμkMGT]?(Hz|Wh|W|VA|V|Ah|A|Pa|bar|J|Ω|ohm|g|m|l|L|lx|lm|mol|M|N|dB|dBm|F|H))([²³]|(\/[A-Za-z]{1,4}[²³]?))?|dBA|rpm|RPM|ppm|ppb|psi|lux|pH|[a-z]{2,8}\/(s|min|h)|[ck]?m\/[sh]|km\/h|mph|knots|kn|[A-Za-z]{1,4}\/m[²³])$/;

/** A number and its unit, as `5 %` or `12.5ms`; undefined where there is none. A lone letter needs a blank before it: `12A` is a seat. */
export function withUnit(cell: string, comma: boolean): { number: string; unit: string } | undefined {
  if (cell.length > MAX_NUMBER) return undefined;
  const match = /^(.*\d)([ \u00a0\u2009\u202f]*)([^\d\s.,+-][^\d\s]{0,9}(?:\/[^\s]{1,4}[²³]?)?|[^\d\s.,+-][^\s]{0,9})$/u.exec(cell.trim());
  if (match === null) return undefined;
  const [, number, blank, unit] = match as unknown as [string, string, string, string];
  if (!UNITS.test(unit) || (blank === '' && /^[A-Za-z]$/.test(unit))) return undefined;
  return plainNumber(number.trim(), comma) === undefined ? undefined : { number, unit };
}
