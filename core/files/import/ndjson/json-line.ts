// One line of JSON as an object, digits and names as they stand in it.
import { BROKEN_TEXT } from '../text-rows.ts';

export type Line = Readonly<Record<string, unknown>>;

/** An integer of so many digits may be more than a double holds. */
const MANY_DIGITS = /(?<![.\d])\d{16}/;
/** Longer ones have no double near them either. */
const MOST_DIGITS = 310;

/** The object of a line, or what is wrong with it. An integer beyond 2^53 is a bigint. */
export function parseLine(text: string): Line | string {
  if (text === BROKEN_TEXT) return 'it has bytes that are no UTF-8: save the file as UTF-8';
  let value: unknown;
  try {
    value = MANY_DIGITS.test(text) ? JSON.parse(text, withDigits as (key: string, value: unknown) => unknown) : JSON.parse(text);
  } catch (error) {
    return `it is no JSON (${error instanceof Error ? error.message.slice(0, 120) : error})`;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return 'it is no object: one object a line is needed, such as {"time":"2026-11-23T10:00:00Z","node":"a","value":1}';
  return value as Line;
}

function withDigits(_: string, value: unknown, { source = '' }: { source?: string }): unknown {
  if (typeof value !== 'number' || Math.abs(value) <= Number.MAX_SAFE_INTEGER) return value;
  return source.length <= MOST_DIGITS && /^-?\d+$/.test(source) ? BigInt(source) : value;
}

/** The value of a key that the line itself has: every object has a `constructor`, and it is no value. */
export function ownValue(line: Line, key: string): unknown {
  return Object.hasOwn(line, key) ? line[key] : undefined;
}

/** A value as the text that a cell of CSV would have; empty where there is none. */
export function cellOf(value: unknown): string {
  if (value === undefined || value === null || typeof value === 'object') return '';
  return typeof value === 'boolean' ? (value ? '1' : '0') : String(value);
}
