// `muster series NODE MEASUREMENT [FIELD…]`: the history of one node in points, from whichever tier has it.
import { Command, InvalidArgumentError } from 'commander';
import { parseIsoTime } from '../../core/common/iso-time.ts';
import { MusterError } from '../../core/common/muster-error.ts';
import { EXIT } from '../../core/node/exit-code.ts';
import type { FleetClient } from '../../proto/client/fleet-client.ts';
import type { SeriesFrame, SeriesPlan } from '../../proto/gen/messages.ts';
import { isoTime } from '../../proto/query-rows.ts';
import { type TargetOptions, withTarget } from '../fleet/fleet-target.ts';
import { parseDurationSeconds } from '../terminal/duration.ts';
import { formatDuration, formatNumber } from '../terminal/quantity.ts';
import { type Column, tableLines } from '../terminal/table.ts';
import { action, type CommandContext, wholeNumber, withClient } from './command-context.ts';

interface Options extends TargetOptions {
  last: number;
  from?: number;
  to?: number;
  tag: Record<string, string>;
  points: number;
  json?: true;
}

export function seriesCommand(context: CommandContext): Command {
  return withTarget(new Command('series'))
    .description('Show the history of a node in points of equal steps: rows, minutes or hours, whichever tier has it')
    .argument('<node>', 'node id, or a name that only one node has')
    .argument('<measurement>', 'such as cpu')
    .argument('[fields...]', 'numbers to show (default: all)')
    .option('--last <duration>', 'how far back, such as 1h, 7d or 365d', parseDurationSeconds, 3600)
    .option('--from <time>', 'instead: from this time, such as 2026-11-23T08:15:00Z', isoMicros)
    .option('--to <time>', 'until this time (default: now)', isoMicros)
    .option('--tag <key=value>', 'only series with this tag; may be given several times', addTag, {})
    .option('--points <n>', 'points of each series at most', wholeNumber(1, 50_000), 60)
    .option('--json', 'one JSON document')
    .addHelpText(
      'after',
      '\nExamples:\n  muster series web-1 cpu busy --tag cpu=total --last 30d\n  muster series web-1 memory used_percent --last 365d --points 365 --json | jq .tier',
    )
    .action(
      action<Options>(context, async (options, [node = '', measurement = '', ...fields]) => {
        const frames = await withClient(context, options, (client) => ask(client, node, { ...options, measurement, fields }));
        const plan = frames[0]?.plan;
        if (!plan) throw new MusterError('internal', 'the gateway answered without a plan');
        const { output } = context;
        if (options.json) {
          output.json(toDocument(plan, frames.slice(1)));
          return EXIT.ok;
        }
        const points = frames.slice(1).flatMap(toPoints);
        for (const line of tableLines(COLUMNS, points, output.paint.bold)) output.line(line);
        output.note(planWords(plan));
        return EXIT.ok;
      }),
    );
}

async function ask(
  client: FleetClient,
  node: string,
  options: Options & { measurement: string; fields: string[] },
): Promise<SeriesFrame[]> {
  const { nodeId } = await client.call('getNode', { node });
  const toUs = options.to ?? Date.now() * 1000;
  const request = {
    ...{ nodeId, measurement: options.measurement, fields: options.fields, tags: options.tag },
    ...{ fromUs: options.from ?? toUs - options.last * 1e6, toUs, maxPoints: options.points },
  };
  const frames: SeriesFrame[] = [];
  for await (const frame of client.stream('getSeries', request, { timeoutMs: 60_000 })) frames.push(frame);
  return frames;
}

interface Point {
  timeUs: number;
  series: string;
  field: string;
  values: (number | undefined)[];
}

function toPoints({ tags, timesUs, fields }: SeriesFrame): Point[] {
  const series = Object.entries(tags)
    .map(([key, value]) => `${key}=${value}`)
    .join(' ');
  return fields.flatMap(({ name, min, mean, max, last, count }) =>
    timesUs.map((timeUs, i) => ({ timeUs, series, field: name, values: [min[i], mean[i], max[i], last[i], count[i]] })),
  );
}

const COLUMNS: Column<Point>[] = [
  { header: 'TIME', text: ({ timeUs }) => `${isoTime(timeUs).slice(0, 19)}Z` },
  { header: 'SERIES', text: ({ series }) => series || '-', maxWidth: 60 },
  { header: 'FIELD', text: ({ field }) => field },
  ...['MIN', 'MEAN', 'MAX', 'LAST'].map(
    (header, i): Column<Point> => ({ header, text: ({ values }) => formatNumber(values[i], 3), align: 'right' }),
  ),
  { header: 'VALUES', text: ({ values }) => String(values[4] ?? '-'), align: 'right' },
];

const TIER_WORDS: Readonly<Record<string, string>> = { raw: 'rows', '1m': 'minutes', '1h': 'hours' };

/** `minutes, a point each 2 h: cpu_1m, then cpu` */
function planWords({ tier, stepUs, pieces }: SeriesPlan): string {
  const sources = pieces.map(({ source }) => source).join(', then ');
  return `${TIER_WORDS[tier] ?? tier}, a point each ${formatDuration(stepUs / 1000)}${sources === '' ? '' : `: ${sources}`}`;
}

function toDocument(plan: SeriesPlan, frames: readonly SeriesFrame[]): unknown {
  const pieces = plan.pieces.map(({ tier, source, fromUs, toUs }) => ({ tier, source, from: isoTime(fromUs), to: isoTime(toUs) }));
  const series = frames.map(({ tags, timesUs, rows, fields }) => ({
    ...{ tags, times: timesUs.map(isoTime), rows },
    fields: Object.fromEntries(fields.map(({ name, ...figures }) => [name, figures])),
  }));
  return { tier: plan.tier, stepSeconds: plan.stepUs / 1e6, pieces, series };
}

function isoMicros(text: string): number {
  const us = parseIsoTime(text);
  if (us === undefined) throw new InvalidArgumentError('Expected a time with its zone, such as 2026-11-23T08:15:00Z.');
  return us;
}

function addTag(text: string, before: Record<string, string>): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Expected key=value, such as cpu=total.');
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}
