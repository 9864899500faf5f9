// What every command gets, and how its end becomes an exit code.
import { type Command, InvalidArgumentError } from 'commander';
import { toMusterError } from '../../core/common/muster-error.ts';
import { exitCodeOf } from '../../core/node/exit-code.ts';
import type { FleetClient } from '../../proto/client/fleet-client.ts';
import { findTarget, type TargetOptions } from '../fleet/fleet-target.ts';
import { openFleet } from '../fleet/open-fleet.ts';
import type { Output } from '../terminal/output.ts';

export interface CommandContext {
  output: Output;
  env: Readonly<Record<string, string | undefined>>;
  /** Takes the exit code of the command that ran. */
  setExitCode: (code: number) => void;
}

/** An action that returns its exit code; what it throws becomes one sentence on stderr. */
export function action<Options>(
  context: CommandContext,
  run: (options: Options, args: string[]) => Promise<number>,
): (...args: unknown[]) => Promise<void> {
  return async (...args) => {
    const command = args.at(-1) as Command;
    try {
      context.setExitCode(await run(command.optsWithGlobals() as Options, command.args));
    } catch (error) {
      context.setExitCode(reportError(error, context.output));
    }
  };
}

/** Says the error in one sentence and gives the exit code for it. */
export function reportError(thrown: unknown, output: Output): number {
  const error = toMusterError(thrown);
  output.note(`muster: ${error.message}`);
  return exitCodeOf(error);
}

/** Runs `use` with a client of the gateway that the options name, and closes it. */
export async function withClient<T>(context: CommandContext, options: TargetOptions, use: (client: FleetClient) => Promise<T>): Promise<T> {
  const client = openFleet(findTarget(options, context.env));
  try {
    return await use(client);
  } finally {
    client.close();
  }
}

/** Reads an option that takes a whole number. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most) {
      throw new InvalidArgumentError(`Expected a whole number from ${least} to ${most}.`);
    }
    return value;
  };
}
