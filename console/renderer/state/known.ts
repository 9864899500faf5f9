// What a value on screen is worth: when it was so, where it comes from, and whether it is whole. Pure; whatever may be old, cut or missing is kept
// as one of these, so that nothing shows more than is known.

/** Heard from the gateway as it happened, read from the store, or heard once and told again. */
export type Source = 'live' | 'store' | 'replayed';

/**
 * `partial`: true as far as it goes, but not all of it. `stale`: was whole, and may be another by now. `reason` is one sentence for whoever looks;
 * empty where nothing is to be said.
 */
export interface KnownValue<T> {
  readonly worth: 'known' | 'partial' | 'stale';
  readonly value: T;
  readonly asOfMs: number;
  readonly source: Source;
  readonly reason: string;
}

/** There is nothing to show yet, or it could not be read. */
export interface NotKnown {
  readonly worth: 'unknown';
  readonly value?: undefined;
  readonly reason: string;
}

export type Known<T> = KnownValue<T> | NotKnown;

/** `missing` says what of it is not there: then it is partial. */
export function known<T>(value: T, asOfMs: number, source: Source, missing = ''): KnownValue<T> {
  return { worth: missing === '' ? 'known' : 'partial', value, asOfMs, source, reason: missing };
}

export function notKnown(reason = ''): NotKnown {
  return { worth: 'unknown', reason };
}

/** The same value, which may be another by now: a newer one could not be had. Nothing known stays nothing known, with this reason. */
export function stale<T>(before: Known<T>, reason: string): Known<T> {
  return before.worth === 'unknown' ? notKnown(reason) : { ...before, worth: 'stale', reason };
}

/** Stale once it is older than `forMs`. What is partial stays so: that is the worse. */
export function aged<T>(before: Known<T>, nowMs: number, forMs: number): Known<T> {
  if (before.worth !== 'known' || nowMs - before.asOfMs <= forMs) return before;
  return { ...before, worth: 'stale' };
}

/** Another value from it, worth the same. */
export function mapKnown<T, U>(before: Known<T>, change: (value: T) => U): Known<U> {
  return before.worth === 'unknown' ? before : { ...before, value: change(before.value) };
}

/** The value, or what stands for none. */
export function valueOr<T, U>(from: Known<T>, none: U): T | U {
  return from.worth === 'unknown' ? none : from.value;
}

const ORDER = ['known', 'stale', 'partial', 'unknown'] as const;

/** What several together are worth: as much as the worst, as old as the oldest. */
export function together<T>(parts: readonly Known<T>[]): Known<readonly T[]> {
  let worst: Known<T> | undefined;
  let asOfMs = Number.POSITIVE_INFINITY;
  const values: T[] = [];
  for (const part of parts) {
    if (worst === undefined || ORDER.indexOf(part.worth) > ORDER.indexOf(worst.worth)) worst = part;
    if (part.worth === 'unknown') continue;
    values.push(part.value);
    asOfMs = Math.min(asOfMs, part.asOfMs);
  }
  if (worst === undefined) return notKnown();
  return worst.worth === 'unknown' ? worst : { ...worst, value: values, asOfMs };
}

/** Their sum: partial, for the reason of the first, where some of them are not known; unknown where none is. */
export function sumOf(parts: readonly Known<number>[]): Known<number> {
  const told = together(parts.filter(({ worth }) => worth !== 'unknown'));
  if (told.worth === 'unknown') return parts[0] ?? told;
  const sum = mapKnown(told, (values) => values.reduce((total, value) => total + value, 0));
  const missing = parts.find(({ worth }) => worth === 'unknown');
  return missing === undefined || sum.worth === 'unknown' ? sum : { ...sum, worth: 'partial', reason: missing.reason };
}
