// Times of files: ISO 8601 and numbers read straight from bytes, other notations by a pattern.
import { parseIsoTime } from '../../common/iso-time.ts';
import { MusterError } from '../../common/muster-error.ts';

/** Unix µs of a cell; NaN for what is no time. */
export type TimeParser = (bytes: Buffer, start: number, end: number) => number;

/** Units of number columns, as µs. */
const UNITS: Readonly<Record<string, number>> = { s: 1e6, ms: 1e3, us: 1, ns: 1e-3 };
const DAY_US = 86_400_000_000;
/** Of `2026-11-23T08:15`. */
const MINUTE_LENGTH = 16;
const ZERO = 0x30;
const COLON = 0x3a;
const DASH = 0x2d;
const DOT = 0x2e;
const UPPER_Z = 0x5a;
const PATTERN_PARTS: Readonly<Record<string, [group: string, digits: string]>> = {
  YYYY: ['year', '\\d{4}'],
  YY: ['yy', '\\d{2}'],
  MM: ['month', '\\d{1,2}'],
  DD: ['day', '\\d{1,2}'],
  HH: ['hour', '\\d{1,2}'],
  mm: ['minute', '\\d{2}'],
  ss: ['second', '\\d{2}'],
  SSS: ['fraction', '\\d{1,6}'],
};

/**
 * `iso`, `s`, `ms`, `us`, `ns`, or a pattern of YYYY, YY, MM, DD, HH, mm, ss and SSS. `zone` is for times without one: `UTC`, an offset such as
 * `+01:00`, or a name of the tz database. Throws `invalid_argument`.
 */
export function createTimeParser(format: string, zone: string): TimeParser {
  const unit = UNITS[format];
  if (unit !== undefined) return numberParser(unit);
  const offsetUs = createZoneOffset(zone);
  if (format === 'iso') return isoParser(offsetUs);
  return patternParser(format, offsetUs);
}

function numberParser(unit: number): TimeParser {
  return (bytes, start, end) => {
    const text = bytes.toString('latin1', start, end);
    const value = Number(text);
    return text.trim() === '' || !Number.isFinite(value) ? Number.NaN : Math.round(value * unit);
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
        const digit = (bytes[at] as number) - ZERO;
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
  if (text[4] !== DASH || text[7] !== DASH || text[13] !== COLON) return Number.NaN;
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
  const tens = (bytes[at] as number) - ZERO;
  const ones = (bytes[at + 1] as number) - ZERO;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

function startsWith(bytes: Uint8Array, start: number, text: Uint8Array): boolean {
  // From the end: that is where two times differ.
  for (let i = text.length - 1; i >= 0; i--) if (bytes[start + i] !== text[i]) return false;
  return true;
}

function slowIso(bytes: Buffer, start: number, end: number, offsetUs: (localUs: number) => number): number {
  const text = bytes.toString('latin1', start, end).trim();
  const whole = /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00` : text;
  const withZone = parseIsoTime(whole);
  if (withZone !== undefined) return withZone;
  const local = parseIsoTime(whole, 0);
  return local === undefined ? Number.NaN : local - offsetUs(local);
}

/** Days since 1970 of the proleptic Gregorian calendar. Source: H. Hinnant, chrono-Compatible Low-Level Date Algorithms. */
function daysOf(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468;
}

function patternParser(pattern: string, offsetUs: (localUs: number) => number): TimeParser {
  const source = pattern.replace(/YYYY|YY|MM|DD|HH|mm|ss|SSS|[.*+?^${}()|[\]\\]/g, (part) => {
    const known = PATTERN_PARTS[part];
    return known === undefined ? `\\${part}` : `(?<${known[0]}>${known[1]})`;
  });
  if (!/\(\?<(year|yy)>/.test(source) || !source.includes('(?<month>') || !source.includes('(?<day>')) {
    throw new MusterError(
      'invalid_argument',
      `time format is ${JSON.stringify(pattern)}: iso, s, ms, us, ns, or a pattern like DD.MM.YYYY HH:mm:ss is needed`,
    );
  }
  const expression = new RegExp(`^${source}$`);
  return (bytes, start, end) => {
    const groups = expression.exec(bytes.toString('latin1', start, end).trim())?.groups;
    if (groups === undefined) return Number.NaN;
    const part = (name: string): number => Number(groups[name] ?? 0);
    const year = groups['year'] === undefined ? 2000 + part('yy') : part('year');
    const local = parseIsoTime(
      `${String(year).padStart(4, '0')}-${pad(part('month'))}-${pad(part('day'))}T${pad(part('hour'))}:${pad(part('minute'))}:${pad(part('second'))}.${(groups['fraction'] ?? '0').padEnd(6, '0')}Z`,
    );
    return local === undefined ? Number.NaN : local - offsetUs(local);
  };
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}

/** How far local time is ahead of UTC at a local time, µs. Throws `invalid_argument` for no zone. */
export function createZoneOffset(zone: string): (localUs: number) => number {
  const fixed = /^(?:UTC|Z)?([+-])(\d\d):?(\d\d)$/i.exec(zone);
  if (fixed !== null) {
    const us = (Number(fixed[2]) * 60 + Number(fixed[3])) * 60e6 * (fixed[1] === '-' ? -1 : 1);
    return () => us;
  }
  if (/^(UTC|Z|GMT)$/i.test(zone)) return () => 0;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  } catch (error) {
    throw new MusterError(
      'invalid_argument',
      `time zone is ${JSON.stringify(zone)}: UTC, an offset like +01:00 or a name like Africa/Accra is needed`,
      error,
    );
  }
  const at = (utcUs: number): number => {
    const name = format.formatToParts(utcUs / 1000).find((part) => part.type === 'timeZoneName')?.value ?? 'GMT';
    const match = /([+-])(\d\d):(\d\d)/.exec(name);
    return match === null ? 0 : (Number(match[2]) * 60 + Number(match[3])) * 60e6 * (match[1] === '-' ? -1 : 1);
  };
  // Offsets change on the quarter of an hour: one answer serves all rows of it.
  const kept = new Map<number, number>();
  return (localUs) => {
    const key = Math.floor(localUs / 900e6);
    let offset = kept.get(key);
    if (offset === undefined) {
      // The offset at this local time read as UTC, and once more at the moment that gives: right but within a change itself.
      offset = at(localUs - at(localUs));
      if (kept.size > 10_000) kept.clear();
      kept.set(key, offset);
    }
    return offset;
  };
}
