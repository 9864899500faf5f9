// The five-probe scenario against the deployment: one sample a second of each, and every one of them looked for in the store.
import { join } from 'node:path';
import { createAgentProbes } from '../../cli/scenario/agent-probes.ts';
import { pushFirstSample } from '../../cli/scenario/push-probes.ts';
import { prepareTable, runScenario, type ScenarioResult } from '../../cli/scenario/run-scenario.ts';
import type { Deployment } from './deployment.ts';

const PROBES = 5;

/** Runs for `seconds` and rejects with the missing ones where one is missing. */
export async function fiveProbes(deployment: Deployment, seconds: number): Promise<string> {
  const { client, target, folder } = deployment;
  await prepareTable(client, () => pushFirstSample(target));
  const source = createAgentProbes(target, join(folder, 'probes'));
  const result = await runScenario({ source, client, samples: seconds, record: undefined });
  const words = scenarioWords(result);
  if (result.stored !== PROBES * seconds || result.missing.length > 0) throw new Error(words);
  return words;
}

function scenarioWords({ expected, stored, missing, sampleToQueryableMs: ms }: ScenarioResult): string {
  const times = ms === null ? '' : `, queryable after ${(ms.p50 / 1000).toFixed(2)} s (p50), ${(ms.max / 1000).toFixed(1)} s at most`;
  const lost = missing.slice(0, 10).map(({ node, time }) => `${node} ${time}`);
  return `${stored} of ${expected} stored${times}${lost.length === 0 ? '' : `; missing: ${lost.join(', ')}`}`;
}
