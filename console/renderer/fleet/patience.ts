// When a node that is not heard counts as late and as silent: as the gateway judges, for moments that only the store knows.

const LATE_INTERVALS = 3;
const SILENT_INTERVALS = 10;
const SILENT_AT_LEAST_MS = 30_000;
/** Agents send once a second, so a node that samples faster is not heard more often. */
const SHORTEST_INTERVAL_MS = 1000;

export function patience(intervalMs: number): { lateMs: number; silentMs: number } {
  const interval = Math.max(intervalMs, SHORTEST_INTERVAL_MS);
  return { lateMs: interval * LATE_INTERVALS, silentMs: Math.max(interval * SILENT_INTERVALS, SILENT_AT_LEAST_MS) };
}
