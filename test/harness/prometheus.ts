// A real Prometheus and a real node_exporter for a test, and its own answers, past every other part of Muster.
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Part } from '../../cli/parts/part.ts';
import { resolveRuntime } from '../../deploy/setup/runtimes.mjs';
import { freePorts } from './ports.ts';
import { type Server, startServer, temporaryFolder } from './server.ts';

export interface PrometheusHarness extends Server {
  readonly url: string;
  /** Its answer to a range query. */
  range(query: string, startMs: number, endMs: number, stepMs: number): Promise<RangeSeries[]>;
}

export interface RangeSeries {
  metric: Record<string, string>;
  /** Unix seconds and the value as text. */
  values: [number, string][];
}

export interface PrometheusHarnessOptions {
  /** Job → addresses, scraped every second. */
  targets: Readonly<Record<string, readonly string[]>>;
  /** Folder of `importHistory`; removed by `stop`. Default: a new one. */
  dir?: string;
}

/** Starts one. Takes about 2 s; always `stop` it (`afterAll`). */
export async function startPrometheus({
  targets,
  dir = temporaryFolder('prometheus'),
}: PrometheusHarnessOptions): Promise<PrometheusHarness> {
  const program = await resolveRuntime('prometheus');
  const data = dataFolder(dir);
  const [port = 0] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  const config = join(dir, 'prometheus.json');
  const jobs = Object.entries(targets).map(([job, addresses]) => ({ job_name: job, static_configs: [{ targets: addresses }] }));
  const part: Part = {
    name: 'prometheus',
    command: program,
    args: [
      `--config.file=${config}`,
      `--storage.tsdb.path=${data}`,
      '--storage.tsdb.retention.time=30d',
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    folders: [data],
    // JSON is YAML.
    files: [{ path: config, text: JSON.stringify({ global: { scrape_interval: '1s' }, scrape_configs: jobs }) }],
    readiness: { kind: 'ask', ask: () => ask(`${url}/-/ready`) },
  };
  const server = await startServer(part, dir, true);
  const range = async (query: string, startMs: number, endMs: number, stepMs: number): Promise<RangeSeries[]> => {
    const form = { query, start: String(startMs / 1000), end: String(endMs / 1000), step: String(stepMs / 1000) };
    const response = await fetch(`${url}/api/v1/query_range`, { method: 'POST', body: new URLSearchParams(form) });
    const { data: answer, error } = (await response.json()) as { data?: { result: RangeSeries[] }; error?: string };
    if (answer === undefined) throw new Error(`Prometheus: ${error}`);
    return answer.result;
  };
  return Object.defineProperties({ url, range } as PrometheusHarness, Object.getOwnPropertyDescriptors(server));
}

/** Puts OpenMetrics text into the store of a Prometheus that is started later; gives its folder. 720,000 samples take 3 s of a core. */
export async function importHistory(text: string): Promise<string> {
  const promtool = join(dirname(await resolveRuntime('prometheus')), 'promtool');
  const dir = temporaryFolder('prometheus');
  const file = join(dir, 'history.om');
  mkdirSync(dataFolder(dir), { recursive: true });
  writeFileSync(file, text);
  // One block: with the usual two hours each the text is read once for every one of them.
  const args = ['tsdb', 'create-blocks-from', '--max-block-duration=1536h', 'openmetrics', '--quiet', file, dataFolder(dir)];
  await promisify(execFile)(promtool, args);
  return dir;
}

function dataFolder(dir: string): string {
  return join(dir, 'data');
}

/** Starts a node_exporter with a few collectors. `address` is what a Prometheus scrapes. */
export async function startNodeExporter(): Promise<Server & { readonly address: string }> {
  const [port = 0] = await freePorts(1);
  const address = `127.0.0.1:${port}`;
  const collectors = ['cpu', 'loadavg', 'meminfo', 'netdev'].map((name) => `--collector.${name}`);
  const part: Part = {
    name: 'node-exporter',
    command: await resolveRuntime('node-exporter'),
    args: [`--web.listen-address=${address}`, '--collector.disable-defaults', ...collectors],
    folders: [],
    files: [],
    readiness: { kind: 'ask', ask: () => ask(`http://${address}/`) },
  };
  const server = await startServer(part, temporaryFolder('node-exporter'), true);
  return Object.defineProperties({ address } as Server & { address: string }, Object.getOwnPropertyDescriptors(server));
}

async function ask(url: string): Promise<void> {
  const response = await fetch(url);
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`${url} answers ${response.status}`);
}
