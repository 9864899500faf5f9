// `muster simulate`: agents that only exist in one process, over real gRPC streams; or the probe scenario, which counts what arrived.

import { spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { toMusterError } from '../../core/common/muster-error.ts';
import { writeDurably } from '../../core/node/durable-file.ts';
import { EXIT } from '../../core/node/exit-code.ts';
import { endSimulation } from '../fleet/end-simulation.ts';
import { findTarget, type TargetOptions, withTarget } from '../fleet/fleet-target.ts';
import { assertMayChange } from '../fleet/open-fleet.ts';
import { forgetRemoved } from '../fleet/removed-simulation.ts';
import { programPath } from '../parts/programs.ts';
import { createAgentProbes } from '../scenario/agent-probes.ts';
import { createPushProbes, pushFirstSample } from '../scenario/push-probes.ts';
import { prepareTable, runScenario } from '../scenario/run-scenario.ts';
import { scenarioLines } from '../scenario/scenario-lines.ts';
import { findHome, StateFolder } from '../state/state-folder.ts';
import { readUpRecord } from '../state/up-record.ts';
import { agentInterval, durationSeconds } from '../terminal/duration.ts';
import { createJoinToken } from '../up/agent-token.ts';
import { action, type CommandContext, wholeNumber, withClient } from './command-context.ts';

interface Options extends TargetOptions {
  nodes: number;
  interval: string;
  duration: number;
  durable: boolean;
  namePrefix: string;
  stateDir?: string;
  scenario?: 'probes';
  via: 'grpc' | 'push';
  seconds: number;
  remove?: true;
  json?: true;
}

/** Exit code of the program where a setting is wrong or another process has its state folder. */
const NOT_BEGUN = 2;

export function simulateCommand(context: CommandContext): Command {
  return withTarget(new Command('simulate'))
    .description('Run simulated agents against the gateway until Ctrl-C')
    .option('--nodes <n>', 'how many', wholeNumber(1, 20_000), 10)
    .option('--interval <duration>', 'interval of each', agentInterval, '1s')
    .option('--duration <duration>', 'end after this time (default: until Ctrl-C)', durationSeconds(0, 31_536_000), 0)
    .option('--name-prefix <text>', 'how their names begin', 'sim-')
    .option('--no-durable', 'spools in memory, for more nodes')
    .option('--remove', 'at the end take the simulated machines out of the fleet without asking')
    .option('--state-dir <dir>', 'their identities and spools (default HOME/simulate)')
    .addOption(
      new Option(
        '--scenario <name>',
        'probes: five probes with one sample a second each, then the count of what is stored and how soon it could be queried',
      ).choices(['probes']),
    )
    .addOption(new Option('--via <door>', 'with a scenario: the way of its samples').choices(['grpc', 'push']).default('grpc'))
    .option('--seconds <n>', 'with a scenario: samples of each probe', wholeNumber(1, 86_400), 60)
    .option('--json', 'with a scenario: one JSON document')
    .addHelpText(
      'after',
      '\nExit code of a scenario: 0 when every sample is stored, 1 when one is missing.\n\nExamples:\n  muster simulate --scenario probes --via push\n  muster simulate --nodes 50 --interval 1s --duration 2m\n  muster simulate --nodes 1000 --interval 10s --no-durable',
    )
    .action(action<Options>(context, (options) => (options.scenario === undefined ? simulate(options, context) : probe(options, context))));
}

async function probe(options: Options, context: CommandContext): Promise<number> {
  const { output, env } = context;
  const { via, seconds } = options;
  const target = findTarget(options, env);
  assertMayChange(target, 'a scenario');
  const state = new StateFolder(findHome(options.home, env));
  const record = readUpRecord(state.upFile);
  // The parts of this machine are measured only where it is their gateway that is asked.
  const here = record?.ready === true && record.addresses.gateway === target.gateway ? record : undefined;
  const stateDir = options.stateDir ?? join(state.home, 'simulate-probes');
  const source = via === 'push' ? createPushProbes(target) : createAgentProbes(target, stateDir);
  if (!options.json) output.note(`five probes, a sample a second each for ${seconds} s, by ${via === 'push' ? 'POST /api/push' : 'gRPC'}`);
  const result = await withClient(context, options, async (client) => {
    const made = await prepareTable(client, () => pushFirstSample(target));
    if (made && !options.json)
      output.note('one more sample was pushed beforehand, as the first row ever makes the table: it is not counted');
    return runScenario({ source, client, samples: seconds, record: here });
  });
  if (options.json) output.json({ scenario: 'probes', via, ...result });
  else for (const line of scenarioLines(result)) output.line(line);
  return result.missing.length === 0 && result.expected === 5 * seconds ? EXIT.ok : EXIT.failure;
}

async function simulate(options: Options, context: CommandContext): Promise<number> {
  const { env } = context;
  const target = findTarget(options, env);
  assertMayChange(target, 'a simulated fleet');
  const stateDir = options.stateDir ?? join(findHome(options.home, env), 'simulate');
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  const forgotten = await forgetRemoved(target, stateDir);
  if (forgotten > 0) context.output.note(rejoinWords(forgotten));
  const joinTokenFile = join(stateDir, 'join.token');
  writeDurably(joinTokenFile, `${await createJoinToken(target, 'simulated agents', options.nodes)}\n`);
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
    words: true,
  };
  const flags = Object.entries(settings).map(([name, value]) => `--${name}=${value}`);
  const ended = {
    ...{ target, prefix: options.namePrefix, unasked: options.remove === true },
    stateDir: options.stateDir === undefined ? stateDir : undefined,
  };
  return runThenEnd(
    () =>
      runInForeground(process.execPath, [programPath('simulate'), ...flags]).finally(() => {
        rmSync(joinTokenFile, { force: true });
      }),
    // What cannot be removed does not change how the simulation ended.
    () => endSimulation(ended, context.output).catch((error: unknown) => context.output.note(toMusterError(error).message)),
  );
}

/** What to say of machines that were removed since the last simulation. */
export function rejoinWords(count: number): string {
  return count === 1
    ? '1 simulated machine was removed from the fleet meanwhile and joins again'
    : `${count} simulated machines were removed from the fleet meanwhile and join again`;
}

/** A simulation that did not begin has no machines: those of its names and in its folder are of one that runs there. */
export async function runThenEnd(run: () => Promise<number>, end: () => Promise<void>): Promise<number> {
  const code = await run();
  if (code !== NOT_BEGUN) await end();
  return code;
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
