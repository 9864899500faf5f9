// What values can be, by the unit that a field's name tells. Beyond that a value is a fault of a driver, a counter or a division, never the machine's.

export interface Bounds {
  least: number;
  most: number;
  /** Completes "health_percent of BAT0 was 1e9: …". */
  words: string;
}

/** Whatever a file of the kernel holds at most: beyond it lie numbers that wrapped below zero. */
const MOST_COUNT = 2 ** 63;
/** A share may be a little beyond its end: numerator and denominator are not read at the same moment. */
const SHARE: Bounds = bounds(-1, 110, 'a share is from 0 to 100 %');
const COUNT: Bounds = bounds(0, MOST_COUNT - 1025, 'a size or a count is from 0 to 2^63');

/** The first that fits the field's name counts. */
const BY_NAME: readonly (readonly [RegExp, Bounds])[] = [
  [/celsius$/, bounds(-100, 250, 'a temperature of a machine is from -100 to 250 °C')],
  // Of all cores together.
  [/cpu(_throttled)?_percent$/, bounds(-1, 1e6, 'a CPU time is from 0 to 100 % of each core')],
  // Of a battery in its first year; of a drive beyond its rated life; of a fan beyond its rated speed; of packets that had to be sent again and again.
  [/(health|wear|fan)_percent$/, bounds(-1, 300, 'such a share is from 0 to 300 %')],
  [/retransmit_percent$/, bounds(-1, 1e5, 'such a share is from 0 to 100000 %')],
  // A limit may be set below what is in use.
  [/^(open_files|tracked_connections|memory)_percent$/, bounds(0, 1e6, 'a share of a limit is from 0 to 10^6 %')],
  [/(_percent|_pct|(some|full)_avg\d+)$/, SHARE],
  [/^load\d+$/, bounds(0, 1e7, 'a load is from 0 to 10^7')],
  [/bytes_per_second$/, bounds(0, 1e12, 'no device moves more than 10^12 bytes a second')],
  [/_per_second$/, bounds(0, 1e12, 'nothing happens more than 10^12 times a second')],
  [/skew_ms$/, bounds(-1e14, 1e14, 'a clock is not so far off')],
  [/latency_ms$/, bounds(0, 1e8, 'no request takes longer than a day')],
  [/(queue_length|in_flight)$/, bounds(0, 1e7, 'no disk has more than 10^7 requests under way')],
  [/_seconds$/, bounds(0, 1e11, 'a time is from 0 to 10^11 s')],
  [/(^|_)hertz$/, bounds(0, 1e12, 'a frequency is from 0 to 10^12 Hz')],
  [/(^|_)mhz$/, bounds(0, 1e6, 'a frequency is from 0 to 10^6 MHz')],
  [/(^|_)rpm$/, bounds(0, 1e6, 'a fan turns 0 to 10^6 times a minute')],
  [/(^|_)volts$/, bounds(-1e6, 1e6, 'a voltage is from -10^6 to 10^6 V')],
  [/(^|_)watts$/, bounds(-1e9, 1e9, 'a power is from -10^9 to 10^9 W')],
];
/** Measurements whose fields are shares without saying so. */
const SHARES = new Set(['cpu']);

export function boundsOf(measurement: string, field: string): Bounds {
  if (SHARES.has(measurement)) return SHARE;
  return BY_NAME.find(([pattern]) => pattern.test(field))?.[1] ?? COUNT;
}

function bounds(least: number, most: number, words: string): Bounds {
  return { least, most, words };
}
