// docs/reference/commands.md: the help of every command, as the command prints it.
import type { Command } from 'commander';
import { AGENT_USAGE } from '../../agent/tasks/help.ts';
import { createProgram } from '../../cli/program.ts';
import type { Output } from '../../cli/terminal/output.ts';
import { USAGE as PROMETHEUS_USAGE } from '../../etl/sources/prometheus/arguments.ts';
import { code, codeBlock, page, wrap } from './markdown.ts';

const WIDTH = 110;
/** Nothing is run, so nothing is written. */
const NO_OUTPUT = {} as Output;

/** As with `--help`, with what stands below the options. */
function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
    getOutHelpWidth: () => WIDTH,
    getOutHasColors: () => false,
  });
  command.outputHelp();
  return text;
}

function sections(command: Command, words: readonly string[]): string[] {
  const path = [...words, command.name()];
  return [
    `${'#'.repeat(Math.min(path.length, 3) + (words.length === 0 ? 1 : 0))} ${path.join(' ')}`,
    codeBlock(helpOf(command)),
    ...command.commands
      .filter(({ _hidden }: Command & { _hidden?: boolean }) => _hidden !== true)
      .flatMap((child) => sections(child, path)),
  ];
}

export function commandsPage(): string {
  const program = createProgram({ output: NO_OUTPUT, env: {}, setExitCode: () => undefined });
  return page(
    '# Commands',
    wrap(`In a checkout a command is run as ${code('npm run muster -- COMMAND')}. Each prints this help with ${code('--help')}.`),
    ...sections(program, []),
    '## muster-agent',
    wrap(
      `The agent’s own program. ${code('muster agent COMMAND')} runs it with the same words; [Settings](settings.md#agent) lists its settings.`,
    ),
    codeBlock(AGENT_USAGE.split('\nSettings, as options')[0] ?? ''),
    '## muster etl prometheus, the program',
    codeBlock(PROMETHEUS_USAGE),
  );
}
