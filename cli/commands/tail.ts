// `muster tail`: live samples as NDJSON on stdout, for whatever reads them as they come.
import { Command } from 'commander';
import { textAt } from '../../core/common/frame.ts';
import { MusterError } from '../../core/common/muster-error.ts';
import { hasAgent } from '../../core/common/node-kind.ts';
import { EXIT } from '../../core/node/exit-code.ts';
import type { FleetClient } from '../../proto/client/fleet-client.ts';
import type { MetricsUpdate } from '../../proto/gen/messages.ts';
import { isoTime } from '../../proto/query-rows.ts';
import { nodeIds } from '../export/export-scope.ts';
import { type TargetOptions, withTarget } from '../fleet/fleet-target.ts';
import { durationSeconds } from '../terminal/duration.ts';
import { action, type CommandContext, wholeNumber, withClient } from './command-context.ts';

interface Options extends TargetOptions {
  node: string[];
  measurement: string[];
  interval: number;
  count: number;
}

const MAX_NODES = 100;
const more = (text: string, before: string[]): string[] => [...before, text];

export function tailCommand(context: CommandContext): Command {
  return withTarget(new Command('tail'))
    .description('Follow live samples as lines of JSON')
    .option('--node <id-or-name>', 'only this node; may be given again (default: all, up to 100)', more, [])
    .option('--measurement <name>', 'only this measurement; may be given again (default: all)', more, [])
    .option('--interval <duration>', 'between samples, 1s to 10s', durationSeconds(1, 10), 1)
    .option('--count <n>', 'end after so many lines', wholeNumber(1, 1_000_000_000), Number.POSITIVE_INFINITY)
    .addHelpText(
      'after',
      `
A reader that is too slow misses the oldest samples, and nothing else waits for it. Ends quietly when the reader goes.

Examples:
  muster tail --node web-1 --measurement cpu | jq -c 'select(.busy > 90)'
  muster tail --interval 5s | python infer.py`,
    )
    .action(action<Options>(context, (options) => withClient(context, options, (client) => tail(client, options, context))));
}

async function tail(client: FleetClient, options: Options, { output }: CommandContext): Promise<number> {
  const wanted = options.node.length > 0 ? await nodeIds(client, options.node) : await allNodes(client);
  const ended = new AbortController();
  const end = (): void => ended.abort();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, end);
  const request = { nodeIds: wanted, measurements: options.measurement, intervalMs: options.interval * 1000 };
  let left = options.count;
  // A reader that waits holds this loop, the loop its call, and the call the gateway, which then leaves out the oldest samples.
  for await (const update of client.stream('watchMetrics', request, { signal: ended.signal })) {
    const lines = updateLines(update).slice(0, left);
    left -= lines.length;
    if (lines.length > 0) await output.write(lines.join(''));
    if (left <= 0) break;
  }
  return EXIT.ok;
}

async function allNodes(client: FleetClient): Promise<string[]> {
  // Live samples come from agents alone.
  const nodes = (await client.call('listNodes', { filter: '' })).nodes.filter(hasAgent);
  if (nodes.length === 0) throw new MusterError('failed_precondition', 'there is no node with an agent yet: start one');
  if (nodes.length > MAX_NODES)
    throw new MusterError(
      'invalid_argument',
      `there are ${nodes.length} nodes with an agent, at most ${MAX_NODES} are followed at once: name them with --node`,
    );
  return nodes.map((node) => node.nodeId);
}

/** A line for each row: time, node and measurement, then its tags and fields; what is absent is left out. */
export function updateLines({ nodeId, frames }: MetricsUpdate): string[] {
  return frames.flatMap((frame) => {
    const rows = frame.timeUs.length;
    let timeUs = 0;
    return frame.timeUs.map((difference, row) => {
      timeUs = row === 0 ? difference : timeUs + difference;
      const line: Record<string, string | number> = { time: isoTime(timeUs), node_id: nodeId, measurement: frame.measurement };
      const tagValues = frame.series[frame.seriesIndex[row] ?? 0]?.tagValues ?? [];
      for (const [i, tag] of frame.tags.entries()) line[tag] = tagValues[i] ?? '';
      for (const [i, field] of frame.fields.entries()) {
        const value = frame.values[i * rows + row];
        if (value !== undefined && Number.isFinite(value)) line[field] = value;
      }
      for (const [i, field] of frame.textFields.entries()) {
        const text = textAt(frame, row, i);
        if (text !== undefined) line[field] = text;
      }
      return `${JSON.stringify(line)}\n`;
    });
  });
}
