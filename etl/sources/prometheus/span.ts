// The span of a back-fill as one types it: `2026-11-22T00:00Z..now`, `24h..now`, `7d..1d`.
import { parseIsoTime } from '../../../core/common/iso-time.ts';
import { MusterError } from '../../../core/common/muster-error.ts';

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const DAY_MS = 86_400_000;

export interface Span {
  fromMs: number;
  toMs: number;
}

/** A date alone is its first moment in UTC, a duration is so long before now. Throws `invalid_argument`. */
export function parseSpan(text: string, nowMs: number): Span {
  const [from = '', to = '', more] = text.split('..');
  if (from === '' || to === '' || more !== undefined) {
    throw new MusterError(
      'invalid_argument',
      `--backfill ${text}: FROM..TO is needed, such as 24h..now or 2026-11-22T00:00Z..2026-11-23T00:00Z`,
    );
  }
  const span = { fromMs: parseMoment(from, nowMs), toMs: parseMoment(to, nowMs) };
  if (span.fromMs >= span.toMs) throw new MusterError('invalid_argument', `--backfill ${text}: it ends before it begins`);
  return span;
}

/** What the store would refuse as too old is better said before anything is fetched. Throws `invalid_argument`. */
export function checkSpanAge({ fromMs }: Span, ttlDays: number, nowMs: number): void {
  const days = (nowMs - fromMs) / DAY_MS;
  if (days <= ttlDays - 1 / 24) return;
  throw new MusterError(
    'invalid_argument',
    `--backfill begins ${Math.ceil(days)} days ago: the store keeps rows for ${ttlDays} days (ttlDays says so; it must agree with the ETL's)`,
  );
}

function parseMoment(text: string, nowMs: number): number {
  if (text === 'now') return nowMs;
  const ago = /^(\d+)([smhd])$/.exec(text);
  if (ago !== null) return nowMs - Number(ago[1]) * (UNITS[ago[2]!] as number);
  const timeUs = parseIsoTime(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00Z` : text, 0);
  if (timeUs === undefined)
    throw new MusterError(
      'invalid_argument',
      `--backfill: ${JSON.stringify(text.slice(0, 60))} is no time: 2026-11-22T08:00Z, 24h (ago) or now is needed`,
    );
  return timeUs / 1000;
}
