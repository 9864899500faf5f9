// The queries that most people want first, with the metric names that client libraries use.

/** What a ready-made query may be told. */
export interface ReadyMadeOptions {
  /** The counter or histogram it reads; empty for its usual one. */
  metric: string;
  /** How far its rates look back, as PromQL writes it. */
  range: string;
}

export interface ReadyMade {
  /** The metric it reads unless told otherwise; empty where there is no choice. */
  readonly usualMetric: string;
  promql(options: ReadyMadeOptions): string;
}

const BY = 'sum by (job, instance)';

/** Name → query. Each keeps `job` and `instance`. */
export const READY_MADE = {
  up: { usualMetric: '', promql: () => 'up' },
  request_rate: {
    usualMetric: 'http_requests_total',
    promql: ({ metric, range }) => `${BY} (rate(${metric}[${range}]))`,
  },
  p95_latency: {
    usualMetric: 'http_request_duration_seconds',
    promql: ({ metric, range }) => `histogram_quantile(0.95, sum by (job, instance, le) (rate(${metric}_bucket[${range}])))`,
  },
  error_rate: {
    usualMetric: 'http_requests_total',
    // A server that never failed has no series with 5xx at all: its rate is 0, not absent.
    promql: ({ metric, range }) => {
      const all = `${BY} (rate(${metric}[${range}]))`;
      return `(${BY} (rate(${metric}{code=~"5.."}[${range}])) or ${all} * 0) / ${all}`;
    },
  },
} as const satisfies Record<string, ReadyMade>;

export type ReadyMadeName = keyof typeof READY_MADE;
export const READY_MADE_NAMES = Object.keys(READY_MADE) as ReadyMadeName[];
