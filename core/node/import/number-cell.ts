// Numbers from bytes. Exact: up to 15 digits with a small power of ten one division of two exact doubles is correctly rounded; the rest asks Number.

const MINUS = 0x2d;
const PLUS = 0x2b;
const DOT = 0x2e;
const COMMA = 0x2c;
const POWERS = Float64Array.from({ length: 23 }, (_, power) => 10 ** power);
const MAX_EXACT_DIGITS = 15;
const ABSENT = new Set(['', 'null', 'NULL', 'nan', 'NaN', 'NAN', 'na', 'NA', 'N/A', 'n/a', '-', 'none', 'None']);

/**
 * What stands for "this is no number of a double's range"; NaN is an absent value. No other type than number: the reader of a row then keeps its
 * values out of the heap.
 */
export const NOT_A_NUMBER = Number.POSITIVE_INFINITY;

/** The finite number of a cell, NaN for an empty one and the words that exports write for it, else `NOT_A_NUMBER`. `comma` takes a decimal comma. */
export function numberOf(bytes: Uint8Array, start: number, end: number, comma: boolean): number {
  const point = comma ? COMMA : DOT;
  let at = start;
  const first = bytes[at];
  const negative = first === MINUS;
  if (negative || first === PLUS) at++;
  let mantissa = 0;
  let digits = 0;
  let scale = -1;
  for (; at < end; at++) {
    const digit = (bytes[at] as number) - 48;
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
  const value = scale > 0 ? mantissa / (POWERS[scale] as number) : mantissa;
  return negative ? -value : value;
}

function slowNumber(bytes: Uint8Array, start: number, end: number, comma: boolean): number {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start)
    .toString('latin1')
    .trim();
  if (ABSENT.has(text)) return Number.NaN;
  const plain = comma ? text.replace(',', '.') : text;
  // Number takes more than files mean by a number: 0x10, 1_000, Infinity.
  if (/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(plain)) {
    const value = Number(plain);
    return Number.isFinite(value) ? value : NOT_A_NUMBER;
  }
  if (text === 'true' || text === 'True' || text === 'TRUE') return 1;
  if (text === 'false' || text === 'False' || text === 'FALSE') return 0;
  return NOT_A_NUMBER;
}
