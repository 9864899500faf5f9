// A day of samples of a simulated fleet, one a minute, as its nodes would have measured them: imported by the way that any recording comes.
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import type { RowSink } from '../../agent/host/collector.ts';
import { PLACES, type Place } from '../../agent/simulate/places.ts';
import { createSimulatedCollectors, SIMULATED_MEASUREMENTS } from '../../agent/simulate/simulated-collectors.ts';
import { SimulatedHost } from '../../agent/simulate/simulated-host.ts';
import type { Pipeline } from '../harness/pipeline.ts';

const DAY_MS = 86_400_000;
const STEP_MS = 60_000;

export interface HistoryNode {
  nodeId: string;
  name: string;
}

export async function importDay(pipeline: Pipeline, nodes: readonly HistoryNode[]): Promise<void> {
  const toMs = Date.now();
  for (const measurement of SIMULATED_MEASUREMENTS) {
    const path = join(pipeline.home, `${measurement.measurement}.csv`);
    const tags = measurement.tags.filter((tag) => tag !== 'node_id');
    await writeHistory(path, measurement.measurement, nodes, toMs - DAY_MS, toMs);
    const named = [
      '--measurement',
      measurement.measurement,
      '--node-column',
      'node_id',
      ...(tags.length === 0 ? [] : ['--tags', tags.join(',')]),
    ];
    const { code, stdout, stderr } = await pipeline.muster('import', path, ...named, '--fields', measurement.fields.join(','));
    if (code !== 0) throw new Error(`a day of ${measurement.measurement} was not imported: ${stdout}${stderr}`);
  }
}

async function writeHistory(path: string, measurement: string, nodes: readonly HistoryNode[], fromMs: number, toMs: number): Promise<void> {
  const out = createWriteStream(path);
  const shape = SIMULATED_MEASUREMENTS.find((one) => one.measurement === measurement);
  out.write(`${['timestamp', 'node_id', ...(shape?.tags ?? []), ...(shape?.fields ?? [])].join(',')}\n`);
  for (const { nodeId, name } of nodes) {
    const [host, collector] = historyOf(name, measurement, fromMs);
    let time = '';
    const rows: RowSink = {
      add: (tags, values) => void out.write(`${[time, nodeId, ...tags, ...Array.from(values)].join(',')}\n`),
      problem: () => undefined,
    };
    for (let ms = fromMs; ms < toMs; ms += STEP_MS) {
      time = new Date(ms).toISOString();
      host.advance(ms * 1000);
      await collector?.collect(rows, { timeUs: ms * 1000, monotonicMs: ms });
    }
  }
  out.end();
  await finished(out);
}

/** The machine that the node of that name simulates: its place and its seed hang on the number at the end. */
function historyOf(name: string, measurement: string, fromMs: number) {
  const number = Number(/\d+$/.exec(name)?.[0]);
  const host = new SimulatedHost(number, PLACES[(number - 1) % PLACES.length] as Place, fromMs * 1000);
  const [collector] = createSimulatedCollectors(host, [measurement]);
  return [host, collector] as const;
}
