// `muster config list|show|put|check|delete`: settings of agents, from afar.
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { MusterError } from '../../core/common/muster-error.ts';
import { EXIT } from '../../core/node/exit-code.ts';
import type { FleetClient } from '../../proto/client/fleet-client.ts';
import type { ConfigProfile, PutConfigRequest } from '../../proto/gen/messages.ts';
import { countedAgents, type PutWish, reachWords, toPutRequest, wideningQuestion } from '../fleet/config-put.ts';
import { type TargetOptions, withTarget } from '../fleet/fleet-target.ts';
import { toMs } from '../fleet/node-table.ts';
import { confirm } from '../terminal/confirm.ts';
import type { Output } from '../terminal/output.ts';
import { type Column, tableLines } from '../terminal/table.ts';
import { action, type CommandContext, wholeNumber, withClient } from './command-context.ts';

interface Options extends TargetOptions {
  json?: true;
}

interface PutOptions extends Options {
  filter?: string;
  share?: number;
  yes?: true;
}

export function configCommand(context: CommandContext): Command {
  return new Command('config')
    .description('Put settings of agents from afar, and see how far they are')
    .addCommand(listCommand(context))
    .addCommand(showCommand(context))
    .addCommand(putCommand(context))
    .addCommand(checkCommand(context))
    .addCommand(deleteCommand(context));
}

const COLUMNS: Column<ConfigProfile>[] = [
  { header: 'NAME', text: ({ name }) => name },
  { header: 'VERSION', text: ({ version }) => String(version), align: 'right' },
  { header: 'FILTER', text: ({ filter }) => filter || '(all)', maxWidth: 40 },
  { header: 'SHARE', text: ({ sharePercent }) => `${sharePercent} %`, align: 'right' },
  { header: 'MACHINES', text: ({ nodes, simulations }) => String(nodes - simulations), align: 'right' },
  { header: 'SIMULATIONS', text: ({ simulations }) => String(simulations), align: 'right' },
  { header: 'APPLIED', text: ({ applied }) => String(applied), align: 'right' },
  { header: 'REFUSED', text: ({ refused }) => String(refused), align: 'right' },
  { header: 'ROLLED BACK', text: ({ rolledBack }) => String(rolledBack), align: 'right' },
  { header: 'CHANGED', text: ({ changed }) => (toMs(changed) ? new Date(toMs(changed) ?? 0).toISOString() : '-') },
];

function show(output: Output, configs: readonly ConfigProfile[]): void {
  for (const line of tableLines(COLUMNS, [...configs], output.paint.bold)) output.line(line);
  for (const problem of configs.flatMap(({ problems }) => problems)) output.note(problem);
}

function listCommand(context: CommandContext): Command {
  return withTarget(new Command('list'))
    .description('List configurations, with how many of their nodes applied, refused or took them back')
    .option('--json', 'one JSON document')
    .action(
      action<Options>(context, async (options) => {
        const answer = await withClient(context, options, (client) => client.call('listConfigs', {}));
        if (options.json) context.output.json(answer);
        else show(context.output, answer.configs);
        return EXIT.ok;
      }),
    );
}

function showCommand(context: CommandContext): Command {
  return withTarget(new Command('show'))
    .description('Print the document of a configuration')
    .argument('<name>')
    .option('--json', 'one JSON document')
    .action(
      action<Options>(context, async (options, [name = '']) => {
        const config = await withClient(context, options, (client) => find(client, name));
        if (config === undefined) throw new MusterError('not_found', `there is no configuration ${JSON.stringify(name)}`);
        if (options.json) context.output.json(config);
        else context.output.line(config.document.trimEnd());
        return EXIT.ok;
      }),
    );
}

function putCommand(context: CommandContext): Command {
  return withTarget(new Command('put'))
    .description('Store a configuration and send it to its nodes, or to a share of them first')
    .argument('<name>', 'lower-case words with dashes; of several that match a node, the first by name counts')
    .argument('[file]', 'settings as YAML, - for stdin; without it the stored document stays')
    .option('--filter <filter>', 'nodes it is for, by what they are: region:gh, label.role:db; default the stored filter, or all')
    .option(
      '--share <percent>',
      'share of these nodes that get it now; the same stay in when it grows; default the stored share, or 100',
      wholeNumber(1, 100),
    )
    .option('--yes', 'do not ask before a larger share than the stored one')
    .option('--json', 'one JSON document')
    .addHelpText(
      'after',
      '\nExamples:\n  muster config put base base.yaml --filter region:gh --share 10\n  muster config list\n  muster config put base --share 100 --yes',
    )
    .action(
      action<PutOptions>(context, async (options, [name = '', file]) => {
        const config = await withClient(context, options, async (client) => {
          const stored = await find(client, name);
          if (stored === undefined && file === undefined) {
            throw new MusterError(
              'invalid_argument',
              `there is no configuration ${JSON.stringify(name)} yet: give the file with its settings`,
            );
          }
          return putStored(client, toPutRequest(name, wishOf(file, options), stored), stored, options.yes === true, context.output);
        });
        if (options.json) context.output.json(config);
        else show(context.output, [config]);
        return EXIT.ok;
      }),
    );
}

function checkCommand(context: CommandContext): Command {
  return withTarget(new Command('check'))
    .description('Check settings as far as one can tell away from the machines, and count the nodes they would be for; stores nothing')
    .argument('<file>', 'settings as YAML, - for stdin')
    .option('--filter <filter>', 'nodes it is for')
    .option('--share <percent>', 'share of these nodes', wholeNumber(1, 100))
    .option('--json', 'one JSON document')
    .action(
      action<PutOptions>(context, async (options, [file = '']) => {
        const request = { ...toPutRequest('check', wishOf(file, options), undefined), validateOnly: true };
        const config = await withClient(context, options, (client) => client.call('putConfig', request));
        if (options.json) context.output.json(config);
        else context.output.line(`nothing is wrong with it; it would be for ${countedAgents(config)}`);
        return EXIT.ok;
      }),
    );
}

function deleteCommand(context: CommandContext): Command {
  return withTarget(new Command('delete'))
    .description('Take a configuration away: its nodes go back to their own files')
    .argument('<name>')
    .option('--json', 'one JSON document')
    .action(
      action<Options>(context, async (options, [name = '']) => {
        await withClient(context, options, (client) => client.call('deleteConfig', { name }));
        if (options.json) context.output.json({ name, deleted: true });
        else context.output.line(`deleted ${name}`);
        return EXIT.ok;
      }),
    );
}

async function find(client: FleetClient, name: string): Promise<ConfigProfile | undefined> {
  const { configs } = await client.call('listConfigs', {});
  return configs.find((config) => config.name === name);
}

/** Says how many nodes it reaches, and asks where these are a larger share than before. */
async function putStored(
  client: FleetClient,
  request: PutConfigRequest,
  stored: ConfigProfile | undefined,
  unasked: boolean,
  output: Output,
): Promise<ConfigProfile> {
  const reached = await client.call('putConfig', { ...request, validateOnly: true });
  const question = wideningQuestion(request, reached, stored);
  if (question !== undefined && !unasked) await confirm(question);
  output.note(`${request.name} goes to ${reachWords(request, reached)}`);
  return await client.call('putConfig', request);
}

function wishOf(file: string | undefined, { filter, share }: PutOptions): PutWish {
  return {
    ...(filter === undefined ? {} : { filter }),
    ...(share === undefined ? {} : { share }),
    ...(file === undefined ? {} : { document: readDocument(file) }),
  };
}

function readDocument(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new MusterError(
      'invalid_argument',
      `${file} cannot be read (${(error as NodeJS.ErrnoException).code}): name a file with settings`,
      error,
    );
  }
}
