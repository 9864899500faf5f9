// `muster top`: the fleet as it is now, in the terminal; one table when piped.

import { Command, InvalidArgumentError } from 'commander';
import { EXIT } from '../../core/node/exit-code.ts';
import { type TargetOptions, withTarget } from '../fleet/fleet-target.ts';
import { nodeColumns } from '../fleet/node-table.ts';
import { TopScreen } from '../fleet/top-screen.ts';
import { SORT_KEYS, type SortKey, sortNodes } from '../fleet/top-sort.ts';
import { durationMs } from '../terminal/duration.ts';
import { tableLines } from '../terminal/table.ts';
import { action, type CommandContext, withClient } from './command-context.ts';

interface Options extends TargetOptions {
  sort: SortKey;
  interval: number;
  json?: true;
}

export function topCommand(context: CommandContext): Command {
  return withTarget(new Command('top'))
    .description('Watch the fleet live in the terminal; piped, print one table')
    .argument('[filter...]', 'text and key:value terms, as in the console')
    .option('--sort <key>', `sort by ${Object.keys(SORT_KEYS).join(', ')}`, parseSort, 'cpu' as SortKey)
    .option('--interval <duration>', 'time between updates; a bare number is of milliseconds', durationMs(100, 60_000), 1000)
    .option('--json', 'one JSON document of the moment')
    .addHelpText(
      'after',
      '\nKeys: c CPU, m memory, d disk, l load, n name, s state; the same key again reverses; arrows and page keys scroll; q ends.\n\nExamples:\n  muster top\n  muster top region:gh --sort memory',
    )
    .action(action<Options>(context, (options, filter) => top(options, filter.join(' '), context)));
}

async function top(options: Options, filter: string, context: CommandContext): Promise<number> {
  const { output } = context;
  return withClient(context, options, async (client) => {
    if (options.json || !output.interactive || !process.stdin.isTTY) {
      const { nodes, asOf } = await client.call('listNodes', { filter });
      const sorted = sortNodes(nodes, options.sort, false);
      if (options.json) output.json({ nodes: sorted, asOf });
      else for (const line of tableLines(nodeColumns(output.paint, Date.now()), sorted)) output.line(line);
      return EXIT.ok;
    }
    const screen = new TopScreen({ output, stdin: process.stdin, sort: options.sort, filter });
    await screen.run(client.stream('watchNodes', { filter, intervalMs: options.interval }, { signal: screen.ended }));
    return EXIT.ok;
  });
}

function parseSort(text: string): SortKey {
  if (Object.hasOwn(SORT_KEYS, text)) return text as SortKey;
  throw new InvalidArgumentError(`Expected one of ${Object.keys(SORT_KEYS).join(', ')}.`);
}
