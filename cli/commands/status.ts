// `muster status`: what runs in a state folder, from the record that `up` keeps.
import { Command } from 'commander';
import { MusterError } from '../../core/common/muster-error.ts';
import { EXIT } from '../../core/node/exit-code.ts';
import { assertHome } from '../fleet/fleet-target.ts';
import { residentBytes } from '../process/process-info.ts';
import { findHome, StateFolder } from '../state/state-folder.ts';
import { readUpRecord, type UpRecord } from '../state/up-record.ts';
import { consoleAddress } from '../up/run-up.ts';
import { lockOwner } from '../up/up-lock.ts';
import { partsTable } from '../up/up-view.ts';
import { action, type CommandContext } from './command-context.ts';

interface Options {
  home?: string;
  json?: true;
}

export function statusCommand(context: CommandContext): Command {
  return new Command('status')
    .description('Show the parts of a state folder, their addresses and credential files')
    .option('--home <dir>', 'state folder (default $MUSTER_HOME, else $XDG_STATE_HOME/muster)')
    .option('--json', 'one JSON document')
    .addHelpText(
      'after',
      '\nExit code: 0 when every part serves, 1 when not, 69 when nothing runs.\n\nExamples:\n  muster status\n  muster status --json | jq -r .addresses.questdbHttp',
    )
    .action(action<Options>(context, async (options) => showStatus(options, context)));
}

async function showStatus(options: Options, { output, env }: CommandContext): Promise<number> {
  const state = new StateFolder(findHome(options.home, env));
  assertHome(options.home);
  const record = readUpRecord(state.upFile);
  if (record === undefined) {
    throw new MusterError('unavailable', `there is no Muster in ${state.home}: start one with muster up, or name its folder with --home`);
  }
  const running = lockOwner(state.lockFile) !== undefined;
  const shown = running ? record : asStopped(record);
  const addresses = { ...record.addresses, webConsole: running ? consoleAddress(state, record.addresses) : record.addresses.webConsole };
  if (options.json) {
    // Of a part that does not run, or ends just now, no memory is told.
    const parts = shown.parts.map((part) => {
      const rssBytes = part.pid === 0 ? undefined : residentBytes(part.pid);
      return { ...part, ...(rssBytes === undefined ? {} : { rssBytes }) };
    });
    output.json({ ...shown, home: state.home, running, parts, addresses });
  } else {
    output.line(
      running
        ? `${record.ready ? 'muster is ready' : 'muster is not ready'} (${state.home}, process ${record.pid})`
        : `muster does not run (${state.home})`,
    );
    for (const line of partsTable(shown.parts, output, Date.now())) output.line(line);
    output.line();
    for (const [name, value] of Object.entries(addresses)) output.line(`${name.padEnd(24)} ${value}`);
  }
  if (!running) return EXIT.unavailable;
  return record.ready ? EXIT.ok : EXIT.failure;
}

/** What a record says once the supervisor that wrote it is gone. */
function asStopped(record: UpRecord): UpRecord {
  return { ...record, ready: false, pid: 0, parts: record.parts.map((part) => ({ ...part, state: 'stopped', pid: 0, startMark: '' })) };
}
