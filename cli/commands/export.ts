// `muster export`: rows of a measurement or of a statement into a file, however many; or a folder of them for training.
import { Command, Option } from 'commander';
import { isOwnTable } from '../../core/common/measurement-names.ts';
import { MusterError } from '../../core/common/muster-error.ts';
import { EXIT } from '../../core/node/exit-code.ts';
import { fault } from '../../core/node/faults.ts';
import type { FleetClient } from '../../proto/client/fleet-client.ts';
import { EXPORT_FORMATS, type ExportFormat, formatOf, ImportedFormats } from '../export/export-format.ts';
import { runExport } from '../export/export-run.ts';
import { toConditions } from '../export/export-scope.ts';
import { FileTarget, StdoutTarget } from '../export/export-target.ts';
import { dumpForTraining } from '../export/training-dump.ts';
import { type TargetOptions, withTarget } from '../fleet/fleet-target.ts';
import { findHome } from '../state/state-folder.ts';
import { parseDurationSeconds } from '../terminal/duration.ts';
import { ProgressLine } from '../terminal/progress-line.ts';
import { counted, formatBytes, formatCount } from '../terminal/quantity.ts';
import { action, type CommandContext, withClient } from './command-context.ts';

interface Options extends TargetOptions {
  measurement: string[];
  from?: string;
  to?: string;
  last?: number;
  node: string[];
  filter?: string;
  output?: string;
  format?: ExportFormat;
  training?: string;
  quiet?: true;
}

const more = (text: string, before: string[]): string[] => [...before, text];

export function exportCommand(context: CommandContext): Command {
  return withTarget(new Command('export'))
    .description('Write rows as CSV, Parquet or NDJSON')
    .argument('[sql]', 'one SELECT; with a column timestamp its answer may have any number of rows')
    .option('--measurement <name>', 'a table instead of a SELECT; with --training any number of them', more, [])
    .option('--from <time>', 'from this time on: 2026-11-23 or 2026-11-23T08:00:00Z')
    .option('--to <time>', 'before this time')
    .option('--last <duration>', 'only the newest part, such as 24h', parseDurationSeconds)
    .option('--node <id-or-name>', 'only this node; may be given again', more, [])
    .option('--filter <condition>', 'a condition of SQL, such as "cpu = \'total\' and busy > 90"')
    .option('-o, --output <file>', 'into this file, which appears once it is whole (default: stdout)')
    .addOption(
      new Option('--format <format>', "default: by the file's ending, else as the measurement was imported, else csv").choices(
        EXPORT_FORMATS,
      ),
    )
    .option('--training <folder>', 'a Parquet file for each measurement, day and node, and a manifest with schema, rows and checksums')
    .option('--quiet', 'no progress on stderr')
    .addHelpText(
      'after',
      `
Rows come in the order of time and with constant memory, however many there are. A SELECT with an ORDER BY or LIMIT of its own,
a time that moves (today()) or rows without a time is read at once, and has at most 1,000,000 rows. Where rows leave while it reads, it
says so and exits with 1.

Examples:
  muster export --measurement cpu --last 24h -o cpu.parquet
  muster export "select timestamp, node_id, avg(busy) busy from cpu sample by 1m" --format csv | gzip > busy.csv.gz
  muster export --training /data/fleet --from 2026-11-01 --to 2026-11-08`,
    )
    .action(
      action<Options>(context, (options, [sql]) => withClient(context, options, (client) => exportRows(client, sql, options, context))),
    );
}

async function exportRows(client: FleetClient, sql: string | undefined, options: Options, context: CommandContext): Promise<number> {
  if (options.training !== undefined) {
    if (sql !== undefined || options.output !== undefined || (options.format !== undefined && options.format !== 'parquet'))
      throw new MusterError(
        'invalid_argument',
        '--training takes measurements and writes Parquet into its folder: no SELECT, --output or other --format',
      );
    return exportTraining(client, options.training, options, context);
  }
  const [measurement, second] = options.measurement;
  if ((sql === undefined) === (measurement === undefined) || second !== undefined)
    throw new MusterError('invalid_argument', 'one SELECT or one --measurement is needed');
  const conditions = await toConditions(client, options);
  if (sql !== undefined && conditions.length > 0)
    throw new MusterError(
      'invalid_argument',
      '--from, --to, --last, --node and --filter go with --measurement: a SELECT has its own WHERE',
    );
  if (measurement !== undefined) await findMeasurements(client, [measurement]);
  const imported = measurement === undefined ? undefined : new ImportedFormats(findHome(options.home, context.env)).get(measurement);
  const format = options.format ?? formatOf(options.output, imported);
  const target = options.output === undefined ? new StdoutTarget(process.stdout) : await FileTarget.open(options.output);
  // Ctrl-C leaves no half of a file.
  const end = (): void => {
    target
      .abandon()
      .catch(fault)
      .finally(() => process.exit(130));
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, end);
  const rows = await runExport({
    ...{ client, format, target },
    source: measurement === undefined ? { sql: sql as string } : { table: measurement, conditions },
    stderr: options.quiet ? undefined : process.stderr,
  });
  if (target instanceof FileTarget && !options.quiet)
    context.output.note(`${counted(rows, 'row')} in ${options.output} (${format}, ${formatBytes(target.bytes)})`);
  return EXIT.ok;
}

async function exportTraining(client: FleetClient, folder: string, options: Options, { output }: CommandContext): Promise<number> {
  const measurements = await findMeasurements(client, options.measurement);
  const conditions = await toConditions(client, options);
  let files = 0;
  let rows = 0;
  const progress = options.quiet
    ? undefined
    : new ProgressLine(process.stderr, () => `${formatCount(files)} files · ${formatCount(rows)} rows`);
  try {
    const manifest = await dumpForTraining({
      ...{ client, folder, measurements, conditions },
      onFile: (file) => {
        files++;
        rows += file.rows;
      },
    });
    if (!options.quiet) output.note(`${counted(manifest.rows, 'row')} in ${counted(files, 'file')} of ${folder}, see its manifest.json`);
    return EXIT.ok;
  } finally {
    progress?.stop();
  }
}

/** All of the fleet's where none is named. Throws `not_found` for one that is not there. */
async function findMeasurements(client: FleetClient, names: readonly string[]): Promise<{ name: string; tags: ReadonlySet<string> }[]> {
  const { measurements } = await client.call('listMeasurements', {});
  const stranger = names.find((name) => !measurements.some((each) => each.name === name));
  if (stranger !== undefined)
    throw new MusterError(
      'not_found',
      `there is no measurement ${JSON.stringify(stranger)}: there are ${measurements.map((each) => each.name).join(', ')}`,
    );
  return measurements
    .filter((each) => (names.length === 0 ? !each.view && !isOwnTable(each.name) : names.includes(each.name)))
    .map(({ name, columns }) => ({ name, tags: new Set(columns.filter((column) => column.tag).map((column) => column.name)) }));
}
