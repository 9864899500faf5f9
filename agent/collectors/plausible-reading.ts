// Tells a reading of a sensor from what a broken, an absent or a saturated one says in its place.

export interface ReadingRange {
  /** What such a thing can be at all. */
  least: number;
  most: number;
  /** The most that can be true where the chip bears `limit`, in the unit of the reading; infinite where it does not tell. */
  mostWith(limit: number): number;
}

/** All bits of a register set, and the ends of 32 bits: what a bus without an answer and a driver without a value give. */
const NO_VALUES: ReadonlySet<number> = new Set([4_294_967_295, 2_147_483_647, -2_147_483_648]);

/** A whole number, which may be negative, of a file; NaN where it holds none. */
export function parseReading(bytes: Buffer): number {
  const text = bytes.toString('latin1').trim();
  return /^-?\d+$/.test(text) && !NO_VALUES.has(Number(text)) ? Number(text) : Number.NaN;
}

/** The value, or NaN where it cannot be true. `limit` is what the chip bears at most; NaN where it does not say. */
export function plausible(value: number, range: ReadingRange, limit: number): number {
  return value >= range.least && value <= range.most && value <= range.mostWith(limit) ? value : Number.NaN;
}

/**
 * Sensors of machines measure from -55 °C; the hottest parts end below 200 °C. A part that is 50 °C beyond its own critical limit has long been
 * switched off by its hardware. Limits below 60 °C are mistakes of firmware: healthy parts are hotter.
 */
export const CELSIUS: ReadingRange = { least: -55, most: 200, mostWith: (limit) => (limit >= 60 ? limit + 50 : Infinity) };

/** The fastest fans of servers have 40,000 rpm. */
export const RPM: ReadingRange = { least: 0, most: 50_000, mostWith: timesLimit(3) };

/** From a shunt that measures both ways to the mains of a power supply. */
export const VOLTS: ReadingRange = { least: -100, most: 1000, mostWith: timesLimit(2) };

/** A part draws no more than the circuit that feeds a rack's machine. */
export const WATTS: ReadingRange = { least: -30_000, most: 30_000, mostWith: timesLimit(3) };

function timesLimit(factor: number): (limit: number) => number {
  return (limit) => (limit > 0 ? limit * factor : Infinity);
}
