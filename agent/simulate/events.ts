// What happens to a simulated fleet. A thousand nodes say the same at once, so each kind is logged once in ten seconds with its count.
import type { DroppedRange } from '../../core/common/frame.ts';
import { messageOf } from '../../core/common/muster-error.ts';
import type { Log } from '../../core/node/log.ts';
import type { CollectorReports } from '../sampling/collector-set.ts';
import type { UplinkReports } from '../uplink/uplink.ts';

const LOG_EVERY_MS = 10_000;

export interface SimulateEvents {
  readonly collectors: CollectorReports;
  readonly uplink: UplinkReports;
  enrolled(nodeId: string): void;
  renewalFailed(error: unknown, retryInMs: number): void;
  clockStepped(ms: number): void;
  rowsDropped(ranges: readonly DroppedRange[]): void;
  readonly counts: ReadonlyMap<string, number>;
}

export function createSimulateEvents(log: Log, nowMs: () => number = () => performance.now()): SimulateEvents {
  const counts = new Map<string, number>();
  const loggedMs = new Map<string, number>();
  const note = (level: 'info' | 'warn' | 'error', kind: string, text: string): void => {
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    if (nowMs() - (loggedMs.get(kind) ?? Number.NEGATIVE_INFINITY) < LOG_EVERY_MS) return;
    loggedMs.set(kind, nowMs());
    log[level]({ event: kind, count }, text);
  };
  return {
    counts,
    enrolled: (nodeId) => note('info', 'enrolled', `a node enrolled as ${nodeId}`),
    clockStepped: (ms) => note('warn', 'clock_step', `the clock moved by ${ms} ms`),
    renewalFailed: (error, retryInMs) =>
      note('warn', 'renewal_failed', `a certificate was not renewed: ${messageOf(error)}; next attempt in ${retryInMs} ms`),
    rowsDropped(ranges) {
      for (const { rows, reason } of ranges) note('warn', 'rows_dropped', `${rows} rows of a node were dropped: ${reason}`);
    },
    collectors: {
      unavailable: (collector, reason) => note('error', 'collector_unavailable', `${collector}: ${reason}`),
      absent: (collector, reason) => note('info', 'collector_absent', `${collector}: ${reason}`),
      available: (collector) => note('info', 'collector_available', collector),
      incomplete: (collector, problem) => note('warn', 'collector_incomplete', `${collector}: ${problem}`),
      capped: (collector) => note('warn', 'collector_capped', collector),
    },
    uplink: {
      connected: (gateway) => note('info', 'connected', `a node connected to ${gateway}`),
      disconnected: ({ words }) => note('warn', 'disconnected', `a node has no stream: ${words}`),
      enrolmentFailed: (error) => note('warn', 'enrolment_failed', `a node is not enrolled: ${messageOf(error)}`),
      refused: ({ code, reason }) => note('warn', 'batch_refused', `a batch was refused (${code}): ${reason}`),
    },
  };
}
