// `muster verify`: the ledger's proof, or its holes by name.

import { Command } from 'commander';
import { nodesWords } from '../../core/common/kind-words.ts';
import { MAX_VERIFY_WAIT_MS, verifyCallMs } from '../../core/common/verify-wait.ts';
import { EXIT } from '../../core/node/exit-code.ts';
import type { LedgerHole, VerifyResponse } from '../../proto/gen/messages.ts';
import { type TargetOptions, withTarget } from '../fleet/fleet-target.ts';
import { verdictOf } from '../fleet/ledger-account.ts';
import { durationSeconds } from '../terminal/duration.ts';
import { formatCount } from '../terminal/quantity.ts';
import { tableLines } from '../terminal/table.ts';
import { action, type CommandContext, withClient } from './command-context.ts';

interface Options extends TargetOptions {
  node: string;
  wait: number;
  json?: true;
}

export function verifyCommand(context: CommandContext): Command {
  return withTarget(new Command('verify'))
    .description('Prove from the ledger that nothing acknowledged was lost or doubled')
    .option('--node <id or name>', 'only this node', '')
    .option('--wait <duration>', 'how long to wait for what is in flight, at most 5m', durationSeconds(0, MAX_VERIFY_WAIT_MS / 1000), 10)
    .option('--json', 'one JSON document')
    .addHelpText(
      'after',
      '\nExit code: 0 when it is whole, 1 when something is lost, doubled or missing, 69 when that is not proven: batches are on their way,\nnothing is in the ledger yet, or rows that came by a door are not compared, as tables keep them for less time than the ledger.\n\nExamples:\n  muster verify\n  muster verify --json | jq .lost',
    )
    .action(
      action<Options>(context, async (options) => {
        const waitMs = options.wait * 1000;
        const answer = await withClient(context, options, (client) =>
          client.call('verify', { nodeId: options.node, waitMs }, { timeoutMs: verifyCallMs(waitMs) }),
        );
        if (options.json) context.output.json(answer);
        else for (const line of verifyLines(answer, context.output.paint.bold)) context.output.line(line);
        return EXIT_OF[verdictOf(answer).verdict];
      }),
    );
}

const EXIT_OF = { whole: EXIT.ok, 'not whole': EXIT.failure, 'not proven': EXIT.unavailable } as const;

export function verifyLines(answer: VerifyResponse, bold: (text: string) => string): string[] {
  const rows: [string, number, string][] = [
    ['stored', answer.stored, 'batches in the ledger'],
    ['in flight', answer.inFlight, 'batches acknowledged, still in the stream'],
    ['in spools', answer.inSpools, 'batches not acknowledged yet'],
    ['dropped', answer.dropped, `batches given up${reasonWords(answer.droppedByReason)}`],
    ...(answer.undecided ? [['not found', answer.undecided, 'batches that may still prove dropped'] as [string, number, string]] : []),
    ['lost', answer.lost, 'batches acknowledged and nowhere'],
    ['doubled', answer.doubled, 'rows in tables beyond the ledger'],
    ['missing', answer.missingRows, 'rows of the ledger in no table'],
    ['rows', answer.tableRows, `in tables; the ledger counts ${formatCount(answer.ledgerRows)}`],
    ['dead letters', answer.badRows, 'rows set aside with a reason'],
  ];
  const columns = [
    { header: '', text: ([name]: [string, number, string]) => name },
    { header: '', text: ([, count]: [string, number, string]) => formatCount(count), align: 'right' as const },
    { header: '', text: ([, , what]: [string, number, string]) => what },
  ];
  const nodes = nodesWords(answer);
  const { verdict, why } = verdictOf(answer);
  const words = `${verdict}: ${why || 'nothing lost, nothing doubled'}${sinceWords(answer)} (${nodes})`;
  return [bold(words), ...tableLines(columns, rows).slice(1), ...answer.holes.map(holeWords)];
}

/** Older rows may have left the tables by their time to live. */
function sinceWords({ rowsSince }: VerifyResponse): string {
  if (!rowsSince) return '';
  return `, rows compared since ${new Date(Number(rowsSince.seconds) * 1000).toISOString().slice(0, 16)}Z`;
}

function reasonWords(byReason: Readonly<Record<string, number>>): string {
  const words = Object.entries(byReason).map(([reason, count]) => `${count} ${reason}`);
  return words.length === 0 ? '' : ` (${words.join(', ')})`;
}

function holeWords(hole: LedgerHole): string {
  return `hole: node ${hole.nodeId} epoch ${hole.epoch} batches ${hole.firstSeq} to ${hole.lastSeq}: ${hole.reason}`;
}
