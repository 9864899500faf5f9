// `muster run NODE COMMAND key=value…`: one command of a node's allow-list, its output as it comes.

import { Command } from 'commander';
import { MusterError } from '../../core/common/muster-error.ts';
import { EXIT } from '../../core/node/exit-code.ts';
import type { FleetClient } from '../../proto/client/fleet-client.ts';
import type { CommandResult, RunCommandRequest } from '../../proto/gen/messages.ts';
import { type TargetOptions, withTarget } from '../fleet/fleet-target.ts';
import { durationSeconds } from '../terminal/duration.ts';
import type { Output } from '../terminal/output.ts';
import { printableLines } from '../terminal/printable.ts';
import { action, type CommandContext, withClient } from './command-context.ts';

interface Options extends TargetOptions {
  timeout: number;
  json?: true;
}

/** The gateway ends it at its limit; the deadline is for one that no longer answers. */
const GRACE_MS = 30_000;
/** As shells have it for a program that Ctrl-C ended. */
const CANCELLED = 130;

export function runCommand(context: CommandContext): Command {
  return withTarget(new Command('run'))
    .description('Run one command of the allow-list on a node; Ctrl-C ends it there too')
    .argument('<node>', 'node id, or a name that only one node has')
    .argument('<command>', 'process_list, sockets, ping, traceroute, dns, journal, flush, diagnostics, restart_unit, restart_agent')
    .argument('[arguments...]', 'key=value; the node says what it takes')
    .option('--timeout <duration>', 'time limit, at most 5m', durationSeconds(1, 300), 30)
    .option('--json', 'one JSON document at the end: its output as text, and its result')
    .addHelpText(
      'after',
      `
Exit code: that of the program where one ran there, else 0 when it went well and 1 when it was refused or failed; 130 after Ctrl-C.

Examples:
  muster run web-1 process_list sort=memory limit=10
  muster run web-1 ping host=10.0.0.7 count=3
  muster run web-1 journal unit=nginx lines=200 follow=true --timeout 300`,
    )
    .action(
      action<Options>(context, (options, [node = '', command = '', ...given]) => {
        const request = { node, command, arguments: toArguments(given), timeoutMs: options.timeout * 1000 };
        return withClient(context, options, (client) => run(client, request, options, context.output));
      }),
    );
}

function toArguments(given: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    given.map((text) => {
      const at = text.indexOf('=');
      if (at < 1) throw new MusterError('invalid_argument', `${JSON.stringify(text)} is no argument of a command: write key=value`);
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}

async function run(client: FleetClient, request: RunCommandRequest, options: Options, output: Output): Promise<number> {
  const cancelled = new AbortController();
  const cancel = (): void => cancelled.abort();
  process.once('SIGINT', cancel);
  // What stands at the end of a piece may be half a letter.
  const decoder = new TextDecoder();
  let text = '';
  let commandId = '';
  let result: CommandResult | undefined;
  try {
    const updates = client.stream('runCommand', request, { signal: cancelled.signal, timeoutMs: request.timeoutMs + GRACE_MS });
    for await (const update of updates) {
      commandId = update.commandId;
      result = update.result ?? result;
      const piece = decoder.decode(update.output, { stream: true });
      if (options.json) text += piece;
      else if (piece !== '') await output.write(printableLines(piece));
    }
  } finally {
    process.off('SIGINT', cancel);
  }
  if (options.json) output.json({ commandId, output: text, result: result ?? null });
  return conclude(result, cancelled.signal.aborted, output);
}

function conclude(result: CommandResult | undefined, cancelled: boolean, output: Output): number {
  if (result === undefined) {
    output.note(cancelled ? 'muster: cancelled' : 'muster: the gateway ended the call without a result');
    return cancelled ? CANCELLED : EXIT.failure;
  }
  if (result.truncated) output.note('muster: the output was cut');
  if (result.status === 'ok') return EXIT.ok;
  output.note(`muster: ${result.status}: ${printableLines(result.problem)}`);
  return result.exitCode || EXIT.failure;
}
