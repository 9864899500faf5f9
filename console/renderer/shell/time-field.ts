// A moment as it is typed: 24 hours, in the zone that is shown. What is left out is of today.
import { zoneOffsetMinutes } from '../widgets/format.ts';

const FORM = /^(?:(\d{4})-(\d{1,2})-(\d{1,2}))?[T ]*(?:(\d{1,2}):(\d{2})(?::(\d{2}))?)?\s*(Z|UTC|[+-]\d{2}:?\d{2})?$/i;

/** `2026-12-01 17:24:53` in the shown zone; with the offset, `2026-10-25 02:30:00 +02:00`, where that hour comes twice and this is the other one. */
export function formatField(ms: number): string {
  const minutes = zoneOffsetMinutes(ms);
  const text = new Date(ms + minutes * 60_000).toISOString().slice(0, 19).replace('T', ' ');
  if (parseField(text, ms) === Math.floor(ms / 1000) * 1000) return text;
  const size = Math.abs(minutes);
  return `${text} ${minutes < 0 ? '-' : '+'}${two(String(Math.floor(size / 60)))}:${two(String(size % 60))}`;
}

/** Unix ms of `2026-12-01 17:24:53`, `2026-12-01 17:24`, `2026-12-01`, `17:24`; with `Z` or an offset behind it, of that zone. NaN for anything else. */
export function parseField(text: string, nowMs: number): number {
  const match = FORM.exec(text.trim());
  const [, year, month, day, hour, minute, second, zone] = match ?? [];
  if (match === null || (year === undefined && hour === undefined)) return Number.NaN;
  const date = year === undefined ? dayOf(nowMs) : [year, two(month), two(day)].join('-');
  const asUtc = Date.parse(`${date}T${two(hour ?? '0')}:${minute ?? '00'}:${second ?? '00'}Z`);
  if (Number.isNaN(asUtc) || new Date(asUtc).toISOString().slice(0, 10) !== date) return Number.NaN;
  if (zone !== undefined) return asUtc - offsetOf(zone) * 60_000;
  // Asked twice, as the offset may be another one at that moment.
  const near = asUtc - zoneOffsetMinutes(asUtc) * 60_000;
  return asUtc - zoneOffsetMinutes(near) * 60_000;
}

function dayOf(ms: number): string {
  return new Date(ms + zoneOffsetMinutes(ms) * 60_000).toISOString().slice(0, 10);
}

function two(digits: string | undefined): string {
  return (digits ?? '').padStart(2, '0');
}

function offsetOf(zone: string): number {
  if (/^(z|utc)$/i.test(zone)) return 0;
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(-2))];
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}
