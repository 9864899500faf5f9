// `muster down`: ends what `muster up` or `npm start` started, wherever that runs.
import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { EXIT } from '../../core/node/exit-code.ts';
import { assertHome } from '../fleet/fleet-target.ts';
import { findHome, StateFolder } from '../state/state-folder.ts';
import { durationSeconds } from '../terminal/duration.ts';
import { endUp } from '../up/end-up.ts';
import { lockOwner } from '../up/up-lock.ts';
import { action, type CommandContext } from './command-context.ts';

interface Options {
  home?: string;
  timeout: number;
  json?: true;
}

const DEFAULT_SECONDS = 60;

export function downCommand(context: CommandContext): Command {
  return new Command('down')
    .description('End every part that muster up or npm start runs; what is stored stays')
    .option('--home <dir>', 'state folder (default $MUSTER_HOME, else $XDG_STATE_HOME/muster)')
    .option('--timeout <duration>', 'how long it may take to end', durationSeconds(1, 3600), DEFAULT_SECONDS)
    .option('--json', 'one JSON document')
    .addHelpText(
      'after',
      '\nIt also ends parts that a killed muster up left running.\nExit code: 0 when nothing runs any more, 1 when something still does.\n\nExamples:\n  muster down\n  muster down --home /var/lib/muster',
    )
    .action(action<Options>(context, async (options) => end(options, context)));
}

async function end(options: Options, { output, env }: CommandContext): Promise<number> {
  const state = new StateFolder(findHome(options.home, env));
  assertHome(options.home);
  // One that begins has the lock before it has a record. Looking for what runs makes no folder.
  const ended =
    existsSync(state.upFile) || lockOwner(state.lockFile) !== undefined
      ? await endUp(state, options.timeout * 1000, (pid) => output.note(`ending process ${pid} and its parts …`))
      : { pid: undefined, parts: [] };
  if (options.json) output.json({ home: state.home, ended: ended.pid !== undefined || ended.parts.length > 0, parts: ended.parts });
  else if (ended.pid === undefined && ended.parts.length === 0) output.line(`nothing runs (${state.home})`);
  else output.line(`ended (${state.home}): ${ended.parts.length > 0 ? ended.parts.join(', ') : 'no part ran yet'}`);
  return EXIT.ok;
}
