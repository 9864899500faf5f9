// What the pages are looked at with: a whole Muster, a simulated fleet, probes, a recording of yesterday, and a machine with a bad name.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Child, startChild } from '../../cli/process/child.ts';
import { type Pipeline, type Simulation, startPipeline, startSimulation } from '../harness/pipeline.ts';
import { builtProgram } from '../harness/program.ts';
import { type RealAgent, startRealAgent } from '../harness/real-agent.ts';
import { until } from '../harness/until.ts';

const SIMULATED = 24;
const PROBES = 5;
/**
 * The simulated, the probes, this machine's agent and the one with the bad name; and two that are idle: the recorded one, and the one by which the
 * scenario of the probes has its table made.
 */
export const NODES = SIMULATED + PROBES + 4;

/** Markup, a quote, and a mark that turns the text behind it round. */
export const HOSTILE_NAME = `<img src=x onerror=alert(1)>"'\u202Egnp.exe`;

/** The recorded machine. */
export const SLOW_NODE = 'db-1';
/** Yesterday at 14:00 UTC, when it waited for its disk. */
export const SLOW_AT_MS = Math.floor(Date.now() / 86_400_000) * 86_400_000 - 10 * 3_600_000;

const MINUTE_MS = 60_000;

export interface Scene {
  pipeline: Pipeline;
  stop(): Promise<void>;
}

export async function startScene(): Promise<Scene> {
  const pipeline = await startPipeline({ agent: true, env: { MUSTER_GATEWAY_STATE_HISTORY: 'true' } });
  const parts: (Simulation | RealAgent | Child)[] = [];
  try {
    parts.push(await startSimulation(pipeline, { nodes: SIMULATED, durable: false }));
    parts.push(startProbes(pipeline));
    parts.push(await startRealAgent(pipeline, { name: HOSTILE_NAME, interval: '2s' }));
    await importYesterday(pipeline);
    await until('every node is in the fleet', async () => (await pipeline.client.call('listNodes', { filter: '' })).nodes.length === NODES);
  } catch (error) {
    await stopAll(parts, pipeline);
    throw error;
  }
  return { pipeline, stop: () => stopAll(parts, pipeline) };
}

export async function stopAll(parts: readonly { stop(): Promise<unknown> }[], pipeline: Pipeline): Promise<void> {
  await Promise.all(parts.map((part) => part.stop()));
  await pipeline.stop();
}

/** The scenario of five places, for as long as the scene stands. */
export function startProbes(pipeline: Pipeline): Child {
  return startChild(
    {
      name: 'probes',
      command: process.execPath,
      args: [builtProgram('muster'), 'simulate', '--scenario', 'probes', '--via', 'grpc', '--seconds', '900', '--home', pipeline.home],
      folders: [],
      files: [],
      readiness: { kind: 'line' },
    },
    join(pipeline.home, 'logs', 'probes.log'),
  );
}

/** An hour of CPU around the slow moment, as a file that `muster import` takes. */
async function importYesterday(pipeline: Pipeline): Promise<void> {
  const lines = ['timestamp,cpu,busy,user,system,iowait'];
  for (let ms = SLOW_AT_MS - 30 * MINUTE_MS; ms < SLOW_AT_MS + 30 * MINUTE_MS; ms += 10_000) {
    const slow = Math.abs(ms - SLOW_AT_MS) < 5 * MINUTE_MS;
    lines.push(`${new Date(ms).toISOString()},total,${slow ? '20,12,8,78.5' : '30,20,10,0.5'}`);
  }
  const path = join(pipeline.home, 'yesterday.csv');
  writeFileSync(path, `${lines.join('\n')}\n`);
  const { code, stderr } = await pipeline.muster('import', path, '--node', SLOW_NODE, '--measurement', 'cpu', '--tags', 'cpu');
  if (code !== 0) throw new Error(`the recording of yesterday was not imported: ${stderr}`);
}
