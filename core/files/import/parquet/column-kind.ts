// What a Parquet column holds, by its physical and logical type, and how its stored values become numbers, times and texts.
import { parseFloat16 } from 'hyparquet/src/convert.js';
import type { DecodedArray, SchemaElement } from 'hyparquet/src/types.js';
import { MusterError } from '../../../common/muster-error.ts';
import { textOfBytes } from '../text-rows.ts';
import { decimalNumbers, decimalTexts } from './decimals.ts';

export type TimeUnit = 's' | 'ms' | 'us' | 'ns';
export type ColumnKind =
  | { is: 'number'; unsigned: boolean }
  | { is: 'decimal'; scale: number }
  | { is: 'half' }
  | { is: 'boolean' }
  | { is: 'text' }
  | { is: 'uuid' }
  /** `zoned` is false for a local time, which is one only in a zone. */
  | { is: 'time'; unit: TimeUnit; zoned: boolean }
  | { is: 'day' }
  /** Of a day, without the day. */
  | { is: 'clock'; unit: TimeUnit }
  | { is: 'int96' };

const DAY_US = 86_400_000_000;
const JULIAN_1970 = 2_440_588;
/** An integer beyond is not exact in a double: it reads as infinite, and its row is refused. */
const MAX_EXACT = Number.MAX_SAFE_INTEGER;

const A_SECOND = { s: 1, ms: 1e3, us: 1e6, ns: 1e9 };

/** True for what is a number whatever its values are: never a name. */
export function isMeasured({ is }: ColumnKind): boolean {
  return is === 'number' || is === 'decimal' || is === 'half' || is === 'boolean';
}

/** Undefined for a type that neither names nor measures anything. */
export function columnKind(element: SchemaElement): ColumnKind | undefined {
  const { type, converted_type: converted, logical_type: logical } = element;
  if (logical?.type === 'TIMESTAMP') {
    const unit = { MILLIS: 'ms', MICROS: 'us', NANOS: 'ns' } as const;
    return { is: 'time', unit: unit[logical.unit], zoned: logical.isAdjustedToUTC };
  }
  if (converted === 'TIMESTAMP_MILLIS') return { is: 'time', unit: 'ms', zoned: true };
  if (converted === 'TIMESTAMP_MICROS') return { is: 'time', unit: 'us', zoned: true };
  if (logical?.type === 'TIME') return { is: 'clock', unit: ({ MILLIS: 'ms', MICROS: 'us', NANOS: 'ns' } as const)[logical.unit] };
  if (converted === 'TIME_MILLIS' || converted === 'TIME_MICROS') return { is: 'clock', unit: converted === 'TIME_MILLIS' ? 'ms' : 'us' };
  if (type === 'INT96') return { is: 'int96' };
  if (converted === 'DATE' || logical?.type === 'DATE') return { is: 'day' };
  if (converted === 'INTERVAL' || logical?.type === 'VARIANT' || logical?.type === 'GEOMETRY' || logical?.type === 'GEOGRAPHY')
    return undefined;
  if (logical?.type === 'FLOAT16') return { is: 'half' };
  if (logical?.type === 'UUID') return { is: 'uuid' };
  const decimals = logical?.type === 'DECIMAL' ? logical.scale : converted === 'DECIMAL' ? (element.scale ?? 0) : undefined;
  const unsigned = converted?.startsWith('UINT_') === true || (logical?.type === 'INTEGER' && !logical.isSigned);
  if (decimals !== undefined && decimals !== 0) return { is: 'decimal', scale: decimals };
  // Without decimals it is an integer, for which the rule of integers holds.
  if (decimals === 0) return type === 'INT32' || type === 'INT64' ? { is: 'number', unsigned: false } : { is: 'decimal', scale: 0 };
  if (type === 'BOOLEAN') return { is: 'boolean' };
  if (type === 'BYTE_ARRAY') return converted === 'BSON' ? undefined : { is: 'text' };
  return type === 'FIXED_LEN_BYTE_ARRAY' ? undefined : { is: 'number', unsigned };
}

/** Doubles: infinite for an integer that is not exact in one. */
export function toNumbers(kind: ColumnKind, stored: DecodedArray): Float64Array {
  if (stored instanceof Float64Array) return stored;
  if (kind.is === 'decimal') {
    const numbers = decimalNumbers(stored, kind.scale);
    return kind.scale === 0 ? numbers.map(exact) : numbers;
  }
  const out = new Float64Array(stored.length);
  const { length } = stored;
  if (kind.is === 'half') {
    for (let i = 0; i < length; i++) out[i] = parseFloat16(stored[i] as Uint8Array) ?? Number.NaN;
    return out;
  }
  const unsigned = kind.is === 'number' && kind.unsigned;
  if (stored instanceof BigInt64Array) fromLongs(stored, unsigned, out);
  else if (stored instanceof Int32Array && unsigned) for (let i = 0; i < length; i++) out[i] = stored[i]! >>> 0;
  else if (stored instanceof Float32Array || stored instanceof Int32Array) out.set(stored);
  else for (let i = 0; i < length; i++) out[i] = exact(Number(stored[i]));
  if (kind.is === 'clock') for (let i = 0; i < length; i++) out[i] = out[i]! / A_SECOND[kind.unit];
  return out;
}

function fromLongs(stored: BigInt64Array, unsigned: boolean, out: Float64Array): void {
  const words = new Int32Array(stored.buffer, stored.byteOffset, stored.length * 2);
  for (let i = 0; i < stored.length; i++) {
    const high = words[i * 2 + 1]!;
    out[i] = exact((unsigned ? high >>> 0 : high) * 4_294_967_296 + (words[i * 2]! >>> 0));
  }
}

function exact(value: number): number {
  return value > MAX_EXACT ? Number.POSITIVE_INFINITY : value < -MAX_EXACT ? Number.NEGATIVE_INFINITY : value;
}

/** Unix µs, rounded down; `unit` for numbers that only the caller knows to be times. */
export function toTimes(kind: ColumnKind, stored: DecodedArray, unit: TimeUnit, offsetUs: (localUs: number) => number): Float64Array {
  const out = new Float64Array(stored.length);
  const read = timeReader(kind, stored, unit);
  const local = kind.is === 'int96' || kind.is === 'day' || (kind.is === 'time' && !kind.zoned);
  for (let i = 0; i < out.length; i++) {
    const us = read(i);
    out[i] = local && Number.isFinite(us) ? us - offsetUs(us) : us;
  }
  return out;
}

function timeReader(kind: ColumnKind, stored: DecodedArray, unit: TimeUnit): (i: number) => number {
  if (kind.is === 'int96') {
    // Nanoseconds of the day in the low eight bytes, the Julian day in the high four.
    return (i) => {
      const value = stored[i] as bigint;
      return (Number(value >> 64n) - JULIAN_1970) * DAY_US + Math.floor(Number(value & 0xffff_ffff_ffff_ffffn) / 1000);
    };
  }
  if (kind.is === 'day') return (i) => stored[i]! * DAY_US;
  const of = kind.is === 'time' ? kind.unit : unit;
  if (stored instanceof BigInt64Array) {
    if (of === 'ns') return (i) => Number(((stored[i] as bigint) - ((((stored[i] as bigint) % 1000n) + 1000n) % 1000n)) / 1000n);
    const factor = { s: 1e6, ms: 1e3, us: 1 }[of];
    return (i) => Number(stored[i]) * factor;
  }
  const numbers = toNumbers(kind, stored);
  // What is smaller than a microsecond is cut; a double of seconds or milliseconds is only near what was meant.
  if (of === 'ns') return (i) => Math.floor(numbers[i]! / 1000);
  if (of === 'us') return (i) => Math.floor(numbers[i] as number);
  const factor = of === 's' ? 1e6 : 1e3;
  return (i) => Math.round(numbers[i]! * factor);
}

/** As a tag, a node's name or a sample shows it. */
export function toTexts(kind: ColumnKind, stored: DecodedArray): string[] {
  if (kind.is === 'text') return Array.from(stored as Uint8Array[], textOfBytes);
  if (kind.is === 'uuid') return Array.from(stored as Uint8Array[], uuidText);
  if (kind.is === 'boolean') return Array.from(stored as ArrayLike<unknown>, (value) => (value ? 'true' : 'false'));
  if (kind.is === 'time' || kind.is === 'int96' || kind.is === 'day')
    return Array.from(
      toTimes(kind, stored, 'us', () => 0),
      timeText,
    );
  if (kind.is === 'decimal') return decimalTexts(stored, kind.scale);
  if (kind.is === 'clock') return Array.from(stored as ArrayLike<number | bigint>, (value) => clockText(Number(value), kind.unit));
  if (kind.is === 'number' && stored instanceof BigInt64Array)
    return Array.from(stored, (value) => String(kind.unsigned ? BigInt.asUintN(64, value) : value));
  return Array.from(toNumbers(kind, stored), String);
}

/** A time of a day as its clock shows it, cut to microseconds. */
function clockText(value: number, unit: TimeUnit): string {
  const us = unit === 'ns' ? Math.floor(value / 1000) : value * (1e6 / A_SECOND[unit]);
  return Number.isFinite(us) ? timeText(((us % DAY_US) + DAY_US) % DAY_US).slice(11, -1) : '';
}

function uuidText(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** Unix µs as ISO 8601 in UTC. */
export function timeText(timeUs: number): string {
  const date = new Date(Math.floor(timeUs / 1000));
  if (Number.isNaN(date.getTime())) return String(timeUs);
  return `${date.toISOString().slice(0, -1)}${String(timeUs - Math.floor(timeUs / 1000) * 1000).padStart(3, '0')}Z`;
}

/** Throws `invalid_argument` for a column that cannot be a time. */
export function assertTimeKind(kind: ColumnKind, header: string): void {
  if (kind.is === 'clock')
    throw new MusterError('invalid_argument', `the time is column ${JSON.stringify(header)}: it holds times of a day, without the day`);
  if (kind.is === 'boolean' || kind.is === 'uuid')
    throw new MusterError('invalid_argument', `the time is column ${JSON.stringify(header)}: it holds ${kind.is}s`);
}
