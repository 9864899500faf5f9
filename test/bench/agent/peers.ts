// What a user would run instead, where it is on PATH: started at a one-second interval, to be measured over the same time.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { freePorts } from '../../harness/ports.ts';

interface Running {
  child: ChildProcess;
  stop(): void;
  /** Values of the last round, where it can be asked. */
  valuesPerTick?(): number;
}

export interface Peer extends Running {
  name: string;
  pid: number;
}

const TELEGRAF = `
[agent]
  interval = "1s"
  flush_interval = "1s"
[[outputs.discard]]
[[inputs.cpu]]
[[inputs.mem]]
[[inputs.swap]]
[[inputs.system]]
[[inputs.disk]]
[[inputs.diskio]]
[[inputs.net]]
[[inputs.netstat]]
[[inputs.processes]]
[[inputs.kernel]]
`;

const PEERS: Readonly<Record<string, (command: string, folder: string) => Promise<Running>>> = {
  async 'beszel-agent'(command, folder) {
    const key = join(folder, 'beszel');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    const [port] = await freePorts(1);
    return run(command, ['-key', `${key}.pub`, '-listen', `127.0.0.1:${port}`]);
  },
  async telegraf(command, folder) {
    const config = join(folder, 'telegraf.conf');
    writeFileSync(config, TELEGRAF);
    return run(command, ['--config', config]);
  },
  node_exporter: startNodeExporter,
  // As Debian calls it.
  'prometheus-node-exporter': startNodeExporter,
};

/** Scraped each second, as it does nothing by itself. */
async function startNodeExporter(command: string): Promise<Running> {
  const [port] = await freePorts(1);
  const running = run(command, [`--web.listen-address=127.0.0.1:${port}`]);
  let values = 0;
  const scrape = async (): Promise<void> => {
    const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
    values = (await answer.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;
  };
  // The first scrapes come before it listens.
  const timer = setInterval(() => scrape().catch(() => undefined), 1000);
  return {
    child: running.child,
    valuesPerTick: () => values,
    stop() {
      clearInterval(timer);
      running.stop();
    },
  };
}

/** Starts each peer that is on PATH. */
export async function startPeers(folder: string): Promise<Peer[]> {
  const peers: Peer[] = [];
  for (const [name, start] of Object.entries(PEERS)) {
    const command = findOnPath(name);
    if (command === undefined) continue;
    const running = await start(command, folder);
    if (running.child.pid !== undefined) peers.push({ ...running, name, pid: running.child.pid });
  }
  return peers;
}

/** Those that still run; one that ended by itself is told on stderr and left out. */
export function stillRunning(peers: readonly Peer[]): Peer[] {
  return peers.filter(({ name, child }) => {
    if (child.exitCode !== null) console.error(`${name} ended by itself and is left out`);
    return child.exitCode === null;
  });
}

function run(command: string, args: readonly string[]): Running {
  const child = spawn(command, args, { stdio: 'ignore' });
  return { child, stop: () => void child.kill() };
}

function findOnPath(name: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}
