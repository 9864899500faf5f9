// How the strip over the fleet asks the store: bins over a stretch of time, and the events in them. Pure.
import { type Bounds, sampleBy } from '../../state/time-range.ts';

export interface IncidentPlan {
  stepMs: number;
  /** Start of the first bin; all bins lie on multiples of the step. */
  fromMs: number;
  bins: number;
}

const STEPS_SECONDS = [15, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14_400, 28_800, 86_400];
const MAX_BINS = 96;

export function incidentPlan({ fromMs, toMs }: Bounds): IncidentPlan {
  const seconds = (toMs - fromMs) / 1000;
  const step = STEPS_SECONDS.find((each) => seconds / each <= MAX_BINS - 1) ?? 86_400;
  const stepMs = step * 1000;
  const first = Math.floor(fromMs / stepMs);
  return { stepMs, fromMs: first * stepMs, bins: Math.min(MAX_BINS, Math.floor((toMs - 1) / stepMs) - first + 1) };
}

/** End of a bin. */
export function binEnd(plan: IncidentPlan, bin: number): number {
  return plan.fromMs + (bin + 1) * plan.stepMs;
}

export function planEnd(plan: IncidentPlan): number {
  return binEnd(plan, plan.bins - 1);
}

/** What a machine's own troubles with one collector say does not explain a silent fleet. */
const NOISE = ['collector_unavailable', 'collector_incomplete', 'collector_capped', 'probe_rows_left_out'];
const TELLING = ['config_applied', 'agent_started', 'network_changed'];
/** The newest of them: a negative limit is counted from the end. */
const MAX_EVENTS = 400;
/** More would make a statement of its own out of the filter: then the events of all nodes are marked. */
const MAX_NAMED = 500;

/** `ids`: of these nodes alone. */
export function eventsSql(plan: IncidentPlan, ids?: readonly string[]): string {
  return (
    'SELECT timestamp, kind, severity, count_distinct(node_id) AS nodes, min(timestamp) AS at, first(node_id) AS node_id, first(text) AS text, ' +
    `first(attributes) AS attributes FROM events WHERE ${span(plan)}${named(ids)} AND kind NOT IN (${list(NOISE)}) ` +
    `AND (severity <> 'info' OR kind IN (${list(TELLING)})) SAMPLE BY ${sampleBy(plan.stepMs / 1000)} LIMIT -${MAX_EVENTS}`
  );
}

export function oomSql(plan: IncidentPlan, ids?: readonly string[]): string {
  return (
    'SELECT timestamp, count_distinct(node_id) AS nodes, min(timestamp) AS at, first(node_id) AS node_id FROM paging ' +
    `WHERE ${span(plan)}${named(ids)} AND oom_kills_per_second > 0 SAMPLE BY ${sampleBy(plan.stepMs / 1000)} LIMIT -${MAX_EVENTS}`
  );
}

function span(plan: IncidentPlan): string {
  return `timestamp >= '${iso(plan.fromMs)}' AND timestamp < '${iso(planEnd(plan))}'`;
}

function named(ids: readonly string[] | undefined): string {
  if (ids === undefined || ids.length > MAX_NAMED) return '';
  return ids.length === 0 ? ' AND false' : ` AND node_id IN (${list(ids.map((id) => id.replaceAll("'", "''")))})`;
}

function list(words: readonly string[]): string {
  return words.map((word) => `'${word}'`).join(', ');
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
