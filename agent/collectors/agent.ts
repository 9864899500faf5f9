// What the agent itself costs and holds.
import type { Collector, RowSink, Tick } from '../host/collector.ts';

/** What the other parts of the agent say of themselves. */
export interface SelfState {
  /** Milliseconds the last tick took. */
  tickMs: number;
  spoolBatches: number;
  spoolBytes: number;
  collectorsFailed: number;
  /** Values that were left out because they cannot be. */
  refusedValues?: number;
  /** How far this machine's clock is ahead of the gateway's, where that is known. */
  skewMs?: number;
  /** How many starts of the machine this agent has seen. */
  boots?: number | undefined;
}

export function createAgentCollector(read: () => SelfState): Collector {
  let before: { cpuMs: number; monotonicMs: number } | undefined;
  return {
    measurement: 'agent',
    tags: [],
    fields: ['cpu_percent', 'rss_bytes', 'tick_ms', 'spool_batches', 'spool_bytes', 'collectors_failed', 'refused_values'],
    collect(rows: RowSink, tick: Tick): void {
      const { user, system } = process.cpuUsage();
      const cpuMs = (user + system) / 1000;
      const percent = before === undefined ? Number.NaN : ((cpuMs - before.cpuMs) / (tick.monotonicMs - before.monotonicMs)) * 100;
      before = { cpuMs, monotonicMs: tick.monotonicMs };
      const state = read();
      const { tickMs, spoolBatches, spoolBytes, collectorsFailed, refusedValues = Number.NaN } = state;
      rows.add([], [percent, process.memoryUsage.rss(), tickMs, spoolBatches, spoolBytes, collectorsFailed, refusedValues]);
    },
    close(): void {
      before = undefined;
    },
  };
}
