// Runs a probe scenario: samples in, watched until each can be queried, compared with what was sent.
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../core/common/muster-error.ts';
import { PROBE_TABLE } from '../../core/common/probe-places.ts';
import type { FleetClient } from '../../proto/client/fleet-client.ts';
import type { UpRecord } from '../state/up-record.ts';
import { measureParts, type PartCost } from './part-costs.ts';
import type { ProbeRun, ProbeSource } from './probe-source.ts';
import { POLL_MS, SampleWatch, sampleKey } from './sample-watch.ts';

export interface ScenarioResult {
  expected: number;
  stored: number;
  missing: { node: string; time: string }[];
  problems: string[];
  /** From a sample's time until a query had it; up to `pollMs` and the query's own time too much. Null where nothing was stored. */
  sampleToQueryableMs: { p50: number; p99: number; max: number; pollMs: number } | null;
  queue: { maxPendingMessages: number; pendingMessages: number; lagSeconds: number };
  parts: PartCost[];
  seconds: number;
}

/** A part that was cut off may need 30 s to be back; what waited meanwhile is sent after that. */
const STORED_WITHIN_MS = 60_000;
const QUEUE_EVERY_MS = 1000;
/** Its roll-ups are made right after a new table. */
const SETTLE_MS = 2000;

export interface ScenarioOptions {
  source: ProbeSource;
  client: FleetClient;
  /** Samples of each probe, one a second. */
  samples: number;
  /** Where the parts run here. */
  record: UpRecord | undefined;
}

export async function runScenario({ source, client, samples, record }: ScenarioOptions): Promise<ScenarioResult> {
  const startedMs = performance.now();
  let watch: SampleWatch | undefined;
  let endMeasure: (() => PartCost[]) | undefined;
  const queue = watchQueue(client);
  try {
    const run = await source.run(samples, (nodeIds) => {
      endMeasure = measureParts(record);
      watch = new SampleWatch(client, PROBE_TABLE, nodeIds);
      watch.start();
    });
    const parts = endMeasure?.() ?? [];
    const seconds = (performance.now() - startedMs) / 1000;
    await untilStored(run, watch);
    const compared = compare(run, watch);
    const depth = await queue.stop();
    const problems = [...compared.problems, ...[watch?.problem ?? '', queue.problem()].filter((problem) => problem !== '')];
    return { ...compared, problems, parts, seconds, queue: depth };
  } finally {
    await Promise.allSettled([watch?.stop(), queue.stop()]);
  }
}

/** Has the table made where there is none yet; true where it had to be. */
export async function prepareTable(client: FleetClient, push: () => Promise<void>): Promise<boolean> {
  const watch = new SampleWatch(client, PROBE_TABLE, ['none']);
  if (await watch.tableExists()) return false;
  await push();
  for (const until = Date.now() + STORED_WITHIN_MS; Date.now() < until && !(await watch.tableExists()); ) await sleep(POLL_MS);
  await sleep(SETTLE_MS);
  return true;
}

/** The watch sees what is new; whoever is late is looked for by its time. */
async function untilStored({ probes }: ProbeRun, watch: SampleWatch | undefined): Promise<void> {
  const times = probes.flatMap(({ timesUs }) => timesUs);
  if (watch === undefined || times.length === 0) return;
  const [fromUs, toUs] = [times.reduce((a, b) => Math.min(a, b)), times.reduce((a, b) => Math.max(a, b))];
  const isThere = (): boolean =>
    probes.every(({ nodeId, timesUs }) => timesUs.every((time) => watch.seenMs(sampleKey(nodeId, time)) !== undefined));
  for (const until = Date.now() + STORED_WITHIN_MS; Date.now() < until && !isThere(); ) {
    await watch.look(fromUs, toUs);
    await sleep(POLL_MS);
  }
}

type Comparison = Pick<ScenarioResult, 'expected' | 'stored' | 'missing' | 'problems' | 'sampleToQueryableMs'>;

function compare({ probes, problems }: ProbeRun, watch: SampleWatch | undefined): Comparison {
  const missing: ScenarioResult['missing'] = [];
  const ages: number[] = [];
  for (const { nodeId, name, timesUs } of probes) {
    for (const timeUs of timesUs) {
      const seenMs = watch?.seenMs(sampleKey(nodeId, timeUs));
      if (seenMs === undefined) missing.push({ node: name, time: new Date(timeUs / 1000).toISOString() });
      else ages.push(seenMs - timeUs / 1000);
    }
  }
  ages.sort((a, b) => a - b);
  const at = (share: number): number => ages[Math.min(ages.length - 1, Math.ceil(share * ages.length) - 1)]!;
  const sampleToQueryableMs = ages.length === 0 ? null : { p50: at(0.5), p99: at(0.99), max: at(1), pollMs: POLL_MS };
  return { expected: ages.length + missing.length, stored: ages.length, missing, problems: [...problems], sampleToQueryableMs };
}

/** How much waits in the stream, asked once a second. */
function watchQueue(client: FleetClient): { stop(): Promise<ScenarioResult['queue']>; problem(): string } {
  const queue = { maxPendingMessages: 0, pendingMessages: 0, lagSeconds: 0 };
  const ended = new AbortController();
  let problem = '';
  const ask = async (): Promise<void> => {
    try {
      const { pendingMessages, lagSeconds } = await client.call('getPipelineStatus', {});
      queue.maxPendingMessages = Math.max(queue.maxPendingMessages, pendingMessages);
      Object.assign(queue, { pendingMessages, lagSeconds });
    } catch (error) {
      problem = `the pipeline's status could not be asked for a while: ${messageOf(error)}`;
    }
  };
  const running = (async () => {
    while (!ended.signal.aborted) {
      await ask();
      await sleep(QUEUE_EVERY_MS, undefined, { signal: ended.signal }).catch(() => undefined);
    }
    await ask();
  })();
  return {
    problem: () => problem,
    async stop() {
      ended.abort();
      await running;
      return queue;
    },
  };
}
