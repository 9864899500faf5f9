// Whether what is gone from the beginning of the audit stream left by its limits or was cut off.

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** By how much two clocks may differ. What the stream's age limit would take within it anyhow is not told from what it took. */
const CLOCKS_AGREE_MS = HOUR_MS;

/** What the stream is now, and how long it keeps what it took. */
export interface AuditStreamFacts {
  /** The first number that it has; what came before it is gone. */
  firstSeq: number;
  /** True where another record makes the oldest leave. */
  isFull: boolean;
  /** By the policy, not by the stream's own word: whoever holds the store sets that. */
  keptMs: number;
  /** Unix ms. */
  nowMs: number;
}

/** A record that is known of, and gone from the beginning. */
export interface GoneRecord {
  /** When it was made, or when the stream took it, Unix ms; undefined where that is not known. */
  timeMs: number | undefined;
}

export interface AuditBeginning {
  verdict: 'left' | 'cut' | 'unknown';
  /** One sentence. */
  words: string;
}

/** Undefined where the stream has its first record. */
export function judgeBeginning(
  gone: readonly GoneRecord[],
  { firstSeq, isFull, keptMs, nowMs }: AuditStreamFacts,
): AuditBeginning | undefined {
  if (firstSeq <= 1) return undefined;
  const before = `the records before record ${firstSeq} are not available`;
  const newestMs = gone.reduce((most, { timeMs }) => Math.max(most, timeMs ?? 0), 0);
  const isOld = newestMs + keptMs < nowMs + CLOCKS_AGREE_MS;
  const days = `${Math.round(keptMs / DAY_MS)} days`;
  if (newestMs > 0 && !isOld && !isFull) {
    const newest = new Date(newestMs).toISOString();
    return { verdict: 'cut', words: `${before}: they were removed, since one of them is of ${newest}, and records are kept for ${days}` };
  }
  if (gone.length === 0 || gone.some(({ timeMs }) => timeMs === undefined))
    return { verdict: 'unknown', words: `${before}: whether they left by age or size or were removed is not known` };
  return { verdict: 'left', words: isOld ? `${before}: they left by age, after ${days}` : `${before}: they left, as the stream is full` };
}

/** When a record was made, by its gateway's clock; undefined where that clock is ahead of the stream's by more than clocks may differ. */
export function trustedMs(timeMs: number | undefined, next: { timeMs: number; takenMs: number }): number | undefined {
  return next.timeMs - next.takenMs > CLOCKS_AGREE_MS ? undefined : timeMs;
}
