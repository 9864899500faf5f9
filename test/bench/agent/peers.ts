// What a user would run instead, where it is on PATH: started at a one-second interval and measured the same way.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { freePorts } from '../../../cli/process/free-port.ts';
import { type Cost, measureCost } from './cost.ts';

const SETTLE_SECONDS = 10;

interface Running {
  child: ChildProcess;
  stop(): void;
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
  async node_exporter(command) {
    const [port] = await freePorts(1);
    const running = run(command, [`--web.listen-address=127.0.0.1:${port}`]);
    const scrape = async (): Promise<void> => {
      const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
      await answer.arrayBuffer();
    };
    // The first scrapes come before it listens.
    const timer = setInterval(() => scrape().catch(() => undefined), 1000);
    return {
      child: running.child,
      stop() {
        clearInterval(timer);
        running.stop();
      },
    };
  },
};

/** The cost of each peer that is on PATH; one that ends by itself is told on stderr and left out. */
export async function measurePeers(folder: string, seconds: number): Promise<Record<string, Cost>> {
  const costs: Record<string, Cost> = {};
  for (const [name, start] of Object.entries(PEERS)) {
    const command = findOnPath(name);
    if (command === undefined) continue;
    const { child, stop } = await start(command, folder);
    try {
      await new Promise((resolve) => setTimeout(resolve, SETTLE_SECONDS * 1000));
      if (child.exitCode !== null || child.pid === undefined) console.error(`${name} ended by itself and is left out`);
      else costs[name] = await measureCost(child.pid, seconds);
    } finally {
      stop();
    }
  }
  return costs;
}

function run(command: string, args: readonly string[]): Running {
  const child = spawn(command, args, { stdio: 'ignore' });
  return { child, stop: () => void child.kill() };
}

function findOnPath(name: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}
