// The spool's limits as the settings have them.
import type { SpoolLimits } from './spool.ts';

export interface SpoolSettings {
  readonly spoolMaxBytes: number;
  readonly spoolMaxRows: number;
  /** Milliseconds; 0 for no limit. */
  readonly spoolMaxAge: number;
}

export function spoolLimits({ spoolMaxBytes, spoolMaxRows, spoolMaxAge }: SpoolSettings): SpoolLimits {
  return { maxBytes: spoolMaxBytes, maxRows: spoolMaxRows, maxAgeMs: spoolMaxAge };
}
