// The stretch of time that a partition stands for.
import type { PartitionBy } from '../questdb/table-ttl.ts';

export interface Period {
  fromUs: number;
  /** Exclusive. */
  toUs: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** 1970-01-01 was a Thursday; weeks begin on Monday. */
const MONDAY_MS = -3 * DAY_MS;

/** The partition that a time is in. */
export function periodOf(timeUs: number, partitionBy: PartitionBy): Period {
  const ms = Math.floor(timeUs / 1000);
  if (partitionBy === 'month') {
    const date = new Date(ms);
    const month = (more: number): number => Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + more) * 1000;
    return { fromUs: month(0), toUs: month(1) };
  }
  const [length, origin] = { hour: [HOUR_MS, 0] as const, day: [DAY_MS, 0] as const, week: [7 * DAY_MS, MONDAY_MS] as const }[partitionBy];
  const from = Math.floor((ms - origin) / length) * length + origin;
  return { fromUs: from * 1000, toUs: (from + length) * 1000 };
}

/** The longest TTL with which a table whose newest row is at `newestUs` loses what ends at `endUs`, in whole partitions. */
export function partitionsBetween(endUs: number, newestUs: number, partitionBy: PartitionBy): number {
  let count = 0;
  for (let period = periodOf(endUs, partitionBy); period.toUs <= newestUs; period = periodOf(period.toUs, partitionBy)) count++;
  return count;
}

/** `2026-11-20`, of an hour `2026-11-20T13`: for the name of a file. */
export function nameOf({ fromUs, toUs }: Period): string {
  return new Date(fromUs / 1000).toISOString().slice(0, toUs - fromUs === HOUR_MS * 1000 ? 13 : 10);
}
