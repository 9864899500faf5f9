// The command lines of the tasks beside `run`: a few words of their own, the rest are settings of the agent.
import { existsSync } from 'node:fs';
import { MusterError } from '../../core/common/muster-error.ts';
import type { AgentConfig } from '../config.ts';
import { readConfig } from '../settings/config-child.ts';

/** Where an installed agent has its settings. */
export const INSTALLED_CONFIG = '/etc/muster-agent/config.yaml';

export interface Taken<Flag extends string, Option extends string> {
  flags: Readonly<Record<Flag, boolean>>;
  options: Readonly<Partial<Record<Option, string>>>;
  /** What is not the task's own. */
  rest: string[];
}

/** Takes a task's own words out of a command line: flags without a value, options with one. */
export function takeOwn<Flag extends string = never, Option extends string = never>(
  argv: readonly string[],
  flagNames: readonly Flag[],
  optionNames: readonly Option[] = [],
): Taken<Flag, Option> {
  const flags = Object.fromEntries(flagNames.map((name) => [name, false])) as Record<Flag, boolean>;
  const options: Partial<Record<Option, string>> = {};
  const rest: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i]!;
    const [name = '', inline] = split(word);
    if ((flagNames as readonly string[]).includes(name) && inline === undefined) flags[name as Flag] = true;
    else if ((optionNames as readonly string[]).includes(name)) options[name as Option] = inline ?? valueAfter(argv, ++i, name);
    else rest.push(word);
  }
  return { flags, options, rest };
}

function split(word: string): [string, string?] {
  if (!word.startsWith('--')) return [''];
  const at = word.indexOf('=');
  return at < 0 ? [word.slice(2)] : [word.slice(2, at), word.slice(at + 1)];
}

function valueAfter(argv: readonly string[], at: number, name: string): string {
  const value = argv[at];
  if (value === undefined) throw new MusterError('invalid_argument', `--${name} needs a value`);
  return value;
}

/** The settings of the agent that is meant: as given, else those of the installed one. Throws `invalid_config`. */
export function readSettings(rest: readonly string[]): Promise<AgentConfig> {
  const named =
    rest.some((word) => word === '--config' || word.startsWith('--config=')) || process.env['MUSTER_AGENT_CONFIG'] !== undefined;
  return readConfig(named || !existsSync(INSTALLED_CONFIG) ? rest : [`--config=${INSTALLED_CONFIG}`, ...rest]);
}
