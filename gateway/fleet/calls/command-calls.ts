// The call that runs a command on a node.

import { type CallContext, type FleetHandlers, handlers } from './call-handlers.ts';
import type { CommandCaller } from './command-caller.ts';

export function commandHandlers(context: CallContext, commands: Pick<CommandCaller, 'run'>): FleetHandlers<'runCommand'> {
  return handlers(context, { runCommand: (request, signal, caller) => commands.run(request, caller, signal) });
}
