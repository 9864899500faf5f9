// Numbers as people read them.
import { counted as countedWith, inByteUnits, inTimeUnits } from '../../core/common/quantity.ts';

/** 1536 → `1.5 KiB`. */
export function formatBytes(bytes: number): string {
  const { value, unit } = inByteUnits(bytes);
  return `${unit === 'B' ? Math.round(value) : value.toFixed(1)} ${unit}`;
}

/** Bytes as MiB with one digit, for a column whose header has the unit. */
export function formatMebibytes(bytes: number | undefined): string {
  return bytes === undefined ? '-' : (bytes / 1024 ** 2).toFixed(1);
}

/** `12.3`, `-` where absent. */
export function formatNumber(value: number | null | undefined, digits = 1): string {
  return value === null || value === undefined || Number.isNaN(value) ? '-' : value.toFixed(digits);
}

/** 1234567 → `1,234,567`. */
export function formatCount(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** `1 row`, `1,234 rows`. */
export function counted(count: number, one: string, many?: string): string {
  return countedWith(count, one, many, formatCount);
}

/** 93_784_000 → `1 d 2 h`; 250 → `0 s`. The two largest units that say something. */
export function formatDuration(ms: number): string {
  return inTimeUnits(Math.max(0, Math.floor(ms / 1000)));
}
