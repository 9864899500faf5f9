// `muster nodes [filter]`: the fleet as a table; `muster nodes release NODE`: what an operator decides about one.
import { Command } from 'commander';
import { EXIT } from '../../core/node/exit-code.ts';
import type { TargetOptions } from '../fleet/fleet-target.ts';
import { withTarget } from '../fleet/fleet-target.ts';
import { countWords, nodeColumns } from '../fleet/node-table.ts';
import { tableLines } from '../terminal/table.ts';
import { action, type CommandContext, withClient } from './command-context.ts';
import { labelCommand } from './labels.ts';
import { removeCommand, removedCommand, restoreCommand } from './removals.ts';

export function nodesCommand(context: CommandContext): Command {
  // Options after a subcommand are the subcommand's.
  return withTarget(new Command('nodes').enablePositionalOptions())
    .description('List the nodes of the fleet with their newest values')
    .argument('[filter...]', 'text and key:value terms, as in the console')
    .option('--json', 'one JSON document')
    .addHelpText(
      'after',
      "\nExamples:\n  muster nodes\n  muster nodes 'region:gh cpu>80'\n  muster nodes state:late --json | jq -r '.nodes[].nodeId'",
    )
    .action(
      action<TargetOptions & { json?: true }>(context, async (options, filter) => {
        const { output } = context;
        const answer = await withClient(context, options, (client) => client.call('listNodes', { filter: filter.join(' ') }));
        if (options.json) {
          output.json(answer);
          return EXIT.ok;
        }
        for (const line of tableLines(nodeColumns(output.paint, Date.now()), answer.nodes, output.paint.bold)) output.line(line);
        output.note(countWords(answer.nodes));
        return EXIT.ok;
      }),
    )
    .addCommand(labelCommand(context))
    .addCommand(removeCommand(context))
    .addCommand(removedCommand(context))
    .addCommand(restoreCommand(context))
    .addCommand(releaseCommand(context));
}

function releaseCommand(context: CommandContext): Command {
  return withTarget(new Command('release'))
    .description('End the quarantine of a node whose identity two machines used, once only the right one is left')
    .argument('<node>', 'node id, or a name that only one node has')
    .option('--json', 'one JSON document')
    .action(
      action<TargetOptions & { json?: true }>(context, async (options, [node = '']) => {
        const released = await withClient(context, options, (client) => client.call('releaseNode', { node }));
        if (options.json) context.output.json(released);
        else context.output.line(`released ${released.nodeId}`);
        return EXIT.ok;
      }),
    );
}
