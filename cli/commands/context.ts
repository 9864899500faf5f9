// `muster context`: the gateways an operator works with, in the file that the console reads too.
import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { CONTEXT_COLOURS, type ContextColour } from '../../core/common/context-view.ts';
import {
  addContext,
  type Context,
  contextsFile,
  readContexts,
  removeContext,
  toContextView,
  useContext,
} from '../../core/node/contexts.ts';
import { EXIT } from '../../core/node/exit-code.ts';
import { LOCAL_CONTEXT } from '../fleet/fleet-target.ts';
import { type Column, tableLines } from '../terminal/table.ts';
import { action, type CommandContext } from './command-context.ts';

interface AddOptions {
  gateway: string;
  caFile: string;
  tokenFile: string;
  colour?: ContextColour;
  tag: string[];
  readOnly?: true;
}

export function contextCommand(context: CommandContext): Command {
  const path = contextsFile(context.env);
  return new Command('context')
    .description('List, choose, add and remove the gateways this operator works with')
    .addHelpText(
      'after',
      `\nThe file is ${path}; the console reads it too. Without a context, and with "${LOCAL_CONTEXT}", commands ask the gateway of \`muster up\` here.`,
    )
    .addCommand(listCommand(context, path))
    .addCommand(useCommand(context, path))
    .addCommand(addCommand(context, path))
    .addCommand(removeCommand(context, path));
}

function listCommand(context: CommandContext, path: string): Command {
  return new Command('list')
    .description('List the contexts; * marks the one in use')
    .option('--json', 'one JSON document')
    .action(
      action<{ json?: true }>(context, async ({ json }) => {
        const { current, all } = readContexts(path);
        if (json) context.output.json({ file: path, current: current ?? LOCAL_CONTEXT, contexts: all.map(toContextView) });
        else if (all.length === 0) context.output.line(`There is no context in ${path}: add one with muster context add NAME.`);
        else for (const line of tableLines(columnsOf(current), all, context.output.paint.bold)) context.output.line(line);
        return EXIT.ok;
      }),
    );
}

function columnsOf(current: string | undefined): Column<Context>[] {
  return [
    { header: '', text: ({ name }) => (name === current ? '*' : ' ') },
    { header: 'NAME', text: ({ name }) => name },
    { header: 'GATEWAY', text: ({ gateway }) => gateway },
    { header: 'COLOUR', text: ({ colour }) => colour },
    { header: 'CHANGES', text: ({ readOnly }) => (readOnly ? 'read-only' : 'allowed') },
    { header: 'TAGS', text: ({ tags }) => tags.join(',') || '-' },
  ];
}

function useCommand(context: CommandContext, path: string): Command {
  return new Command('use')
    .description('Choose the context that counts where none is named')
    .argument('<name>', `its name, or ${LOCAL_CONTEXT} for the gateway of \`muster up\` here`)
    .action(
      action(context, async (_, [name = '']) => {
        useContext(path, name === LOCAL_CONTEXT ? undefined : name);
        context.output.line(`Commands ask ${name === LOCAL_CONTEXT ? 'the gateway of muster up here' : name} from now on.`);
        return EXIT.ok;
      }),
    );
}

function addCommand(context: CommandContext, path: string): Command {
  return new Command('add')
    .description('Add a context')
    .argument('<name>', 'a short name, as prod')
    .requiredOption('--gateway <host:port>', 'its gateway')
    .requiredOption('--ca-file <file>', "the fleet's CA certificate")
    .requiredOption('--token-file <file>', 'file with an access token; it is named, not copied')
    .addOption(new Option('--colour <colour>', 'its colour in the console (default teal, plum where read-only)').choices(CONTEXT_COLOURS))
    .option('--tag <tag>', 'a word on it, as production; may be given again', (tag: string, tags: string[]) => [...tags, tag], [])
    .option('--read-only', 'nothing is changed there: commands refuse it, and so does the console until it is unlocked')
    .addHelpText(
      'after',
      '\nExample:\n  muster context add prod --gateway gw.example:7443 --ca-file ca.crt --token-file prod.token --tag production --read-only',
    )
    .action(
      action<AddOptions>(context, async (options, [name = '']) => {
        addContext(path, {
          name,
          gateway: options.gateway,
          caFile: resolve(options.caFile),
          tokenFile: resolve(options.tokenFile),
          ...(options.colour === undefined ? {} : { colour: options.colour }),
          ...(options.tag.length === 0 ? {} : { tags: options.tag }),
          ...(options.readOnly ? { readOnly: true } : {}),
        });
        context.output.line(`${name} is in ${path}. Choose it with muster context use ${name}.`);
        return EXIT.ok;
      }),
    );
}

function removeCommand(context: CommandContext, path: string): Command {
  return new Command('remove')
    .description('Forget a context; the files it names stay')
    .argument('<name>', 'its name')
    .action(
      action(context, async (_, [name = '']) => {
        removeContext(path, name);
        context.output.line(`${name} is forgotten.`);
        return EXIT.ok;
      }),
    );
}
