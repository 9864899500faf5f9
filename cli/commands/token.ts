// `muster token create|list|revoke`: what lets machines enrol and callers ask.
import { Command, InvalidArgumentError, Option } from 'commander';
import { MusterError } from '../../core/common/muster-error.ts';
import { EXIT } from '../../core/node/exit-code.ts';
import type { FleetClient } from '../../proto/client/fleet-client.ts';
import type { CreateTokenRequest, Token } from '../../proto/gen/messages.ts';
import { CALLS, SCOPES } from '../../proto/gen/services.ts';
import { findTarget, type TargetOptions, withTarget } from '../fleet/fleet-target.ts';
import { toMs } from '../fleet/node-table.ts';
import { assertMayChange } from '../fleet/open-fleet.ts';
import { parseDurationSeconds } from '../terminal/duration.ts';
import type { Output } from '../terminal/output.ts';
import { type Column, tableLines } from '../terminal/table.ts';
import { action, type CommandContext, wholeNumber, withClient } from './command-context.ts';
import { fillLines, JOIN_SYSTEMS, type JoinSystem, joinInfoOf, lineNotes } from './join-line.ts';

interface CreateOptions extends TargetOptions {
  join?: true;
  scope: string[];
  name: string;
  valid: number;
  uses: number;
  label: Record<string, string>;
  address?: string;
  system: JoinSystem;
  line?: true;
  json?: true;
}

export function tokenCommand(context: CommandContext): Command {
  return new Command('token')
    .description('Make, list and end tokens')
    .addCommand(createCommand(context))
    .addCommand(listCommand(context))
    .addCommand(revokeCommand(context));
}

function createCommand(context: CommandContext): Command {
  return withTarget(new Command('create'))
    .description('Make a join token (for a machine to enrol) or an access token (for callers); its secret is shown this once')
    .option('--join', 'a join token')
    .option('--scope <scope>', `an access token that may: ${SCOPES.join(', ')}; may be repeated`, collectScope, [])
    .option('--name <name>', 'what people call it', '')
    .option(
      '--valid <duration>',
      'how long: 30m, 24h, 90d (default 24h for a join token, no end for an access token)',
      parseDurationSeconds,
      0,
    )
    .option('--uses <n>', 'how often a join token may be used', wholeNumber(1, 1_000_000), 1)
    .option(
      '--label <key=value>',
      'label of machines that enrol with it, or that a token with the scope push alone writes for; may be repeated',
      collectLabel,
      {},
    )
    .option('--address <host:port>', 'with --join: how other machines reach the gateway, where it is not as the gateway says')
    .addOption(new Option('--system <name>', 'with --join: what runs on the machine that joins').choices(JOIN_SYSTEMS).default('linux'))
    .option('--line', 'with --join: print the line to paste instead of the secret')
    .option('--json', 'one JSON document')
    .addHelpText(
      'after',
      '\nThe secret, or with --line the line, goes to stdout alone, so that it can be put into a file.\n\nExamples:\n  muster token create --join --line\n  muster token create --join --label region=gh > join.token\n  muster token create --scope read --name grafana --valid 90d > grafana.token',
    )
    .action(
      action<CreateOptions>(context, (options) => {
        // Before the gateway is asked how a machine joins.
        assertMayChange(findTarget(options, context.env), CALLS.createToken.change);
        return withClient(context, options, (client) => createToken(client, options, context.output));
      }),
    );
}

/** No token is made where its line cannot be printed: with --line nothing but the line goes to stdout. */
export async function createToken(client: Pick<FleetClient, 'call'>, options: CreateOptions, output: Output): Promise<number> {
  const { join, line, address, system, json } = options;
  const request = toRequest(options);
  const info = join === true ? await joinInfoOf(client, address ?? '', line === true ? system : undefined) : undefined;
  const answer = await client.call('createToken', request);
  const filled = info && fillLines(info, answer.secret);
  if (json) {
    output.json(filled === undefined ? answer : { ...answer, join: filled });
    return EXIT.ok;
  }
  const text = filled?.lines.find((each) => each.system === system)?.text;
  output.line(line === true && text !== undefined ? text : answer.secret);
  output.note(`token ${answer.token?.id ?? ''}: this is the only time its secret is shown`);
  if (filled !== undefined && line !== true) for (const note of lineNotes(filled, system)) output.note(note);
  return EXIT.ok;
}

function toRequest(options: CreateOptions): CreateTokenRequest {
  const { join, scope, name, valid, uses, label, line, address } = options;
  if (join !== true && (line === true || address !== undefined))
    throw new MusterError('invalid_argument', '--line and --address belong to --join: an access token admits no machine');
  if (join === true && scope.length > 0)
    throw new MusterError('invalid_argument', '--join and --scope exclude each other: a join token has no scope');
  if (join !== true && scope.length === 0)
    throw new MusterError('invalid_argument', 'the kind of token is missing: give --join, or --scope for an access token');
  return {
    kind: join === true ? 'TOKEN_KIND_JOIN' : 'TOKEN_KIND_ACCESS',
    name,
    scopes: scope,
    validSeconds: valid,
    uses: join === true ? uses : 0,
    labels: label,
  };
}

const COLUMNS: Column<Token>[] = [
  { header: 'ID', text: ({ id }) => id },
  { header: 'KIND', text: ({ kind }) => kind.replace('TOKEN_KIND_', '').toLowerCase() },
  { header: 'NAME', text: ({ name }) => name || '-', maxWidth: 40 },
  { header: 'SCOPES', text: ({ scopes }) => scopes.join(' ') || '-' },
  { header: 'USES LEFT', text: (token) => (token.kind === 'TOKEN_KIND_JOIN' ? String(token.usesLeft) : '-'), align: 'right' },
  { header: 'EXPIRES', text: ({ expires }) => (toMs(expires) ? new Date(toMs(expires) ?? 0).toISOString() : 'never') },
  { header: 'STATE', text: ({ revoked }) => (revoked ? 'revoked' : 'valid') },
];

function listCommand(context: CommandContext): Command {
  return withTarget(new Command('list'))
    .description('List tokens, without their secrets')
    .option('--json', 'one JSON document')
    .action(
      action<TargetOptions & { json?: true }>(context, async (options) => {
        const answer = await withClient(context, options, (client) => client.call('listTokens', {}));
        if (options.json) context.output.json(answer);
        else for (const line of tableLines(COLUMNS, answer.tokens, context.output.paint.bold)) context.output.line(line);
        return EXIT.ok;
      }),
    );
}

function revokeCommand(context: CommandContext): Command {
  return withTarget(new Command('revoke'))
    .description('End a token at once')
    .argument('<id>', 'as `muster token list` shows it')
    .option('--json', 'one JSON document')
    .action(
      action<TargetOptions & { json?: true }>(context, async (options, [id = '']) => {
        await withClient(context, options, (client) => client.call('revokeToken', { id }));
        if (options.json) context.output.json({ id, revoked: true });
        else context.output.line(`revoked ${id}`);
        return EXIT.ok;
      }),
    );
}

function collectScope(scope: string, before: string[]): string[] {
  if (!SCOPES.some((each) => each === scope)) throw new InvalidArgumentError(`Expected one of ${SCOPES.join(', ')}.`);
  return [...before, scope];
}

function collectLabel(text: string, before: Record<string, string>): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Expected key=value.');
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}
