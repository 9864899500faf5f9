// `muster simulate`: agents that only exist in one process, over real gRPC streams.
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { findTarget, type TargetOptions, withTarget } from '../fleet/fleet-target.ts';
import { programPath } from '../parts/programs.ts';
import { createJoinToken } from '../up/agent-token.ts';
import { findHome, writeSecret } from '../up/state-folder.ts';
import { action, type CommandContext, wholeNumber } from './command-context.ts';

interface Options extends TargetOptions {
  nodes: number;
  interval: string;
  duration: number;
  durable: boolean;
  namePrefix: string;
  stateDir?: string;
}

export function simulateCommand(context: CommandContext): Command {
  return withTarget(new Command('simulate'))
    .description('Run simulated agents against the gateway until Ctrl-C')
    .option('--nodes <n>', 'how many', wholeNumber(1, 20_000), 10)
    .option('--interval <duration>', 'interval of each', '1s')
    .option('--duration <seconds>', 'end after this time; 0 runs until Ctrl-C', wholeNumber(0, 31_536_000), 0)
    .option('--name-prefix <text>', 'how their names begin', 'sim-')
    .option('--no-durable', 'spools in memory, for more nodes')
    .option('--state-dir <dir>', 'their identities and spools (default HOME/simulate)')
    .addHelpText(
      'after',
      '\nExamples:\n  muster simulate --nodes 50 --interval 1s --duration 60\n  muster simulate --nodes 1000 --interval 10s --no-durable',
    )
    .action(action<Options>(context, (options) => simulate(options, context)));
}

async function simulate(options: Options, { env }: CommandContext): Promise<number> {
  const target = findTarget(options, env);
  const stateDir = options.stateDir ?? join(findHome(options.home, env), 'simulate');
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  const joinTokenFile = join(stateDir, 'join.token');
  writeSecret(joinTokenFile, `${await createJoinToken(target, 'simulated agents', options.nodes)}\n`);
  const settings = {
    gateway: target.gateway,
    'ca-file': target.caFile,
    'join-token-file': joinTokenFile,
    'state-dir': stateDir,
    nodes: options.nodes,
    interval: options.interval,
    'duration-seconds': options.duration,
    durable: options.durable,
    'name-prefix': options.namePrefix,
  };
  const flags = Object.entries(settings).map(([name, value]) => `--${name}=${value}`);
  try {
    return await runInForeground(process.execPath, [programPath('simulate'), ...flags]);
  } finally {
    rmSync(joinTokenFile, { force: true });
  }
}

/** Runs a program in this terminal and gives its exit code. Ctrl-C reaches it by the terminal, SIGTERM is passed on. */
export function runInForeground(program: string, args: readonly string[]): Promise<number> {
  const child = spawn(program, args, { stdio: 'inherit' });
  const pass = (): void => void child.kill('SIGTERM');
  // The child decides how it ends; this process only waits for it.
  const wait = (): void => {};
  process.on('SIGTERM', pass);
  process.on('SIGINT', wait);
  return new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? 'SIGTERM']));
  }).finally(() => {
    process.off('SIGTERM', pass);
    process.off('SIGINT', wait);
  });
}
