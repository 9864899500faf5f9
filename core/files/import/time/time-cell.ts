// Times of files: ISO 8601 and numbers read straight from bytes, other notations by a pattern.
import { parseIsoTime } from '../../../common/iso-time.ts';
import { daysOf } from './calendar.ts';
import { isNumberUnit, type NumberUnit, timeOfNumber } from './time-number.ts';
import { createPatternReader, type PatternReader } from './time-pattern.ts';
import { createZoneOffset, type FoldChoice } from './time-zone.ts';

export { createZoneOffset } from './time-zone.ts';

/** Unix µs of a cell; NaN for what is no time. */
export type TimeParser = (bytes: Buffer, start: number, end: number) => number;

const DAY_US = 86_400_000_000;
/** Of `2026-11-23T08:15`. */
const MINUTE_LENGTH = 16;
const ZERO = 0x30;
const COLON = 0x3a;
const DASH = 0x2d;
const DOT = 0x2e;
const UPPER_Z = 0x5a;
const UPPER_T = 0x54;
const LOWER_T = 0x74;
const BLANK = 0x20;
const MAX_DIGITS = 15;

/**
 * `iso`, `s`, `ms`, `us`, `ns`, or a pattern as `createPatternReader` takes it. `zone` is for times without one: `UTC`, an offset such as `+01:00`,
 * or a name of the tz database; a local time of it that comes twice is what `choose` says, or none. Throws `invalid_argument`.
 */
export function createTimeParser(format: string, zone: string, choose?: FoldChoice): TimeParser {
  if (isNumberUnit(format)) return numberParser(format);
  const offsetUs = createZoneOffset(zone, choose);
  if (format === 'iso') return isoParser(offsetUs);
  return patternParser(createPatternReader(format), offsetUs);
}

/** Says of a cell that is no time why not, as the end of a sentence. */
export function createTimeProblem(format: string, zone: string): (cell: string) => string {
  let twice = false;
  const parse = createTimeParser(format, zone, (firstUs) => {
    twice = true;
    return firstUs;
  });
  const anyZone = createTimeParser(format, 'UTC');
  return (cell) => {
    const bytes = Buffer.from(cell);
    twice = false;
    const us = parse(bytes, 0, bytes.length);
    if (twice)
      return `a time that comes twice in ${zone}, where clocks were set back, and the order of the rows does not tell which it is: write times with their offset`;
    if (Number.isNaN(us) && !Number.isNaN(anyZone(bytes, 0, bytes.length)))
      return `a time that does not exist in ${zone}, where clocks were set forward: write times with their offset`;
    return `no time as ${format}`;
  };
}

function numberParser(unit: NumberUnit): TimeParser {
  const factor = { s: 1e6, ms: 1e3, us: 1, ns: 0 }[unit];
  return (bytes, start, end) => {
    // Whole numbers, which most are.
    if (factor > 0 && end - start <= MAX_DIGITS && end > start) {
      let value = 0;
      let at = start;
      for (; at < end; at++) {
        const digit = bytes[at]! - ZERO;
        if (!(digit >= 0 && digit <= 9)) break;
        value = value * 10 + digit;
      }
      if (at === end) return value * factor;
    }
    return timeOfNumber(bytes.toString('latin1', start, end), unit);
  };
}

/**
 * `2026-11-23T08:15:00.123456Z` digit by digit; every other form of ISO 8601 by the slow way. The rows of a recording mostly share the minute with the
 * row before: its sixteen characters are read once.
 */
function isoParser(offsetUs: (localUs: number) => number): TimeParser {
  const minute = new Uint8Array(MINUTE_LENGTH);
  let minuteUs = Number.NaN;
  return (bytes, start, end) => {
    const length = end - start;
    if (length < 19 || bytes[start + 16] !== COLON) return slowIso(bytes, start, end, offsetUs);
    if (!startsWith(bytes, start, minute)) {
      minute.set(bytes.subarray(start, start + MINUTE_LENGTH));
      minuteUs = minuteOf(minute);
    }
    const second = two(bytes, start + 17);
    if (Number.isNaN(minuteUs) || !(second >= 0 && second < 60)) return slowIso(bytes, start, end, offsetUs);
    let fraction = 0;
    let at = start + 19;
    if (length > 20 && bytes[at] === DOT) {
      at++;
      for (let scale = 100_000; at < end; at++) {
        const digit = bytes[at]! - ZERO;
        if (!(digit >= 0 && digit <= 9)) break;
        fraction += digit * scale;
        scale = scale >= 10 ? scale / 10 : 0;
      }
    }
    const zoneLeft = end - at;
    if (zoneLeft > 1 || (zoneLeft === 1 && bytes[at] !== UPPER_Z)) return slowIso(bytes, start, end, offsetUs);
    const us = minuteUs + second * 1e6 + fraction;
    return zoneLeft === 1 ? us : us - offsetUs(us);
  };
}

/** Unix µs of `2026-11-23T08:15`; NaN where the slow way has to look at it. */
function minuteOf(text: Uint8Array): number {
  const between = text[10];
  if (text[4] !== DASH || text[7] !== DASH || text[13] !== COLON) return Number.NaN;
  if (between !== UPPER_T && between !== BLANK && between !== LOWER_T) return Number.NaN;
  const month = two(text, 5);
  const day = two(text, 8);
  const hour = two(text, 11);
  const minute = two(text, 14);
  // Not beyond what every month has: the slow way knows the calendar.
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= 28 && hour >= 0 && hour < 24 && minute >= 0 && minute < 60)) return Number.NaN;
  return daysOf(two(text, 0) * 100 + two(text, 2), month, day) * DAY_US + (hour * 60 + minute) * 60e6;
}

/** NaN for what are no two digits. */
function two(bytes: Uint8Array, at: number): number {
  const tens = bytes[at]! - ZERO;
  const ones = bytes[at + 1]! - ZERO;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

function startsWith(bytes: Uint8Array, start: number, text: Uint8Array): boolean {
  // From the end: that is where two times differ.
  for (let i = text.length - 1; i >= 0; i--) if (bytes[start + i] !== text[i]) return false;
  return true;
}

/** ISO 8601 in all its forms, also without dashes and colons; `UTC` or `GMT` behind a time, and the name of a zone in brackets behind an offset. */
function slowIso(bytes: Buffer, start: number, end: number, offsetUs: (localUs: number) => number): number {
  const cell = bytes.toString('latin1', start, end).trim();
  const text = cell
    .replace(/\s?(?:UTC|GMT)$/, (_, at: number) => (/[+-]\d\d:?\d\d$/.test(cell.slice(0, at)) ? '' : 'Z'))
    .replace(/(Z|[+-]\d\d:?\d\d)\[[A-Za-z0-9_+/-]+\]$/, '$1')
    .replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(?:(\d\d)([.,]\d{1,9})?)?/, (_, year, month, day, hour, minute, second, fraction) => {
      return `${year}-${month}-${day}T${hour}:${minute}:${second ?? '00'}${fraction ?? ''}`;
    })
    .replace(/^(\S{10})t/, '$1T');
  const whole = /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00` : text;
  const withZone = parseIsoTime(whole);
  if (withZone !== undefined) return withZone;
  const local = parseIsoTime(whole, 0);
  return local === undefined ? Number.NaN : local - offsetUs(local);
}

function patternParser(read: PatternReader, offsetUs: (localUs: number) => number): TimeParser {
  return (bytes, start, end) => {
    const found = read(bytes.toString('utf8', start, end).trim());
    if (found === undefined) return Number.NaN;
    return found.zoned ? found.us : found.us - offsetUs(found.us);
  };
}
