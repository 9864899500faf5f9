// The test of both ends: does Prometheus answer every query, does the gateway take the token?
import { toMusterError } from '../../../core/common/muster-error.ts';
import { toNodeId } from '../../../core/files/import/batch-builder.ts';
import type { ExtractionConfig, QueryPlan } from './config.ts';
import type { Delivery } from './delivery.ts';
import type { PrometheusClient } from './prometheus-client.ts';
import { SeriesCleaner } from './series-cleaner.ts';
import { stepAt } from './windows.ts';

/** 0: all is well · 1: something says no · 69: an end cannot be reached. */
export type CheckCode = 0 | 1 | 69;

export interface CheckOptions {
  config: ExtractionConfig;
  client: PrometheusClient;
  delivery: Delivery;
  print(line: string): void;
  signal: AbortSignal;
}

/** Stores nothing. Prints a line for each thing looked at. */
export async function checkConnections(options: CheckOptions): Promise<CheckCode> {
  const { config, client, delivery, print, signal } = options;
  const outcomes = [
    await look(print, `prometheus ${config.url}`, async () => `version ${await client.version(signal)}`),
    await look(print, `gateway ${config.gateway}`, async () => {
      await delivery.check();
      return 'it takes the token';
    }),
  ];
  if (outcomes[0] === 0)
    for (const plan of config.queries) outcomes.push(await look(print, `query ${plan.name}`, () => tryQuery(plan, options)));
  if (outcomes.includes(69)) return 69;
  return outcomes.includes(1) ? 1 : 0;
}

async function look(print: (line: string) => void, what: string, ask: () => Promise<string>): Promise<CheckCode> {
  try {
    print(`ok    ${what}: ${await ask()}`);
    return 0;
  } catch (thrown) {
    const error = toMusterError(thrown);
    print(`fails ${what}: ${error.message}`);
    return error.retryable ? 69 : 1;
  }
}

/** The newest point that is due, cleaned as it would be. */
async function tryQuery(plan: QueryPlan, { config, client, signal }: CheckOptions): Promise<string> {
  const { stepMs, promql } = plan;
  const step = stepAt((await client.serverNowMs(signal)) - config.lag, stepMs);
  const notes = new Map<string, string>();
  const cleaner = new SeriesCleaner({
    plan,
    window: { first: step, last: step },
    maxSeries: config.maxSeries,
    onLeftOut: (reason, count, detail) => void (notes.has(reason) || notes.set(reason, `${count} ${reason} (${detail})`)),
  });
  const [nodes, tables] = [new Set<string>(), new Set<string>()];
  let series = 0;
  const atMs = step * stepMs;
  const warnings: string[] = [];
  for await (const raw of client.range({ promql, startMs: atMs, endMs: atMs, stepMs }, signal, (words) => warnings.push(words))) {
    const clean = cleaner.take(raw);
    if (clean === undefined) continue;
    series++;
    nodes.add(toNodeId(clean.node));
    tables.add(clean.measurement);
  }
  const left = [...notes.values(), ...warnings].map((note) => `; ${note}`).join('');
  if (series === 0) return `no series now${left}`;
  const some = [...tables].slice(0, 3).join(', ');
  return `${series} series of ${nodes.size} nodes for ${some}${tables.size > 3 ? ` and ${tables.size - 3} more tables` : ''}${left}`;
}
