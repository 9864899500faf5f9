// What the pictures show: a whole Muster, a simulated fleet with a day behind it, and probes between five places. No name in it is there to break a page.
import type { Child } from '../../cli/process/child.ts';
import { type Scene, startProbes, stopAll } from '../e2e/scene.ts';
import { type Simulation, startPipeline, startSimulation } from '../harness/pipeline.ts';
import { until } from '../harness/until.ts';
import { importDay } from './day-of-data.ts';

export const NAME_PREFIX = 'edge-';
const SIMULATED = 48;
const PROBES = 5;

export interface DayScene extends Scene {
  /** How many nodes there are. */
  nodes: number;
  /** Names of the simulated machines. */
  machines: string[];
}

export async function startDayScene(): Promise<DayScene> {
  const pipeline = await startPipeline({ env: { MUSTER_GATEWAY_STATE_HISTORY: 'true' } });
  const parts: (Simulation | Child)[] = [];
  const listNodes = async () => (await pipeline.client.call('listNodes', { filter: '' })).nodes;
  try {
    parts.push(await startSimulation(pipeline, { nodes: SIMULATED, durable: false, interval: '2s', namePrefix: NAME_PREFIX }));
    const machines = await until('every machine is in the fleet', async () => {
      const nodes = await listNodes();
      return nodes.length === SIMULATED ? nodes.map(({ nodeId, info }) => ({ nodeId, name: info?.name ?? '' })) : undefined;
    });
    await importDay(pipeline, machines);
    parts.push(startProbes(pipeline));
    await until('the probes are in the fleet', async () => (await listNodes()).length >= SIMULATED + PROBES);
    const { length: nodes } = await listNodes();
    return { pipeline, nodes, machines: machines.map(({ name }) => name), stop: () => stopAll(parts, pipeline) };
  } catch (error) {
    await stopAll(parts, pipeline);
    throw error;
  }
}
