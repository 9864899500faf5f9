// `muster nodes remove|removed|restore`: takes nodes out of the fleet, one or all that match a filter, and brings them back within a day.
import { Command } from 'commander';
import { MusterError } from '../../core/common/muster-error.ts';
import { KIND_WORDS, kindWord } from '../../core/common/node-kind.ts';
import { EXIT } from '../../core/node/exit-code.ts';
import type { FleetClient } from '../../proto/client/fleet-client.ts';
import type { RemovedNode } from '../../proto/gen/messages.ts';
import { type TargetOptions, withTarget } from '../fleet/fleet-target.ts';
import { toMs } from '../fleet/node-table.ts';
import { confirm } from '../terminal/confirm.ts';
import { type Column, tableLines } from '../terminal/table.ts';
import { action, type CommandContext, withClient } from './command-context.ts';

interface RemoveOptions extends TargetOptions {
  filter?: string;
  yes?: true;
  dryRun?: true;
  json?: true;
}

/** A large fleet takes a while. */
const REMOVAL_WITHIN_MS = 300_000;
const NAMED = 5;
/** Rows above the question. */
const SHOWN = 20;
/** A request takes 1 MiB. */
const MAX_IDS_BYTES = 900_000;

export function removeCommand(context: CommandContext): Command {
  return withTarget(new Command('remove'))
    .description(
      'Take nodes out of the fleet: their certificates are refused from now on, their history stays; restore brings them back for 24 h',
    )
    .argument('[node]', 'node id, or a name that only one node has')
    .option('--filter <filter>', 'all nodes that match, such as state:idle or kind:simulation')
    .option('--dry-run', 'only show what would be removed')
    .option('--yes', 'with --filter: do not ask')
    .option('--json', 'one JSON document')
    .addHelpText('after', '\nExamples:\n  muster nodes remove web-1\n  muster nodes remove --filter kind:simulation --yes')
    .action(
      action<RemoveOptions>(context, async (options, [node]) => {
        if ((node === undefined) === (options.filter === undefined))
          throw new MusterError('invalid_argument', 'name one node, or give --filter for all that match: one of the two is needed');
        await withClient(context, options, (client) =>
          node === undefined ? removeMatching(client, options, context) : removeOne(client, node, options, context),
        );
        return EXIT.ok;
      }),
    );
}

/** `node` as a person names it: an id, or a name that only one node has. */
export async function removeOne(
  client: Pick<FleetClient, 'call'>,
  node: string,
  { json, dryRun }: RemoveOptions,
  { output }: Pick<CommandContext, 'output'>,
): Promise<void> {
  if (dryRun === true) {
    const { nodeId, info, kind } = await client.call('getNode', { node });
    const shown: RemovedNode[] = [{ nodeId, name: info?.name ?? '', kind, removed: undefined, restorableUntil: undefined }];
    if (json) output.json({ nodes: shown, removed: false });
    else for (const line of tableLines(MATCHING, shown, output.paint.bold)) output.line(line);
    return;
  }
  await client.call('removeNode', { node });
  if (json) output.json({ node, removed: true });
  else output.line(`removed ${node}`);
}

/** What was shown is what is removed: where others match by then, the gateway removes nothing. */
export async function removeMatching(
  client: Pick<FleetClient, 'call'>,
  options: RemoveOptions,
  { output }: Pick<CommandContext, 'output'>,
  ask = confirm,
): Promise<void> {
  const filter = options.filter ?? '';
  const { nodes: matching } = await client.call('removeNodes', { filter, dryRun: true, expected: 0, nodeIds: [] });
  const words = `${counted(matching.length)} that ${matching.length === 1 ? 'matches' : 'match'} ${filter} (${kinds(matching)})`;
  if (options.dryRun === true || matching.length === 0) {
    if (options.json) output.json({ nodes: matching, removed: false });
    else
      for (const line of matching.length === 0 ? [`no node matches ${filter}`] : tableLines(MATCHING, matching, output.paint.bold))
        output.line(line);
    return;
  }
  if (options.yes !== true) {
    for (const line of tableLines(MATCHING, matching.slice(0, SHOWN), output.paint.bold)) output.note(line);
    if (matching.length > SHOWN) output.note(`and ${matching.length - SHOWN} more: --dry-run shows all`);
    await ask({
      question: `Remove ${words} from the fleet?`,
      unasked: `${words} would be removed from the fleet: look at them with --dry-run, then say --yes`,
      refused: 'nothing was removed',
    });
  }
  const request = { filter, dryRun: false, expected: matching.length, nodeIds: idsOf(matching) };
  const { nodes } = await client.call('removeNodes', request, { timeoutMs: REMOVAL_WITHIN_MS });
  if (options.json) output.json({ nodes, removed: true });
  else {
    output.line(`removed ${counted(nodes.length)}: ${someNames(nodes)}`);
    output.note('muster nodes restore --all brings back what was removed within 24 h; muster nodes removed lists it');
  }
}

/** Empty where they do not fit into one request: then their number alone is compared. */
function idsOf(nodes: readonly RemovedNode[]): string[] {
  const ids = nodes.map(({ nodeId }) => nodeId);
  const bytes = ids.reduce((sum, id) => sum + Buffer.byteLength(id) + 3, 0);
  return bytes > MAX_IDS_BYTES ? [] : ids;
}

export function removedCommand(context: CommandContext): Command {
  return withTarget(new Command('removed'))
    .description('List the nodes that were removed within the last 24 h, which restore brings back')
    .option('--json', 'one JSON document')
    .action(
      action<TargetOptions & { json?: true }>(context, async (options) => {
        const answer = await withClient(context, options, (client) => client.call('listRemovedNodes', { nodeIds: [] }));
        if (options.json) context.output.json(answer);
        else for (const line of tableLines(REMOVED, answer.nodes, context.output.paint.bold)) context.output.line(line);
        return EXIT.ok;
      }),
    );
}

export function restoreCommand(context: CommandContext): Command {
  return withTarget(new Command('restore'))
    .description('Bring back nodes that were removed within the last 24 h, with their labels and identities')
    .argument('[node...]', 'node ids, or names')
    .option('--all', 'all of them')
    .option('--json', 'one JSON document')
    .action(
      action<TargetOptions & { all?: true; json?: true }>(context, async (options, nodes) => {
        if ((nodes.length === 0) === (options.all !== true))
          throw new MusterError('invalid_argument', 'name the nodes to bring back, or give --all: one of the two is needed');
        const answer = await withClient(context, options, (client) =>
          client.call('restoreNodes', { nodes, all: options.all === true }, { timeoutMs: REMOVAL_WITHIN_MS }),
        );
        if (options.json) context.output.json(answer);
        else
          context.output.line(
            answer.nodes.length === 0
              ? 'there was nothing to bring back'
              : `brought back ${counted(answer.nodes.length)}: ${someNames(answer.nodes)}`,
          );
        return EXIT.ok;
      }),
    );
}

const MATCHING: Column<RemovedNode>[] = [
  { header: 'NAME', text: ({ name, nodeId }) => name || nodeId, maxWidth: 40 },
  { header: 'KIND', text: ({ kind }) => kindWord(kind) },
  { header: 'NODE ID', text: ({ nodeId }) => nodeId },
];

const REMOVED: Column<RemovedNode>[] = [
  ...MATCHING,
  { header: 'REMOVED', text: ({ removed }) => timeText(toMs(removed)) },
  { header: 'RESTORABLE UNTIL', text: ({ restorableUntil }) => timeText(toMs(restorableUntil)) },
];

function timeText(ms: number | undefined): string {
  return ms ? new Date(ms).toISOString() : '-';
}

function counted(count: number): string {
  return `${count} ${count === 1 ? 'node' : 'nodes'}`;
}

function kinds(nodes: readonly RemovedNode[]): string {
  const counts = new Map<string, number>();
  for (const { kind } of nodes) counts.set(kindWord(kind), (counts.get(kindWord(kind)) ?? 0) + 1);
  return [...counts].map(([kind, count]) => `${count} ${KIND_WORDS[kind as keyof typeof KIND_WORDS]}`).join(', ');
}

function someNames(nodes: readonly RemovedNode[]): string {
  const names = nodes.slice(0, NAMED).map(({ name, nodeId }) => name || nodeId);
  return `${names.join(', ')}${nodes.length > NAMED ? ` and ${nodes.length - NAMED} more` : ''}`;
}
