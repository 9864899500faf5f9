// How far local time is ahead of UTC, with the hours that come twice and those that never come when clocks are set.
import { MusterError } from '../../../common/muster-error.ts';

/** Which of the two moments of a local time that comes twice is meant, Unix µs; NaN where nothing tells. */
export type FoldChoice = (firstUs: number, secondUs: number) => number;

const QUARTER_US = 900e6;
const DAY_US = 86_400_000_000;
const MAX_KEPT = 10_000;
/** What a Date holds, less a margin of two days. */
const MAX_DATE_US = 8.64e18 - 2 * DAY_US;

/**
 * How far local time is ahead of UTC at a local time, µs. NaN for a local time that does not exist, and for one that comes twice unless `choose`
 * tells which it is. Throws `invalid_argument` for no zone.
 */
export function createZoneOffset(zone: string, choose: FoldChoice = () => Number.NaN): (localUs: number) => number {
  const fixed = fixedOffset(zone);
  if (fixed !== undefined) return () => fixed;
  const at = offsetsOf(zone);
  // Offsets change on the quarter of an hour: one answer serves all rows of it.
  const kept = new Map<number, readonly number[]>();
  let lastKey = Number.NaN;
  let last: readonly number[] = [];
  return (localUs) => {
    if (!(Math.abs(localUs) < MAX_DATE_US)) return Number.NaN;
    const key = Math.floor(localUs / QUARTER_US);
    if (key !== lastKey) {
      const found = kept.get(key) ?? possible(at, localUs);
      if (kept.size > MAX_KEPT) kept.clear();
      kept.set(key, found);
      lastKey = key;
      last = found;
    }
    const [offset = Number.NaN, second] = last;
    return second === undefined ? offset : localUs - choose(localUs - offset, localUs - second);
  };
}

/** False for a zone whose clocks are never set. */
export function hasChanges(zone: string): boolean {
  return fixedOffset(zone) === undefined;
}

function fixedOffset(zone: string): number | undefined {
  const fixed = /^(?:UTC|GMT|Z)?([+-])(\d\d?)(?::?(\d\d))?$/i.exec(zone);
  if (fixed !== null) return (Number(fixed[2]) * 60 + Number(fixed[3] ?? 0)) * 60e6 * (fixed[1] === '-' ? -1 : 1);
  return /^(UTC|Z|GMT)$/i.test(zone) ? 0 : undefined;
}

/** The offsets at which a local time exists: one, two with the earlier moment first, or none. */
function possible(at: (utcUs: number) => number, localUs: number): number[] {
  // Clocks are not set twice within two days.
  const around = [at(localUs - DAY_US), at(localUs + DAY_US)];
  const real = [...new Set(around)].filter((offset) => at(localUs - offset) === offset);
  return real.sort((a, b) => b - a);
}

function offsetsOf(zone: string): (utcUs: number) => number {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  } catch (error) {
    throw new MusterError(
      'invalid_argument',
      `time zone is ${JSON.stringify(zone.slice(0, 80))}: UTC, an offset like +01:00 or a name like Africa/Accra is needed`,
      error,
    );
  }
  return (utcUs) => {
    const name = format.formatToParts(utcUs / 1000).find((part) => part.type === 'timeZoneName')?.value ?? 'GMT';
    const match = /([+-])(\d\d):(\d\d)/.exec(name);
    return match === null ? 0 : (Number(match[2]) * 60 + Number(match[3])) * 60e6 * (match[1] === '-' ? -1 : 1);
  };
}
