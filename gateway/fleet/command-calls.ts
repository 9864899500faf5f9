// The call that runs a command on a node.
import type { UntypedServiceImplementation } from '@grpc/grpc-js';
import type { RunCommandRequest } from '../../proto/gen/messages.ts';
import type { CommandCaller } from '../commands/command-caller.ts';
import { type CallContext, serverStream } from './call-handlers.ts';

export function commandHandlers(context: CallContext, commands: Pick<CommandCaller, 'run'>): UntypedServiceImplementation {
  return {
    runCommand: serverStream(context, 'RunCommand', 'admin', (request: RunCommandRequest, signal, caller) =>
      commands.run(request, caller, signal),
    ),
  };
}
