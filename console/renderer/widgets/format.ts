// Numbers, times and sizes as text. Fixed precision a column, so that figures do not jump.
import { counted, inByteUnits } from '../../../core/common/quantity.ts';

const NONE = '–';
const formats = new Map<number, Intl.NumberFormat>();

/** With exactly so many decimals and grouped thousands; – where there is no value. */
export function formatNumber(value: number | null | undefined, decimals = 0): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NONE;
  // As the command line rounds, and seven times as fast: a table writes hundreds of them in a frame.
  if (value > -999 && value < 999) return value.toFixed(decimals);
  let format = formats.get(decimals);
  if (format === undefined) {
    format = new Intl.NumberFormat('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
    formats.set(decimals, format);
  }
  return format.format(value);
}

/** Three digits or so: 0.42, 4.2, 42, 420. */
export function formatShort(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NONE;
  const size = Math.abs(value);
  return formatNumber(value, size >= 100 || value === 0 ? 0 : size >= 10 ? 1 : 2);
}

const axisFormat = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 4 });

/** As a scale is labelled: no decimals that say nothing. */
export function formatAxis(value: number): string {
  return axisFormat.format(value);
}

/** Bytes a second as Mbit/s: networks are counted in bits. */
export function toMegabits(bytesPerSecond: number | null | undefined): number | null {
  return bytesPerSecond === null || bytesPerSecond === undefined ? null : (bytesPerSecond * 8) / 1e6;
}

export function formatBytes(bytes: number | null | undefined): string {
  if (bytes === null || bytes === undefined || !Number.isFinite(bytes)) return NONE;
  const { value, unit } = inByteUnits(bytes);
  return `${unit === 'B' ? formatNumber(value) : formatShort(value)} ${unit}`;
}

/** A length of time in one unit: `0.4 s`, `22 min`, `2.2 h`, `11 d`. */
export function formatAge(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return NONE;
  const seconds = Math.max(0, ms / 1000);
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 90) return `${seconds.toFixed(0)} s`;
  if (seconds < 5400) return `${(seconds / 60).toFixed(0)} min`;
  if (seconds < 172_800) return `${(seconds / 3600).toFixed(1)} h`;
  return `${(seconds / 86_400).toFixed(0)} d`;
}

function formatsOf(timeZone: 'UTC' | undefined) {
  const format = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
    new Intl.DateTimeFormat('en-GB', timeZone === undefined ? options : { ...options, timeZone });
  return {
    clock: format({ hour: '2-digit', minute: '2-digit', second: '2-digit' }),
    minute: format({ hour: '2-digit', minute: '2-digit' }),
    day: format({ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' }),
    date: format({ day: 'numeric', month: 'short' }),
    zone: format({ timeZoneName: 'short' }),
  };
}

let times = formatsOf(undefined);
let utc = false;

/** The zone that times are shown in from now on: the operator's, or UTC. */
export function setZone(zone: 'local' | 'utc'): void {
  utc = zone === 'utc';
  times = formatsOf(utc ? 'UTC' : undefined);
}

export function isUtcShown(): boolean {
  return utc;
}

/** Minutes from UTC to the shown zone at that moment, as 60 for GMT+1. */
export function zoneOffsetMinutes(ms: number): number {
  return utc ? 0 : -new Date(ms).getTimezoneOffset();
}

/** `14:06:32` in the operator's zone. */
export function formatClock(ms: number): string {
  return times.clock.format(ms);
}

/** `14:06`. */
export function formatMinute(ms: number): string {
  return times.minute.format(ms);
}

/** `1 Dec 17:36:30`. */
export function formatDayClock(ms: number): string {
  return `${times.date.format(ms)} ${formatClock(ms)}`;
}

/** `21 Nov, 14:06`. */
export function formatDay(ms: number): string {
  return times.day.format(ms);
}

/**
 * A time that may be of another day: `14:06:32` where it is of the day of `nowMs`, else `21 Nov, 14:06:32`. Where the clock was changed in between,
 * `02:40:00 CEST`: the hour may come twice that day.
 */
export function formatMoment(ms: number, nowMs: number): string {
  if (!isOneDay(ms, nowMs)) return `${times.date.format(ms)}, ${formatClock(ms)}`;
  return zoneOffsetMinutes(ms) === zoneOffsetMinutes(nowMs) ? formatClock(ms) : `${formatClock(ms)} ${zoneName(ms)}`;
}

/** Whether both are of one day in the shown zone. */
export function isOneDay(aMs: number, bMs: number): boolean {
  return Math.abs(aMs - bMs) < 172_800_000 && times.date.format(aMs) === times.date.format(bMs);
}

/** The shown zone as it is at that moment: `CET` in winter, `CEST` in summer. */
export function zoneName(ms: number): string {
  return times.zone.formatToParts(ms).find((part) => part.type === 'timeZoneName')?.value ?? '';
}

/** ISO 8601 with microseconds, as copies and tables of results show it. */
export function formatIsoMicros(timeUs: number): string {
  if (Number.isNaN(timeUs)) return NONE;
  const ms = Math.floor(timeUs / 1000);
  const micros = Math.round(timeUs - ms * 1000);
  const iso = new Date(ms).toISOString();
  return `${iso.slice(0, -1)}${String(micros).padStart(3, '0')}Z`;
}

/** `1 node`, `2 nodes`. */
export function plural(count: number, one: string, many?: string): string {
  return counted(count, one, many, formatNumber);
}
