// Everything worth knowing that happens in an extraction: each is logged once and counted once, here.
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { MusterError } from '../../../core/common/muster-error.ts';
import type { Log } from '../../../core/node/log.ts';
import { PrometheusError } from './prometheus-error.ts';
import type { LeftOut } from './series-cleaner.ts';

const REPEAT_MS = 3_600_000;

/** What has become of one window. */
export interface WindowStored {
  from: string;
  to: string;
  series: number;
  rows: number;
  refused: number;
  milliseconds: number;
}

export interface ExtractionEvents {
  readonly registry: Registry;
  /** Every row of the window is durably stored, and the mark stands at its end. */
  windowStored(query: string, window: WindowStored, endMs: number): void;
  /** Values, series or rows that are not taken. */
  leftOut(query: string, reason: LeftOut, count: number, detail: string): void;
  /** The gateway does not take rows of a node. */
  refused(query: string, refusal: { nodeId: string; rows: number; words: string }): void;
  /** The same window is tried again. */
  retried(query: string, error: MusterError, inMs: number): void;
  /** The cycle of this query ended early; the next begins where it stands. */
  cycleFailed(query: string, error: MusterError): void;
  /** The query is wrong: it is not asked again. */
  querySkipped(query: string, error: MusterError): void;
  /** Prometheus cannot run the query for this single point: it stays a gap. */
  pointSkipped(query: string, time: string, error: MusterError): void;
  /** By Prometheus, or because of it. */
  warned(query: string, words: string): void;
}

export function createExtractionEvents(log: Log): ExtractionEvents {
  const registry = new Registry();
  const counter = (name: string, help: string, ...labelNames: string[]) =>
    new Counter({ name: `muster_prometheus_${name}`, help, labelNames, registers: [registry] });
  const rows = counter('rows_stored_total', 'Rows durably stored', 'query');
  const windows = counter('windows_stored_total', 'Windows whose every row is durably stored', 'query');
  const left = counter('left_out_total', 'Samples and series left out by the cleaning', 'query', 'reason');
  const refusals = counter('rows_refused_total', 'Rows that the gateway did not take', 'query');
  const retries = counter('retries_total', 'Windows tried again', 'query', 'class');
  const failures = counter('cycle_failures_total', 'Cycles of a query that ended early', 'query', 'class');
  const skipped = counter('points_skipped_total', 'Points that Prometheus could not compute', 'query');
  const mark = new Gauge({
    name: 'muster_prometheus_high_water_seconds',
    help: 'Time up to which all is durably stored',
    labelNames: ['query'],
    registers: [registry],
  });
  const seconds = new Histogram({
    name: 'muster_prometheus_window_seconds',
    help: 'From the request of a window to its durable acknowledgement',
    buckets: [0.05, 0.1, 0.5, 1, 5, 15, 60, 300],
    registers: [registry],
  });
  const told = new Map<string, number>();
  // What comes back with each cycle is said once an hour; the counters have all of it.
  const isDue = (what: string): boolean => {
    const nowMs = Date.now();
    if (nowMs - (told.get(what) ?? Number.NEGATIVE_INFINITY) < REPEAT_MS) return false;
    told.set(what, nowMs);
    return true;
  };
  return {
    registry,
    windowStored(query, window, endMs) {
      rows.inc({ query }, window.rows);
      windows.inc({ query });
      mark.set({ query }, endMs / 1000);
      seconds.observe(window.milliseconds / 1000);
      log.debug({ query, ...window }, 'window stored');
    },
    leftOut(query, reason, count, detail) {
      left.inc({ query, reason }, count);
      // Gaps are what PromQL gives for a ratio of nothing: only what somebody should change is worth a warning.
      const quiet = reason === 'absent' || reason === 'metric_not_allowed' || !isDue(`${query} ${reason}`);
      log[quiet ? 'debug' : 'warn']({ query, reason, count, detail }, 'left out');
    },
    refused(query, refusal) {
      refusals.inc({ query }, refusal.rows);
      log.error({ query, ...refusal }, 'the gateway does not take these rows');
    },
    retried(query, error, inMs) {
      retries.inc({ query, class: classOf(error) });
      log.warn({ query, error: error.message, inMs: Math.round(inMs) }, 'tried again');
    },
    cycleFailed(query, error) {
      failures.inc({ query, class: classOf(error) });
      log.error({ query, error: error.message }, 'the cycle ended early; the next goes on from the mark');
    },
    querySkipped(query, error) {
      failures.inc({ query, class: classOf(error) });
      log.error({ query, error: error.message }, 'the query is skipped from now on; the others go on');
    },
    pointSkipped(query, time, error) {
      skipped.inc({ query });
      log.error({ query, time, error: error.message }, 'a point is left out');
    },
    warned(query, words) {
      log[isDue(`${query} warned`) ? 'warn' : 'debug']({ query, words }, 'warning');
    },
  };
}

/** A bounded word: the class of Prometheus's errors, else the code. */
function classOf(error: MusterError): string {
  return error instanceof PrometheusError ? error.kind : `gateway_${error.code}`;
}
