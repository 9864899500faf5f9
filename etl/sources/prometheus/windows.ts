// Which stretches of time are asked for. Times are counted in steps since 1970, so that every run of a query asks for the same points.

/** Points of a query, both ends included. */
export interface Window {
  readonly first: number;
  readonly last: number;
}

const DAY_MS = 86_400_000;
const LEAST_POINTS_OF_PERIOD = 1440;

/** The last step at or before this time. */
export function stepAt(timeMs: number, stepMs: number): number {
  return Math.floor(timeMs / stepMs);
}

/** The first step at or after this time. */
export function stepFrom(timeMs: number, stepMs: number): number {
  return Math.ceil(timeMs / stepMs);
}

/**
 * Batches of a query are numbered anew with each period: a day, or longer where a day has few points. An epoch a day keeps the ledger small,
 * and a window never lies in two.
 */
export function periodOf(step: number, stepMs: number): number {
  return Math.floor(step / pointsOfPeriod(stepMs));
}

function pointsOfPeriod(stepMs: number): number {
  return Math.max(Math.ceil(DAY_MS / stepMs), LEAST_POINTS_OF_PERIOD);
}

/** What comes after step `done`, up to `upTo`, at most so many points, within one period. Undefined where nothing is due. */
export function windowAfter(done: number, upTo: number, stepMs: number, maxPoints: number): Window | undefined {
  const first = done + 1;
  const endOfPeriod = (periodOf(first, stepMs) + 1) * pointsOfPeriod(stepMs) - 1;
  const last = Math.min(upTo, done + maxPoints, endOfPeriod);
  return last < first ? undefined : { first, last };
}

/** A span in pieces whose ends do not depend on where it begins: spans that overlap have the pieces between in common. */
export function* piecesOf(span: Window, maxPoints: number): Generator<Window> {
  for (let first = span.first; first <= span.last; ) {
    const last = Math.min(span.last, (Math.floor(first / maxPoints) + 1) * maxPoints - 1);
    yield { first, last };
    first = last + 1;
  }
}

/** The earlier part of a window that was too much at once; undefined for a single point. */
export function firstHalf({ first, last }: Window): Window | undefined {
  return first === last ? undefined : { first, last: first + Math.floor((last - first) / 2) };
}
