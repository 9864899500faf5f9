// `npm run bench -- latency [--nodes N] [--seconds S] [--json]`: sample to queryable and sample to live watcher, under simulated agents at 1 s.
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startPipeline, startSimulation } from '../harness/pipeline.ts';
import { until } from '../harness/until.ts';
import { queryableAges } from './latency/queryable-samples.ts';
import { watchedAges } from './latency/watched-samples.ts';

const WATCHED_NODES = 10;
/** Tables are made, compilers are warm, the first rush is stored. */
const WARM_UP_MS = 10_000;

const { values: options } = parseArgs({
  options: {
    nodes: { type: 'string', default: '100' },
    seconds: { type: 'string', default: '30' },
    json: { type: 'boolean', default: false },
  },
});
const nodes = Number(options.nodes);
const milliseconds = Number(options.seconds) * 1000;

const pipeline = await startPipeline();
try {
  const simulation = await startSimulation(pipeline, { nodes, interval: '1s' });
  try {
    const distinct = 'SELECT count_distinct(node_id) FROM load';
    await until('every node is seen', async () => Number((await pipeline.sql(distinct))[0]?.[0]) >= nodes, 60_000);
    await wait(WARM_UP_MS);
    const nodeIds = (await pipeline.sql('SELECT DISTINCT node_id FROM load')).slice(0, WATCHED_NODES).map(([id]) => String(id));
    const [queryable, watched] = await Promise.all([
      queryableAges(pipeline.sql, 'load', milliseconds),
      watchedAges(pipeline.addresses, nodeIds, milliseconds),
    ]);
    report({ nodes, sampleToQueryable: percentiles(queryable), sampleToWatcher: percentiles(watched) });
  } finally {
    await simulation.stop();
  }
} finally {
  await pipeline.stop();
}

interface Percentiles {
  samples: number;
  p50Ms: number;
  p99Ms: number;
}

function percentiles(ages: number[]): Percentiles {
  const sorted = ages.toSorted((a, b) => a - b);
  const at = (share: number): number => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN);
  return { samples: sorted.length, p50Ms: at(0.5), p99Ms: at(0.99) };
}

function report(result: { nodes: number; sampleToQueryable: Percentiles; sampleToWatcher: Percentiles }): void {
  for (const [name, { samples, p50Ms, p99Ms }] of [
    ['sample to queryable', result.sampleToQueryable],
    ['sample to watcher', result.sampleToWatcher],
  ] as const) {
    process.stdout.write(`${name}: p50 ${p50Ms} ms, p99 ${p99Ms} ms (${samples} samples of ${result.nodes} nodes)\n`);
  }
  if (options.json) process.stdout.write(`${JSON.stringify(result)}\n`);
}
