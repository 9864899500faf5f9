// The commands of `muster` put together; see commands/ for each.
import { Command, CommanderError } from 'commander';
import { VERSION } from '../core/common/version.ts';
import { EXIT } from '../core/node/exit-code.ts';
import { agentCommand } from './commands/agent.ts';
import { auditCommand } from './commands/audit.ts';
import type { CommandContext } from './commands/command-context.ts';
import { reportError } from './commands/command-context.ts';
import { completionCommand } from './commands/completion.ts';
import { configCommand } from './commands/config.ts';
import { consoleCommand } from './commands/console.ts';
import { contextCommand } from './commands/context.ts';
import { deadLettersCommand } from './commands/dead-letters.ts';
import { doctorCommand } from './commands/doctor.ts';
import { downCommand } from './commands/down.ts';
import { etlCommand } from './commands/etl.ts';
import { exportCommand } from './commands/export.ts';
import { importCommand } from './commands/import.ts';
import { nodesCommand } from './commands/nodes.ts';
import { pipelineCommand } from './commands/pipeline.ts';
import { prepareCommand } from './commands/prepare.ts';
import { queryCommand } from './commands/query.ts';
import { retentionCommand } from './commands/retention.ts';
import { runCommand } from './commands/run.ts';
import { seriesCommand } from './commands/series.ts';
import { simulateCommand } from './commands/simulate.ts';
import { smokeCommand } from './commands/smoke.ts';
import { statusCommand } from './commands/status.ts';
import { tailCommand } from './commands/tail.ts';
import { tokenCommand } from './commands/token.ts';
import { topCommand } from './commands/top.ts';
import { upCommand } from './commands/up.ts';
import { verifyCommand } from './commands/verify.ts';
import { HELP } from './terminal/help.ts';
import type { Output } from './terminal/output.ts';

const GROUPS = {
  'Run:': [
    upCommand,
    downCommand,
    statusCommand,
    doctorCommand,
    smokeCommand,
    consoleCommand,
    agentCommand,
    simulateCommand,
    prepareCommand,
  ],
  'Look:': [nodesCommand, topCommand, tailCommand, queryCommand, seriesCommand, pipelineCommand, verifyCommand, auditCommand],
  'Bring and take data:': [importCommand, exportCommand, etlCommand, retentionCommand, deadLettersCommand],
  'Change:': [runCommand, configCommand, tokenCommand],
  'Settings:': [contextCommand],
};

export function createProgram(context: CommandContext): Command {
  const program = new Command('muster')
    .description('Watches a fleet of machines.')
    .showSuggestionAfterError()
    .configureHelp(HELP)
    .version(`muster ${VERSION}`, '-V, --version', 'print the version')
    .addHelpText(
      'after',
      '\nStart with `muster up`. Exit codes: 0 well, 1 it says no, 2 wrong usage or configuration, 69 not reachable or not known.',
    );
  for (const [heading, commands] of Object.entries(GROUPS)) {
    for (const command of commands) program.addCommand(command(context).helpGroup(heading));
  }
  program.addCommand(completionCommand(context, program).helpGroup('Settings:'));
  for (const command of allCommands(program)) {
    command.exitOverride();
    command.configureHelp(HELP);
    command.configureOutput({
      outputError: (text) =>
        context.output.note(
          `muster: ${text
            .trim()
            .replace(/^error: /, '')
            .replaceAll('\n', ' ')}`,
        ),
    });
  }
  return program;
}

function allCommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(allCommands)];
}

/** Runs one command line and resolves with the exit code. */
export async function runProgram(argv: readonly string[], output: Output, env: CommandContext['env']): Promise<number> {
  let exitCode: number = EXIT.ok;
  const setExitCode = (code: number): void => {
    exitCode = code;
  };
  try {
    await createProgram({ output, env, setExitCode }).parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) return reportError(error, output);
    // Help asked for is no error; help shown because no command was given is.
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
  return exitCode;
}
