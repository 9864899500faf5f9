// docs/reference/metrics.md: every metric that a part gives to Prometheus, from the registries.
import { type Metric, Registry } from 'prom-client';
import { toMetricsText } from '../../agent/local/metrics-text.ts';
import { toSnapshotValues } from '../../agent/local/snapshot.ts';
import { createLog } from '../../core/node/log.ts';
import { createEtlEvents } from '../../etl/events.ts';
import { createExtractionEvents } from '../../etl/sources/prometheus/events.ts';
import { createEvents } from '../../gateway/events.ts';
import { code, page, table, wrap } from './markdown.ts';

const HEAD = ['Metric', 'Type', 'Labels', 'Meaning'];
const log = createLog('reference', 'silent');

function gatewayRegistry(): Registry {
  const registry = new Registry();
  createEvents(log, registry);
  return registry;
}

async function tableOf(registry: Registry): Promise<string> {
  const types = new Map((await registry.getMetricsAsJSON()).map(({ name, type }) => [name, String(type)]));
  const metrics = registry.getMetricsAsArray() as unknown as (Metric & { name: string; help: string; labelNames: readonly string[] })[];
  return table(
    HEAD,
    metrics.map(({ name, help, labelNames }) => [code(name), types.get(name) ?? '', labelNames.map(code).join(', '), help]),
  );
}

/** The agent writes its text by hand: what it says of an agent and a machine whose every value is 0. */
function agentTable(): string {
  const values = Object.fromEntries(Object.keys(toSnapshotValues([], [])).map((name) => [name, 0]));
  const spool = { batches: 0, rows: 0, bytes: 0, durable: true };
  const status = { spool, connection: { state: 'connected' }, startedMs: 0, rssBytes: 0, collectorsUnavailable: [] };
  const lines = toMetricsText(status as never, values as never).split('\n');
  const helps = lines.flatMap((line) => [/^# HELP (\S+) (.*)$/.exec(line)].filter((found) => found !== null));
  const types = new Map(lines.map((line) => /^# TYPE (\S+) (\S+)$/.exec(line)).map((found) => [found?.[1], found?.[2]]));
  return table(
    HEAD,
    helps.map(([, name = '', help = '']) => [code(name), types.get(name) ?? '', '', help]),
  );
}

export async function metricsPage(): Promise<string> {
  return page(
    '# Metrics',
    wrap(
      'Gateway, ETL, web console and Prometheus extraction serve them on `http://127.0.0.1:PORT/metrics` where the setting `metricsPort` names a port. ' +
        'Each also has the `process_*` and `nodejs_*` metrics of prom-client.',
    ),
    '## Gateway',
    await tableOf(gatewayRegistry()),
    '## ETL',
    await tableOf(createEtlEvents(log).registry),
    '## Prometheus extraction',
    await tableOf(createExtractionEvents(log).registry),
    '## Agent',
    wrap(
      'On `http://127.0.0.1:PORT/metrics` where the setting `localPort` names a port, for callers with the token in `local.token` of the state folder. ' +
        'A metric without a value is left out.',
    ),
    agentTable(),
  );
}
