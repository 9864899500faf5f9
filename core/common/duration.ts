// Durations as people type them, in one way everywhere: a number, with a unit behind it or none.

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 };

/** What a duration may be, for the sentence that refuses one: seconds stand without a unit. */
export const DURATION_RULE = 'a number of seconds, or one with a unit, is needed, such as 45, 45s, 30m, 24h or 90d';

/** `150`, `150s`, `2m`, `1.5h` → milliseconds; a bare number is of `bare`. Undefined for anything else, and below 0. */
export function durationMsOf(text: string, bare: 's' | 'ms' = 's'): number | undefined {
  const found = /^(\d{1,12}(?:\.\d{1,6})?) ?(ms|s|m|min|h|d)?$/.exec(text.trim());
  return found === null ? undefined : Math.round(Number(found[1]) * (UNITS_MS[found[2] ?? bare] as number));
}
