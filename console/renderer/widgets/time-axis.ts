// The labels of a time axis: as fine as the stretch needs, and so far apart that they never touch.
import { formatClock, formatDay, formatMinute } from './format.ts';

const SECONDS_UP_TO = 300;
/** Longer, and the same minute may be there twice. */
const MINUTES_UP_TO = 86_400;

/** Of a moment in seconds, on an axis that shows so many seconds. */
export function timeLabel(seconds: number, spanSeconds: number): string {
  if (spanSeconds <= SECONDS_UP_TO) return formatClock(seconds * 1000);
  return spanSeconds > MINUTES_UP_TO ? formatDay(seconds * 1000) : formatMinute(seconds * 1000);
}

/** Pixels from one label to the next at the least, in the charts' 11 px. */
export function labelSpace(spanSeconds: number): number {
  if (spanSeconds <= SECONDS_UP_TO) return 76;
  return spanSeconds > MINUTES_UP_TO ? 100 : 56;
}

/** As uPlot asks for it. */
export const axisSpace = (_: unknown, __: number, least: number, most: number): number => labelSpace(most - least);
