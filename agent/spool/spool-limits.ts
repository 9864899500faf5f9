// The spool's limits as the settings have them.
import type { AgentConfig } from '../config.ts';
import type { SpoolLimits } from './spool.ts';

export function spoolLimits(config: Pick<AgentConfig, 'spoolMaxBytes' | 'spoolMaxRows' | 'spoolMaxAge'>): SpoolLimits {
  return { maxBytes: config.spoolMaxBytes, maxRows: config.spoolMaxRows, maxAgeMs: config.spoolMaxAge };
}
