// Durations as people type them.
import { InvalidArgumentError } from 'commander';

const SECONDS: Record<string, number> = { s: 1, m: 60, min: 60, h: 3600, d: 86_400 };

/** `90d`, `24h`, `30m`, `45s` → seconds. Throws what commander shows as a usage error. */
export function parseDurationSeconds(text: string): number {
  const [, digits = '', unit = ''] = /^(\d+)(s|m|min|h|d)$/.exec(text.trim()) ?? [];
  const seconds = Number(digits) * (SECONDS[unit] ?? 0);
  if (seconds <= 0) throw new InvalidArgumentError('Expected a number and a unit, such as 45s, 30m, 24h or 90d.');
  return seconds;
}
