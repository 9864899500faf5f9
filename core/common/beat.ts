// How often an agent is heard at the least: its heartbeats come about as often as its samples, within bounds.

const SHORTEST_MS = 4000;
const LONGEST_MS = 15_000;
/** Out of step with the samples: one that always fell between a batch and its acknowledgement would always tell of a batch that waits. */
const OUT_OF_STEP_MS = 1000;

/** `intervalMs` is that of its ticks at rest. */
export function beatEveryMs(intervalMs: number): number {
  return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, intervalMs + OUT_OF_STEP_MS));
}
