// `muster nodes label NODE key=value key-`: labels of a node, over those it brings itself.
import { Command } from 'commander';
import { MusterError } from '../../core/common/muster-error.ts';
import { EXIT } from '../../core/node/exit-code.ts';
import type { SetNodeLabelsRequest } from '../../proto/gen/messages.ts';
import { type TargetOptions, withTarget } from '../fleet/fleet-target.ts';
import { action, type CommandContext, withClient } from './command-context.ts';

export function labelCommand(context: CommandContext): Command {
  return withTarget(new Command('label'))
    .description('Set labels of a node (key=value) and take them away (key-); its series stay as they are')
    .argument('<node>', 'node id, or a name that only one node has')
    .argument('<changes...>', 'key=value sets a label; key- takes it away, and what the agent itself says comes back')
    .option('--json', 'one JSON document')
    .addHelpText(
      'after',
      '\nThe map reads latitude (-90 to 90) and longitude (-180 to 180).\n\nExamples:\n  muster nodes label web-1 region=gh-accra city=Accra latitude=5.6037 longitude=-0.187\n  muster nodes label web-1 city-',
    )
    .action(
      action<TargetOptions & { json?: true }>(context, async (options, [node = '', ...changes]) => {
        const request = { node, ...parseChanges(changes) };
        const answer = await withClient(context, options, (client) => client.call('setNodeLabels', request));
        if (options.json) context.output.json(answer);
        else for (const [name, value] of Object.entries(answer.info?.labels ?? {})) context.output.line(`${name}=${value}`);
        return EXIT.ok;
      }),
    );
}

function parseChanges(changes: readonly string[]): Pick<SetNodeLabelsRequest, 'set' | 'remove'> {
  const set: Record<string, string> = {};
  const remove: string[] = [];
  for (const change of changes) {
    const at = change.indexOf('=');
    if (at > 0) set[change.slice(0, at)] = change.slice(at + 1);
    else if (at < 0 && change.length > 1 && change.endsWith('-')) remove.push(change.slice(0, -1));
    else
      throw new MusterError(
        'invalid_argument',
        `${JSON.stringify(change)} is no change of a label: write key=value, or key- to take it away`,
      );
  }
  return { set, remove };
}
