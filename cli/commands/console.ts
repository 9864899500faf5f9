// `muster console [--web]`: the desktop console, or the address of the one in a browser.
import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { MusterError, toMusterError } from '../../core/common/muster-error.ts';
import { contextNamed, contextsFile } from '../../core/node/contexts.ts';
import { EXIT } from '../../core/node/exit-code.ts';
import { openInBrowser } from '../../core/node/open-browser.ts';
import { resolveRuntime } from '../../deploy/setup/runtimes.mjs';
import { findContextName, findTarget, type TargetOptions, withTarget } from '../fleet/fleet-target.ts';
import { electronPart, hasDisplay } from '../parts/electron-part.ts';
import { electronMainPath, programPath } from '../parts/programs.ts';
import { findHome, StateFolder } from '../state/state-folder.ts';
import { readUpRecord } from '../state/up-record.ts';
import { consoleAddress } from '../up/run-up.ts';
import { lockOwner } from '../up/up-lock.ts';
import { action, type CommandContext, wholeNumber } from './command-context.ts';
import { runInForeground } from './simulate.ts';

interface Options extends TargetOptions {
  web?: true;
  port: number;
}

export function consoleCommand(context: CommandContext): Command {
  return withTarget(new Command('console'))
    .description('Open the console in a window, or with --web in a browser on this machine')
    .option('--web', 'print the address for a browser; serves it first where `muster up` does not')
    .option('--port <port>', 'with --web: port on 127.0.0.1, 0 for a free one', wholeNumber(0, 65_535), 0)
    .addHelpText(
      'after',
      '\nThe printed address works once and for this machine only.\n\nExamples:\n  muster console\n  muster console --web\n  muster console --gateway fleet.example:7443 --ca-file ca.crt --token-file read.token',
    )
    .action(action<Options>(context, (options) => (options.web ? openWeb(options, context) : openWindow(options, context))));
}

async function openWindow(options: Options, command: CommandContext): Promise<number> {
  const { env, output } = command;
  if (!hasDisplay(process.platform, env)) {
    throw new MusterError(
      'failed_precondition',
      'there is no display for a window (neither DISPLAY nor WAYLAND_DISPLAY is set): use muster console --web',
    );
  }
  const context = options.gateway === undefined ? findContextName(options, env) : undefined;
  const target = context === undefined ? findTarget(options, env) : { context: contextNamed(contextsFile(env), context).name };
  let folder: string;
  try {
    folder = await resolveRuntime('electron');
  } catch (error) {
    const { code, message } = toMusterError(error);
    if (code === 'invalid_config') throw error;
    output.note(`no window: ${message}`);
    output.note('the console opens in the browser instead');
    return openWeb(options, command, true);
  }
  const part = electronPart({ folder, main: electronMainPath(), target, platform: process.platform, root: process.getuid?.() === 0 });
  return runInForeground(part.command, part.args);
}

async function openWeb(options: Options, { env, output }: CommandContext, open = false): Promise<number> {
  const state = new StateFolder(findHome(options.home, env));
  const record = readUpRecord(state.upFile);
  const named = options.gateway !== undefined || findContextName(options, env) !== undefined;
  const served = !named && lockOwner(state.lockFile) !== undefined && existsSync(state.consoleAddressFile);
  if (served && record !== undefined) {
    const address = consoleAddress(state, record.addresses);
    if (open) await openInBrowser(address).catch((error: unknown) => output.note(toMusterError(error).message));
    output.line(address);
    return EXIT.ok;
  }
  const flags = { ...webFlags(options, env), port: options.port, open };
  return runInForeground(process.execPath, [
    programPath('console-web'),
    ...Object.entries(flags).map(([name, value]) => `--${name}=${value}`),
  ]);
}

/** A context is named rather than spelled out: what it allows is in the file, and the server holds pages to it. */
function webFlags(options: Options, env: CommandContext['env']): Record<string, string> {
  const context = options.gateway === undefined ? findContextName(options, env) : undefined;
  if (context !== undefined) return { context: contextNamed(contextsFile(env), context).name };
  const { gateway, caFile, tokenFile } = findTarget(options, env);
  return { gateway, 'ca-file': caFile, 'token-file': tokenFile };
}
