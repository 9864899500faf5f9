// `muster agent …`: the agent's own program with the same words. Of itself this command only finds the agent of a state folder.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { programPath } from '../parts/programs.ts';
import { findHome } from '../state/state-folder.ts';
import { action, type CommandContext } from './command-context.ts';
import { runInForeground } from './simulate.ts';

/** The words of the agent's program, and whether they are about an agent that may belong to a `muster up`. */
const COMMANDS: readonly { words: string; description: string; ofHome: boolean }[] = [
  { words: 'run', description: 'Run an agent in the foreground', ofHome: false },
  { words: 'check', description: 'Show one sample of every collector, the identity, the spool and the way to the gateway', ofHome: true },
  { words: 'status', description: 'Show how the agent of this machine stands', ofHome: true },
  { words: 'top', description: 'Watch this machine live', ofHome: true },
  { words: 'spool', description: 'Show, copy out or send what waits for the gateway', ofHome: true },
  { words: 'install', description: 'Make the agent a service of this machine (root)', ofHome: false },
  { words: 'uninstall', description: 'Remove the service (root)', ofHome: false },
];
const INSTALLED_CONFIG = '/etc/muster-agent/config.yaml';

export function agentCommand(context: CommandContext): Command {
  const agent = new Command('agent')
    .description('Run, install and look at the agent of this machine')
    .addHelpText(
      'after',
      '\nWhat follows the command goes to the agent’s program: muster agent run --help lists the settings.\n\nExamples:\n  muster agent check\n  muster agent status --json\n  sudo muster agent install --gateway gw:7443 --ca-file ca.pem --join-token-file token',
    );
  for (const { words, description, ofHome } of COMMANDS) {
    const command = new Command(words).description(description).argument('[words...]').allowUnknownOption().helpOption(false);
    agent.addCommand(command.action(action(context, (_, args) => passOn(words, args, ofHome, context))));
  }
  return agent;
}

function passOn(word: string, args: readonly string[], ofHome: boolean, { env }: CommandContext): Promise<number> {
  const { home, rest } = takeHome(args);
  const named = rest.some((text) => /^--(config|state-dir)(=|$)/.test(text));
  const config = join(findHome(home, env), 'config', 'agent.yaml');
  // The installed agent is this machine's; that of `muster up` is meant where it is named, or is the only one.
  const isOfHome = ofHome && !named && existsSync(config) && (home !== undefined || !existsSync(INSTALLED_CONFIG));
  const words = isOfHome ? [word, ...rest, `--config=${config}`] : [word, ...rest];
  return runInForeground(process.execPath, [programPath('agent'), ...words]);
}

/** Takes `--home DIR` out of words that are passed on. */
export function takeHome(args: readonly string[]): { home: string | undefined; rest: string[] } {
  const at = args.findIndex((text) => text === '--home' || text.startsWith('--home='));
  if (at < 0) return { home: undefined, rest: [...args] };
  const text = args[at]!;
  const inline = text.startsWith('--home=') ? text.slice('--home='.length) : undefined;
  const rest = args.filter((_, i) => i !== at && (inline !== undefined || i !== at + 1));
  return { home: inline ?? args[at + 1], rest };
}
