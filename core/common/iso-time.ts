// Times as people and scripts write them: ISO 8601 with a zone, to the microsecond.

const ISO = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s?(Z|z|[+-]\d\d(?::?\d\d)?)?$/;

/**
 * Unix microseconds of `2026-11-23T08:15:00.123456+01:00`; digits beyond the microsecond are cut. Undefined for what is no such time, or no
 * day of the calendar. A time without zone is taken in `zoneMinutes` east of UTC, and refused where that is undefined.
 */
export function parseIsoTime(text: string, zoneMinutes?: number): number | undefined {
  const match = ISO.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0)) as number[] as DateParts;
  const offset = match[8] === undefined ? zoneMinutes : minutesOf(match[8]);
  if (offset === undefined || !isCalendar([year, month, day, hour, minute, second])) return undefined;
  const micros = Number((match[7] ?? '').slice(0, 6).padEnd(6, '0'));
  return (Date.UTC(year, month - 1, day, hour, minute - offset, second) / 1000) * 1e6 + micros;
}

type DateParts = [year: number, month: number, day: number, hour: number, minute: number, second: number];

function isCalendar([year, month, day, hour, minute, second]: DateParts): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day && hour < 24 && minute < 60 && second < 60;
}

/** Minutes east of UTC; undefined where there is no such zone. */
function minutesOf(zone: string): number | undefined {
  if (zone === 'Z' || zone === 'z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(3).replace(':', '') || 0);
  if (hours > 14 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}
