// The agent in Prometheus's text format (version 0.0.4), written by hand: a few gauges need no library in memory.
import type { Snapshot } from './snapshot.ts';
import type { StatusReport } from './status-report.ts';

interface Metric {
  name: string;
  help: string;
  type: 'gauge' | 'counter';
  /** A metric without a value is left out. */
  value: number | null;
}

/** Text for a scrape. */
export function toMetricsText(status: StatusReport, snapshot: Snapshot): string {
  const { spool, connection } = status;
  const metrics: Metric[] = [
    gauge('agent_connected', 'Whether the stream to the gateway is open.', connection.state === 'connected' ? 1 : 0),
    gauge('agent_start_time_seconds', 'When the agent started.', status.startedMs / 1000),
    gauge('agent_rss_bytes', 'Resident memory of the agent.', status.rssBytes),
    gauge(
      'agent_collectors_unavailable',
      'Collectors that cannot read their part of this machine.',
      status.collectorsUnavailable.filter(({ absent }) => !absent).length,
    ),
    gauge('agent_spool_batches', 'Batches not acknowledged yet.', spool.batches),
    gauge('agent_spool_rows', 'Rows not acknowledged yet.', spool.rows),
    gauge('agent_spool_bytes', 'Encoded bytes not acknowledged yet.', spool.bytes),
    gauge('agent_spool_durable', 'Whether the spool is on disk.', spool.durable ? 1 : 0),
    ...Object.entries(snapshot).flatMap(([name, value]) =>
      typeof value === 'number' ? [gauge(`host_${name}`, 'As in the snapshot.', value)] : [],
    ),
  ];
  return metrics
    .filter(({ value }) => value !== null)
    .map(({ name, help, type, value }) => `# HELP muster_${name} ${help}\n# TYPE muster_${name} ${type}\nmuster_${name} ${value}\n`)
    .join('');
}

function gauge(name: string, help: string, value: number | null): Metric {
  return { name, help, type: 'gauge', value };
}
