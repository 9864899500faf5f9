// The window's time in its address: whoever opens the address, or loads the page again, sees the same moment.
import type { Store } from './store.ts';
import { FIRST_SPAN_MS, pastRange, spanOf, type TimeRange } from './time-range.ts';

const KEY = 'time';
const LIVE = /^last-(\d{1,9})s$/;
/** The gateway's clock may be ahead of this browser's by so much. */
const CLOCK_MS = 300_000;
const LONGEST_SECONDS = 366 * 86_400;

/** The time that a fragment like `#/fleet?filter=…&time=2026-12-01T17:36:30Z/2026-12-01T17:51:30Z` names; undefined where it names none that makes sense. */
export function timeOf(fragment: string, nowMs = Date.now()): TimeRange | undefined {
  const value = new URLSearchParams(fragment.split('?').slice(1).join('?')).get(KEY) ?? '';
  const live = LIVE.exec(value);
  if (live !== null) {
    const seconds = Number(live[1]);
    return seconds > 0 && seconds <= LONGEST_SECONDS ? { kind: 'live', spanMs: seconds * 1000 } : undefined;
  }
  const [from = '', to = ''] = value.split('/');
  return pastRange(Date.parse(from), Date.parse(to), nowMs + CLOCK_MS);
}

/** The fragment with this time in it, and no other. The first span needs no words. */
export function withTime(fragment: string, range: TimeRange): string {
  const [path = '', ...search] = fragment.split('?');
  const query = new URLSearchParams(search.join('?'));
  query.delete(KEY);
  const rest = query.toString();
  const time = inWords(range);
  const parts = [rest, time === '' ? '' : `${KEY}=${time}`].filter(Boolean).join('&');
  return parts === '' ? path : `${path}?${parts}`;
}

function inWords(range: TimeRange): string {
  if (range.kind === 'past') return `${iso(range.fromMs)}/${iso(range.toMs)}`;
  return range.spanMs === FIRST_SPAN_MS ? '' : `last-${Math.round(range.spanMs / 1000)}s`;
}

function iso(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z');
}

/** While time plays, the address follows at rest: a browser takes only so many changes. */
const SETTLE_MS = 400;

/** Keeps the window's time in the address bar, and takes it from there when somebody goes to an address that names one. */
export function keepTimeInAddress(time: Store<TimeRange>): void {
  const write = (): void => {
    const next = withTime(location.hash || '#/fleet', time.get());
    if (next !== (location.hash || '#/fleet')) history.replaceState(history.state, '', next);
  };
  let settle: ReturnType<typeof setTimeout> | undefined;
  time.subscribe(() => {
    clearTimeout(settle);
    settle = setTimeout(write, SETTLE_MS);
  });
  window.addEventListener('hashchange', () => {
    const named = timeOf(location.hash);
    if (named !== undefined && !isSame(named, time.get())) time.set(named);
    write();
  });
  write();
}

function isSame(a: TimeRange, b: TimeRange): boolean {
  return a.kind === b.kind && spanOf(a) === spanOf(b) && (a.kind === 'live' || (b.kind === 'past' && a.toMs === b.toMs));
}
