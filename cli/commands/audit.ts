// `muster audit`: who did what.
import { Command } from 'commander';
import { EXIT } from '../../core/node/exit-code.ts';
import type { AuditRecord, VerifyAuditResponse } from '../../proto/gen/messages.ts';
import { type TargetOptions, withTarget } from '../fleet/fleet-target.ts';
import { toMs } from '../fleet/node-table.ts';
import { type Column, tableLines } from '../terminal/table.ts';
import { action, type CommandContext, wholeNumber, withClient } from './command-context.ts';

interface Options extends TargetOptions {
  limit: number;
  node: string;
  json?: true;
}

const COLUMNS: Column<AuditRecord>[] = [
  { header: 'TIME', text: ({ time }) => new Date(toMs(time) ?? 0).toISOString() },
  { header: 'CALLER', text: ({ caller }) => caller || '-', maxWidth: 32 },
  { header: 'KIND', text: ({ kind }) => kind },
  { header: 'OUTCOME', text: ({ outcome }) => outcome },
  { header: 'NODE ID', text: ({ nodeId }) => nodeId || '-' },
  { header: 'WHAT', text: ({ text }) => text, maxWidth: 160 },
];

export function auditCommand(context: CommandContext): Command {
  return withTarget(new Command('audit').enablePositionalOptions())
    .description('List who did what, newest first: commands, tokens, enrolments, refusals')
    .option('--limit <n>', 'at most this many', wholeNumber(1, 10_000), 100)
    .option('--node <node>', 'only what concerns this node: its id, or a name that only one node has', '')
    .option('--json', 'one JSON document, with all details')
    .addHelpText(
      'after',
      '\nExamples:\n  muster audit --node web-1\n  muster audit --json | jq \'.records[] | select(.outcome == "refused")\'',
    )
    .action(
      action<Options>(context, async (options) => {
        const { limit, node } = options;
        const answer = await withClient(context, options, async (client) => {
          const nodeId = node === '' || NODE_ID.test(node) ? node : (await client.call('getNode', { node })).nodeId;
          return client.call('listAudit', { limit, nodeId });
        });
        if (options.json) context.output.json(answer);
        else for (const line of tableLines(COLUMNS, answer.records, context.output.paint.bold)) context.output.line(line);
        return EXIT.ok;
      }),
    )
    .addCommand(verifyAuditCommand(context));
}

const VERIFY_WITHIN_MS = 60_000;

function verifyAuditCommand(context: CommandContext): Command {
  return withTarget(new Command('verify'))
    .description('Tell whether a record of the audit was altered, removed or put in, from the chains that gateways make of their records')
    .option('--json', 'one JSON document')
    .addHelpText('after', '\nExit code: 0 when the audit is whole, 1 when it is broken, 69 when that cannot be told.')
    .action(
      action<TargetOptions & { json?: true }>(context, async (options) => {
        const answer = await withClient(context, options, (client) => client.call('verifyAudit', {}, { timeoutMs: VERIFY_WITHIN_MS }));
        if (options.json) context.output.json(answer);
        else for (const line of auditVerdictLines(answer)) context.output.line(line);
        if (answer.verdict === 'whole') return EXIT.ok;
        return answer.verdict === 'broken' ? EXIT.failure : EXIT.unavailable;
      }),
    );
}

/** What can be told, and no more: records after the last one of another gateway are missed by nobody. */
export function auditVerdictLines({
  verdict,
  records,
  chains,
  unchained,
  brokenAt,
  problems,
  oldest,
  newest,
  beginning,
}: VerifyAuditResponse): string[] {
  const span = [oldest, newest].map((time) => new Date(toMs(time) ?? 0).toISOString()).join(' to ');
  const what =
    records === 0
      ? 'no record'
      : `${records} ${records === 1 ? 'record' : 'records'} in ${chains} ${chains === 1 ? 'chain' : 'chains'}, ${span}`;
  const older = unchained === 0 ? [] : [`${unchained} of them have no chain and were not checked`];
  const begin = beginning ? [beginning] : [];
  return [`${verdict}${verdict === 'broken' ? ` at record ${brokenAt}` : ''}: ${what}`, ...begin, ...older, ...problems];
}

/** A removed node has a history in the audit, and no name any more. */
const NODE_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
