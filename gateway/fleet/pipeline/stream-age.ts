// How long the oldest sample that the store does not have yet has waited.

/** A store that was restarted or updated has caught up long before. */
const WARN_MS = 3_600_000;

/** What is wrong, or nothing. The stream drops no sample for its age: it fills, and then the agents wait. */
export function ageProblems(oldestMs: number, nowMs: number): string[] {
  const ageMs = nowMs - oldestMs;
  if (oldestMs <= 0 || ageMs < WARN_MS) return [];
  return [
    `the oldest sample that is not stored has waited ${Math.floor(ageMs / WARN_MS)} h: see that the ETL and the database run; nothing is dropped, but once the stream is full agents keep their samples until their spools are full too`,
  ];
}
