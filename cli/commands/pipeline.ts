// `muster pipeline`: rates, depth, lag and what is wrong on the way to the store.
import { Command } from 'commander';
import { EXIT } from '../../core/node/exit-code.ts';
import type { PipelineStatus } from '../../proto/gen/messages.ts';
import { lagWords, processedWords } from '../doctor/path-findings.ts';
import { type TargetOptions, withTarget } from '../fleet/fleet-target.ts';
import { formatBytes, formatCount } from '../terminal/quantity.ts';
import { action, type CommandContext, withClient } from './command-context.ts';

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

export function pipelineLines(status: PipelineStatus): string[] {
  const share = status.streamMaxBytes === 0 ? 0 : (100 * status.streamBytes) / status.streamMaxBytes;
  const dead = Object.entries(status.deadLetters).map(([reason, count]) => `${formatCount(count)} ${reason}`);
  return [
    `agents connected   ${agentWords(status)}`,
    `rows a second      ${status.rowsPerSecond === undefined ? 'not known: the ETL does not report' : formatCount(status.rowsPerSecond)}`,
    `lag                ${lagWords(status)}`,
    `pending messages   ${formatCount(status.pendingMessages)}${oldestWords(status.oldestPendingSeconds)}`,
    `stream             ${formatBytes(status.streamBytes)} of ${formatBytes(status.streamMaxBytes)} (${share.toFixed(1)} %)`,
    `completeness       ${completenessWords(status)}`,
    `durable            ${status.durable ? 'yes' : 'no: an acknowledgement does not mean that it is on disk'}`,
    `dead letters       ${dead.length === 0 ? 'none' : dead.join(', ')}`,
    ...(status.diskBytes && status.diskFreeBytes !== undefined
      ? [`disk left          ${formatBytes(status.diskFreeBytes)} of ${formatBytes(status.diskBytes)}`]
      : []),
    ...(status.processed ? [`processed stream   ${processedWords(status.processed)}`] : []),
    ...status.suspendedTables.map(
      ({ table, error, resumeAttempts }) => `suspended table    ${table}: ${error} (RESUME tried ${resumeAttempts} times)`,
    ),
    ...status.problems.map((problem) => `problem            ${problem}`),
  ];
}

function agentWords({ connectedAgents, connectedMachines }: PipelineStatus): string {
  if (connectedMachines === undefined || connectedMachines === connectedAgents) return formatCount(connectedAgents);
  const simulated = connectedAgents - connectedMachines;
  return `${formatCount(connectedMachines)}; beside ${connectedMachines === 1 ? 'it' : 'them'} ${formatCount(simulated)} simulated`;
}

function completenessWords({ completenessPercent, completenessAsOf }: PipelineStatus): string {
  if (completenessAsOf && completenessPercent === undefined) return 'not known: no batch of the last hour is in the ledger';
  return !completenessAsOf || completenessPercent === undefined
    ? 'not known: the ledger cannot be read'
    : `${completenessPercent.toFixed(2)} %`;
}

function oldestWords(seconds: number | undefined): string {
  return seconds === undefined ? ', the oldest for a time that is not known' : `, the oldest for ${seconds.toFixed(1)} s`;
}
