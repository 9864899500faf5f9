// The call that runs a command on a node.
import type { CommandCaller } from '../commands/command-caller.ts';
import { type CallContext, type FleetHandlers, handlers } from './call-handlers.ts';

export function commandHandlers(context: CallContext, commands: Pick<CommandCaller, 'run'>): FleetHandlers<'runCommand'> {
  return handlers(context, { runCommand: (request, signal, caller) => commands.run(request, caller, signal) });
}
