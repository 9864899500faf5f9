// Times of files: ISO 8601 and numbers read straight from bytes, other notations by a pattern.
import { parseIsoTime } from '../../common/iso-time.ts';
import { MusterError } from '../../common/muster-error.ts';

/** Unix µs of a cell; NaN for what is no time. */
export type TimeParser = (bytes: Buffer, start: number, end: number) => number;

/** Units of number columns, as µs. */
const UNITS: Readonly<Record<string, number>> = { s: 1e6, ms: 1e3, us: 1, ns: 1e-3 };
const DAY_US = 86_400_000_000;
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

/** `2026-11-23T08:15:00.123456Z` digit by digit; every other form of ISO 8601 by the slow way. */
function isoParser(offsetUs: (localUs: number) => number): TimeParser {
  return (bytes, start, end) => {
    const at = (i: number): number => (bytes[start + i] as number) - 48;
    const two = (i: number): number => at(i) * 10 + at(i + 1);
    const length = end - start;
    const simple =
      length >= 19 && bytes[start + 4] === 0x2d && bytes[start + 7] === 0x2d && bytes[start + 13] === 0x3a && bytes[start + 16] === 0x3a;
    if (!simple) return slowIso(bytes, start, end, offsetUs);
    let fraction = 0;
    let digit = 20;
    if (length > 20 && bytes[start + 19] === 0x2e) {
      for (let scale = 100_000; digit < length && at(digit) >= 0 && at(digit) <= 9; digit++) {
        fraction += at(digit) * Math.floor(scale);
        scale /= 10;
      }
    } else {
      digit = 19;
    }
    const zoneLeft = length - digit;
    if (zoneLeft > 1 || (zoneLeft === 1 && bytes[start + digit] !== 0x5a)) return slowIso(bytes, start, end, offsetUs);
    const year = two(0) * 100 + two(2);
    const [month, day, hour, minute, second] = [two(5), two(8), two(11), two(14), two(17)];
    // Not beyond what every month has: the slow way knows the calendar.
    if (!(month >= 1 && month <= 12 && day >= 1 && day <= 28 && hour < 24 && minute < 60 && second < 60))
      return slowIso(bytes, start, end, offsetUs);
    const us = daysOf(year, month, day) * DAY_US + ((hour * 60 + minute) * 60 + second) * 1e6 + fraction;
    return zoneLeft === 1 ? us : us - offsetUs(us);
  };
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
