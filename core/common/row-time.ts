// Which row times are taken. Ten thousand million seconds or milliseconds are no time in microseconds that a fleet can mean.

/** The bounded words for a time that is not taken; each is a reason of dead letters. */
export type TimeRefusalReason =
  | 'time_missing'
  | 'time_negative'
  | 'time_in_seconds'
  | 'time_in_milliseconds'
  | 'time_too_far'
  | 'time_too_old';

/** A row may be this far ahead of the ETL's clock: more than any clock that is merely wrong by a few minutes. */
export const MAX_FUTURE_US = 3_600_000_000;

/** A clock that is further off than this from the gateway's makes its node's rows worthless as a history: they are set aside. */
export const MAX_SKEW_US = 86_400_000_000;

const DAY_US = 86_400_000_000;
const HOUR_US = 3_600_000_000;
/** Below: seconds; the year 5138 in seconds, 1973 in milliseconds. */
const SECONDS_BELOW = 1e11;
/** Below: milliseconds; the year 5138 in milliseconds, 1973 in microseconds. */
const MILLISECONDS_BELOW = 1e14;

/** The times that are taken now. */
export interface TimeWindow {
  oldestUs: number;
  newestUs: number;
}

/** QuestDB removes a partition once it is older than the TTL: an hour less is taken, so that nothing accepted vanishes at once. */
export function timeWindow(nowUs: number, ttlDays: number): TimeWindow {
  return { oldestUs: nowUs - ttlDays * DAY_US + HOUR_US, newestUs: nowUs + MAX_FUTURE_US };
}

/** Why a time outside of the window is refused. */
export function timeRefusal(timeUs: number, window: TimeWindow): { reason: TimeRefusalReason; detail: string } {
  if (timeUs === 0) return { reason: 'time_missing', detail: 'the row has no time' };
  if (timeUs < 0) return { reason: 'time_negative', detail: `time ${shownTime(timeUs)} is before 1970` };
  if (timeUs < SECONDS_BELOW) return { reason: 'time_in_seconds', detail: `time ${timeUs} is in seconds, microseconds are expected` };
  if (timeUs < MILLISECONDS_BELOW) {
    return { reason: 'time_in_milliseconds', detail: `time ${timeUs} is in milliseconds, microseconds are expected` };
  }
  if (timeUs > window.newestUs) return { reason: 'time_too_far', detail: `time ${shownTime(timeUs)} is more than an hour ahead` };
  return {
    reason: 'time_too_old',
    detail: `time ${shownTime(timeUs)} is older than the table keeps rows (since ${shownTime(window.oldestUs)})`,
  };
}

/** As ISO 8601 to the second; as a number where no calendar goes. */
function shownTime(timeUs: number): string {
  const date = new Date(Math.floor(timeUs / 1_000_000) * 1000);
  return Number.isNaN(date.getTime()) ? `${timeUs} µs` : date.toISOString().replace('.000Z', 'Z');
}
