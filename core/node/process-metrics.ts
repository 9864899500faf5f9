// What a process itself costs, as Prometheus's client libraries name it: process_* and nodejs_*.
import { collectDefaultMetrics, type Registry } from 'prom-client';

/** Gauges that end like counters, which promtool refuses; each has a twin by type that does not. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

/** Adds them once; called again it does nothing. */
export function addProcessMetrics(registry: Registry): void {
  if (registry.getSingleMetric('process_cpu_seconds_total') !== undefined) return;
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
}
