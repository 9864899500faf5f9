// What the pictures show: a whole Muster, a simulated fleet with a day behind it, and probes between five places. No name in it is there to break a page.
import { join } from 'node:path';
import type { Child } from '../../cli/process/child.ts';
import { type Scene, startProbes, stopAll } from '../e2e/scene.ts';
import { type Simulation, startPipeline, startSimulation } from '../harness/pipeline.ts';
import { until } from '../harness/until.ts';
import { fillSpools, RECENT_STEP_MS, SAMPLES_OF_A_DAY } from './day-of-samples.ts';

export const NAME_PREFIX = 'edge-';
const MACHINES = 96;
const PROBES = 5;
const STORED_WITHIN_MS = 300_000;

export interface DayScene extends Scene {
  /** How many nodes there are. */
  nodes: number;
}

export async function startDayScene(): Promise<DayScene> {
  const pipeline = await startPipeline({ env: { MUSTER_GATEWAY_STATE_HISTORY: 'true' } });
  const parts: (Simulation | Child)[] = [];
  const countNodes = async () => (await pipeline.client.call('listNodes', { filter: '' })).nodes.length;
  try {
    const toMs = Date.now();
    fillSpools(join(pipeline.home, 'simulate'), NAME_PREFIX, MACHINES, toMs);
    parts.push(await startSimulation(pipeline, { nodes: MACHINES, interval: `${RECENT_STEP_MS}ms`, namePrefix: NAME_PREFIX }));
    const stored = `SELECT count() FROM uptime WHERE timestamp <= '${new Date(toMs).toISOString()}'`;
    await until(
      'the day is stored',
      async () => Number((await pipeline.sql(stored).catch(() => [[0]]))[0]?.[0]) >= MACHINES * SAMPLES_OF_A_DAY,
      STORED_WITHIN_MS,
    );
    parts.push(startProbes(pipeline));
    await until('the probes are in the fleet', async () => (await countNodes()) >= MACHINES + PROBES);
    return { pipeline, nodes: await countNodes(), stop: () => stopAll(parts, pipeline) };
  } catch (error) {
    await stopAll(parts, pipeline);
    throw error;
  }
}
