// How old the oldest sample is that the store does not have yet, against the age at which the stream drops it.

/** From this share of the stream's age on people are told: there is still time to act. */
const WARN_SHARE = 2 / 3;
const HOUR_MS = 3_600_000;

/** What is wrong, or nothing. `maxAgeMs` 0 means that the stream drops nothing for its age. */
export function ageProblems(oldestMs: number, nowMs: number, maxAgeMs: number): string[] {
  const ageMs = nowMs - oldestMs;
  if (oldestMs <= 0 || maxAgeMs <= 0 || ageMs < maxAgeMs * WARN_SHARE) return [];
  const leftMs = Math.max(0, maxAgeMs - ageMs);
  return [
    `the oldest sample that is not stored has waited ${Math.floor(ageMs / HOUR_MS)} h: in ${Math.floor(leftMs / HOUR_MS)} h the stream begins to drop acknowledged samples, see that the ETL and the database run`,
  ];
}
