// `muster etl …`: the programs that fetch from other monitors, with the same words. Of itself this command only says where Muster is.
import { join } from 'node:path';
import { Command } from 'commander';
import { programPath } from '../parts/programs.ts';
import { findHome, StateFolder } from '../state/state-folder.ts';
import { readUpRecord } from '../state/up-record.ts';
import { takeHome } from './agent.ts';
import { action, type CommandContext } from './command-context.ts';
import { runInForeground } from './simulate.ts';

export function etlCommand(context: CommandContext): Command {
  const prometheus = new Command('prometheus')
    .description('Fetch range queries from a Prometheus: on and on, once, a span of the past, or test both ends')
    .argument('[words...]')
    .allowUnknownOption()
    .helpOption(false)
    .action(action(context, (_, args) => runPrometheus(args, context)));
  return new Command('etl')
    .description('Fetch from other monitors')
    .addCommand(prometheus)
    .addHelpText(
      'after',
      '\nWhat follows prometheus goes to its program: muster etl prometheus --help lists the options.\n\nExamples:\n  muster etl prometheus --config prometheus.yaml --check\n  muster etl prometheus --config prometheus.yaml --backfill 24h..now --step 60s\n  muster etl prometheus --config prometheus.yaml',
    );
}

/** What the file and the options leave open is taken from the state folder, where there is one. */
function runPrometheus(args: readonly string[], { env }: CommandContext): Promise<number> {
  const { home, rest } = takeHome(args);
  const state = new StateFolder(findHome(home, env));
  const addresses = readUpRecord(state.upFile)?.addresses;
  const known = {
    'fallback-state-dir': join(state.home, 'prometheus'),
    ...(addresses === undefined
      ? {}
      : { 'fallback-gateway': addresses.gateway, 'fallback-ca-file': addresses.caFile, 'fallback-token-file': addresses.tokenFile }),
  };
  const flags = Object.entries(known).map(([name, value]) => `--${name}=${value}`);
  return runInForeground(process.execPath, [programPath('prometheus'), ...flags, ...rest]);
}
