// `muster pipeline`: rates, depth, lag and what is wrong on the way to the store.
import { Command } from 'commander';
import type { PipelineStatus } from '../../proto/gen/messages.ts';
import { type TargetOptions, withTarget } from '../fleet/fleet-target.ts';
import { formatBytes, formatCount } from '../terminal/quantity.ts';
import { action, type CommandContext, EXIT, withClient } from './command-context.ts';

export function pipelineCommand(context: CommandContext): Command {
  return withTarget(new Command('pipeline'))
    .description('Show the state of the path from the agents to the store')
    .option('--json', 'one JSON document')
    .addHelpText(
      'after',
      '\nExit code: 0 when nothing is wrong, 1 otherwise.\n\nExamples:\n  muster pipeline\n  muster pipeline --json | jq .lagSeconds',
    )
    .action(
      action<TargetOptions & { json?: true }>(context, async (options) => {
        const status = await withClient(context, options, (client) => client.call('getPipelineStatus', {}));
        if (options.json) context.output.json(status);
        else for (const line of pipelineLines(status)) context.output.line(line);
        return status.problems.length === 0 ? EXIT.ok : EXIT.failure;
      }),
    );
}

function pipelineLines(status: PipelineStatus): string[] {
  const share = status.streamMaxBytes === 0 ? 0 : (100 * status.streamBytes) / status.streamMaxBytes;
  const dead = Object.entries(status.deadLetters).map(([reason, count]) => `${formatCount(count)} ${reason}`);
  return [
    `agents connected   ${formatCount(status.connectedAgents)}`,
    `rows a second      ${formatCount(status.rowsPerSecond)}`,
    `lag                ${status.lagSeconds.toFixed(1)} s, about ${formatCount(status.lagRows)} rows`,
    `pending messages   ${formatCount(status.pendingMessages)}, the oldest for ${status.oldestPendingSeconds.toFixed(1)} s`,
    `stream             ${formatBytes(status.streamBytes)} of ${formatBytes(status.streamMaxBytes)} (${share.toFixed(1)} %)`,
    `completeness       ${!status.completenessAsOf ? 'not known: the ledger cannot be read' : `${status.completenessPercent.toFixed(2)} %`}`,
    `durable            ${status.durable ? 'yes' : 'no: an acknowledgement does not mean that it is on disk'}`,
    `dead letters       ${dead.length === 0 ? 'none' : dead.join(', ')}`,
    ...(status.diskBytes === 0 ? [] : [`disk left          ${formatBytes(status.diskFreeBytes)} of ${formatBytes(status.diskBytes)}`]),
    ...status.suspendedTables.map(
      ({ table, error, resumeAttempts }) => `suspended table    ${table}: ${error} (RESUME tried ${resumeAttempts} times)`,
    ),
    ...status.problems.map((problem) => `problem            ${problem}`),
  ];
}
