// Decimals of any precision: integers of a stored form with a point in them. A double of one is the nearest there is, a text has all its digits.
import type { DecodedArray } from 'hyparquet/src/types.js';

/** Of the widest decimal that programs write, 76 digits. */
const MAX_BYTES = 32;
/** Bytes of an integer that plain arithmetic holds. */
const EASY_BYTES = 6;
/** Powers of ten up to here are exact doubles. */
const EXACT_POWER = 22;

/** Infinite for what is wider than any decimal. */
export function decimalNumbers(stored: DecodedArray, scale: number): Float64Array {
  const out = new Float64Array(stored.length);
  const divisor = scale >= 0 && scale <= EXACT_POWER ? 10 ** scale : undefined;
  for (let i = 0; i < out.length; i++) {
    const unscaled = unscaledOf(stored[i]);
    // A division of two exact doubles is correctly rounded, and so is what Number makes of digits.
    if (typeof unscaled === 'number' && divisor !== undefined) out[i] = unscaled / divisor;
    else out[i] = unscaled === undefined ? Number.POSITIVE_INFINITY : Number(`${unscaled}e${-scale}`);
  }
  return out;
}

/** Without zeros behind the last digit that counts. */
export function decimalTexts(stored: DecodedArray, scale: number): string[] {
  return Array.from(stored as ArrayLike<unknown>, (value) => decimalText(unscaledOf(value), scale));
}

function decimalText(unscaled: number | bigint | undefined, scale: number): string {
  if (unscaled === undefined) return '';
  const digits = String(unscaled < 0 ? -unscaled : unscaled).padStart(scale + 1, '0');
  const sign = unscaled < 0 ? '-' : '';
  if (scale <= 0) return `${sign}${digits}${'0'.repeat(unscaled === 0 ? 0 : -scale)}`;
  const fraction = digits.slice(-scale).replace(/0+$/, '');
  return `${sign}${digits.slice(0, -scale)}${fraction === '' ? '' : `.${fraction}`}`;
}

/** A number where it is exact; undefined for what is wider than any decimal. */
function unscaledOf(value: unknown): number | bigint | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return smallest(value);
  const bytes = value as Uint8Array;
  if (bytes.length === 0 || bytes.length > MAX_BYTES) return undefined;
  const first = bytes[0]!;
  const filler = first >= 0x80 ? 0xff : 0;
  let from = 0;
  while (from < bytes.length - EASY_BYTES && bytes[from] === filler) from++;
  if (bytes.length - from > EASY_BYTES) {
    const whole = BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
    return smallest(filler === 0 ? whole : whole - (1n << BigInt(bytes.length * 8)));
  }
  // All the bits before the first byte are its sign.
  let unscaled = filler === 0 ? 0 : -1;
  for (let i = from; i < bytes.length; i++) unscaled = unscaled * 256 + bytes[i]!;
  return unscaled;
}

function smallest(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
