// `muster dead-letters`: what was set aside, and why.
import { Command } from 'commander';
import type { DeadLetter } from '../../proto/gen/messages.ts';
import { type TargetOptions, withTarget } from '../fleet/fleet-target.ts';
import { toMs } from '../fleet/node-table.ts';
import { type Column, tableLines } from '../terminal/table.ts';
import { action, type CommandContext, EXIT, wholeNumber, withClient } from './command-context.ts';

interface Options extends TargetOptions {
  limit: number;
  reason: string;
  json?: true;
}

const COLUMNS: Column<DeadLetter>[] = [
  { header: 'ID', text: ({ id }) => String(id), align: 'right' },
  { header: 'TIME', text: ({ time }) => new Date(toMs(time) ?? 0).toISOString() },
  { header: 'NODE ID', text: ({ nodeId }) => nodeId },
  { header: 'MEASUREMENT', text: ({ measurement }) => measurement || '-' },
  { header: 'REASON', text: ({ reason }) => reason },
  { header: 'DETAIL', text: ({ detail }) => detail, maxWidth: 120 },
];

export function deadLettersCommand(context: CommandContext): Command {
  return withTarget(new Command('dead-letters'))
    .description('List the newest rows and messages that were set aside, with their reasons')
    .option('--limit <n>', 'at most this many', wholeNumber(1, 10_000), 100)
    .option('--reason <word>', 'only this reason', '')
    .option('--json', 'one JSON document, with the rows themselves')
    .addHelpText('after', "\nExamples:\n  muster dead-letters\n  muster dead-letters --reason not_finite --json | jq '.deadLetters[].row'")
    .action(
      action<Options>(context, async (options) => {
        const { limit, reason } = options;
        const answer = await withClient(context, options, (client) => client.call('listDeadLetters', { limit, reason }));
        if (options.json) {
          context.output.json(answer);
          return EXIT.ok;
        }
        for (const line of tableLines(COLUMNS, answer.deadLetters, context.output.paint.bold)) context.output.line(line);
        const counts = Object.entries(answer.byReason).map(([word, count]) => `${count} ${word}`);
        context.output.note(counts.length === 0 ? 'no dead letters' : `all: ${counts.join(', ')}`);
        return EXIT.ok;
      }),
    );
}
