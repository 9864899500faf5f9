// `muster retention`: what is kept for how long, and the cold files of what is no longer in the store.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { MusterError } from '../../core/common/muster-error.ts';
import { parseRollUpView } from '../../core/common/tier-names.ts';
import { coldFileProblem } from '../../core/files/cold/cold-file.ts';
import { type ColdPartition, readColdManifest } from '../../core/files/cold/cold-manifest.ts';
import { EXIT } from '../../core/node/exit-code.ts';
import type { FleetClient } from '../../proto/client/fleet-client.ts';
import { type Cell, frameRows, isoTime } from '../../proto/query-rows.ts';
import { type TargetOptions, withTarget } from '../fleet/fleet-target.ts';
import { findHome } from '../state/state-folder.ts';
import { formatBytes, formatCount } from '../terminal/quantity.ts';
import { type Column, tableLines } from '../terminal/table.ts';
import { action, type CommandContext, wholeNumber, withClient } from './command-context.ts';
import { importCommand } from './import.ts';

interface JsonOptions extends TargetOptions {
  json?: true;
}

interface ColdOptions extends JsonOptions {
  folder?: string;
}

export function retentionCommand(context: CommandContext): Command {
  const cold = new Command('cold')
    .description('Parquet files of what has aged out of the store (coldFolder of the ETL)')
    .addCommand(coldList(context))
    .addCommand(coldVerify(context))
    .addCommand(coldRestore(context));
  return new Command('retention')
    .description('What is kept for how long: rows, minutes, hours and cold files')
    .addCommand(showCommand(context))
    .addCommand(cold);
}

/** Of one table; null is what the database does not tell. */
export interface Kept {
  name: string;
  tier: string;
  rows: number | null;
  bytes: number | null;
  from: string;
  to: string;
  partitionBy: string;
  ttl: string;
  state: string;
}

const KEPT: Column<Kept>[] = [
  { header: 'NAME', text: ({ name }) => name },
  { header: 'TIER', text: ({ tier }) => tier },
  { header: 'ROWS', text: ({ rows }) => (rows === null ? 'unknown' : formatCount(rows)), align: 'right' },
  { header: 'SIZE', text: ({ bytes }) => (bytes === null ? 'unknown' : formatBytes(bytes)), align: 'right' },
  { header: 'FROM', text: ({ from }) => from.slice(0, 16) || '-' },
  { header: 'TO', text: ({ to }) => to.slice(0, 16) || '-' },
  { header: 'BY', text: ({ partitionBy }) => partitionBy },
  { header: 'KEPT', text: ({ ttl }) => ttl },
  { header: 'STATE', text: ({ state }) => state },
];

function showCommand(context: CommandContext): Command {
  return withTarget(new Command('show'))
    .description('List each table and roll-up with its span, size and how long it is kept')
    .option('--json', 'one JSON document')
    .action(
      action<JsonOptions>(context, async (options) => {
        const kept = await withClient(context, options, readKept);
        if (options.json) context.output.json({ tables: kept });
        else for (const line of tableLines(KEPT, kept, context.output.paint.bold)) context.output.line(line);
        return EXIT.ok;
      }),
    );
}

async function readKept(client: FleetClient): Promise<Kept[]> {
  const tables = await rowsOf(
    client,
    `select table_name, table_type, table_row_count, table_min_timestamp, table_max_timestamp, partitionBy, ttlValue, ttlUnit from tables()
     where table_type in ('T', 'M') and table_name not like 'sys.%' order by table_name`,
  );
  const sizes = new Map(
    await rowsOf(client, 'select tableName, diskSize from table_storage()').then((rows) => rows.map(([name, size]) => [name, size])),
  );
  const states = new Map(
    (await rowsOf(client, 'select view_name, view_status, refresh_type from materialized_views()')).map(([name, status, refresh]) => [
      name,
      // A view of an earlier shape of its table: kept for what the table no longer has.
      refresh === 'manual' ? 'kept as it is' : String(status),
    ]),
  );
  return keptOf(tables, sizes, states);
}

/** From what the database answers of its tables, their sizes and its views. */
export function keptOf(
  tables: readonly (readonly Cell[])[],
  sizes: ReadonlyMap<Cell | undefined, Cell | undefined>,
  states: ReadonlyMap<Cell | undefined, string>,
): Kept[] {
  return tables.map(([name, type, rows, from, to, partitionBy, ttlValue, ttlUnit]) => ({
    name: String(name),
    tier: type === 'M' ? (parseRollUpView(String(name))?.tier ?? '-') : 'raw',
    rows: numberOf(rows),
    bytes: numberOf(sizes.get(name)),
    from: String(from ?? ''),
    to: String(to ?? ''),
    partitionBy: String(partitionBy).toLowerCase(),
    ttl: ttlWords(numberOf(ttlValue), String(ttlUnit).toLowerCase()),
    state: type === 'M' ? (states.get(name) ?? 'unknown') : '',
  }));
}

function ttlWords(value: number | null, unit: string): string {
  if (value === null) return 'unknown';
  return value === 0 ? 'for ever' : `${value} ${unit}${value === 1 ? '' : 's'}`;
}

function numberOf(cell: Cell | undefined): number | null {
  return cell === null || cell === undefined ? null : Number(cell);
}

async function rowsOf(client: FleetClient, sql: string): Promise<Cell[][]> {
  const rows: Cell[][] = [];
  let columns: Parameters<typeof frameRows>[0] = [];
  for await (const frame of client.stream('query', { sql, maxRows: 10_000, timeoutMs: 10_000 }, { timeoutMs: 15_000 })) {
    if (frame.columns.length > 0) columns = frame.columns;
    rows.push(...frameRows(columns, frame));
  }
  return rows;
}

const withFolder = (command: Command): Command =>
  command
    .option('--folder <dir>', 'the cold folder (default: $MUSTER_ETL_COLD_FOLDER, else cold in the state folder)')
    .option('--home <dir>', 'state folder of `muster up`');

/** Throws `not_found` where there is no manifest. */
function openFolder(options: ColdOptions, env: CommandContext['env']): { folder: string; partitions: ColdPartition[] } {
  const folder = resolve(options.folder ?? env['MUSTER_ETL_COLD_FOLDER'] ?? join(findHome(options.home, env), 'cold'));
  if (!existsSync(join(folder, 'manifest.json'))) {
    throw new MusterError('not_found', `${folder} has no manifest.json of cold partitions: name the folder with --folder`);
  }
  return { folder, partitions: readColdManifest(folder) };
}

const PARTITIONS: Column<ColdPartition>[] = [
  { header: 'FILE', text: ({ file }) => file },
  { header: 'ROWS', text: ({ rows }) => formatCount(rows), align: 'right' },
  { header: 'SIZE', text: ({ bytes }) => formatBytes(bytes), align: 'right' },
  { header: 'FROM', text: ({ minUs }) => isoTime(minUs) },
  { header: 'TO', text: ({ maxUs }) => isoTime(maxUs) },
  { header: 'WRITTEN', text: ({ written }) => written.slice(0, 19) },
];

function coldList(context: CommandContext): Command {
  return withFolder(new Command('list'))
    .description('List the files with their rows and times')
    .option('--json', 'one JSON document')
    .action(
      action<ColdOptions>(context, async (options) => {
        const { folder, partitions } = openFolder(options, context.env);
        if (options.json) context.output.json({ folder, partitions });
        else for (const line of tableLines(PARTITIONS, partitions, context.output.paint.bold)) context.output.line(line);
        return EXIT.ok;
      }),
    );
}

function coldVerify(context: CommandContext): Command {
  return withFolder(new Command('verify'))
    .description('Read every file back and compare bytes, rows and values with what was written')
    .argument('[files...]', 'as `list` names them (default: all)')
    .option('--json', 'one JSON document')
    .addHelpText('after', '\nExit code: 0 when all files are as they were written, 1 otherwise.')
    .action(
      action<ColdOptions>(context, async (options, files) => {
        const { folder, partitions } = openFolder(options, context.env);
        const problems: string[] = [];
        const chosen = files.length === 0 ? partitions : files.map((file) => find(partitions, file, folder));
        for (const partition of chosen) {
          const problem = await coldFileProblem(folder, partition).catch((error: Error) => error.message);
          if (problem !== undefined) problems.push(problem);
        }
        const { output } = context;
        if (options.json) output.json({ folder, files: chosen.length, problems });
        else {
          for (const problem of problems) output.line(problem);
          output.line(`${chosen.length - problems.length} of ${chosen.length} files are as they were written`);
        }
        return problems.length === 0 ? EXIT.ok : EXIT.failure;
      }),
    );
}

function coldRestore(context: CommandContext): Command {
  return withTarget(new Command('restore'))
    .description('Bring the rows of a file back into the store, through `muster import`')
    .argument('<file>', 'as `list` names it')
    .option('--folder <dir>', 'the cold folder (default: $MUSTER_ETL_COLD_FOLDER, else cold in the state folder)')
    .option('--ttl <days>', 'telemetryTtlDays of the ETL: older rows would be refused', wholeNumber(1, 36_500), 30)
    .addHelpText(
      'after',
      '\nThe store refuses rows older than telemetryTtlDays: raise it first (and start the ETL again), and give --ttl the same number of days.',
    )
    .action(
      action<ColdOptions & { ttl: number }>(context, async (options, [file = '']) => {
        const { folder, partitions } = openFolder(options, context.env);
        const partition = find(partitions, file, folder);
        const problem = await coldFileProblem(folder, partition);
        if (problem !== undefined) throw new MusterError('failed_precondition', `${problem}: nothing was restored`);
        const ageDays = Math.ceil((Date.now() - partition.minUs / 1000) / 86_400_000);
        if (ageDays >= options.ttl) {
          throw new MusterError(
            'failed_precondition',
            `${partition.file} has rows ${ageDays} days old and the store takes ${options.ttl} days: set telemetryTtlDays of the ETL to ${ageDays + 2} and give --ttl ${ageDays + 2}`,
          );
        }
        let exitCode: number = EXIT.ok;
        const takeExitCode = (code: number): void => {
          exitCode = code;
        };
        await importCommand({ ...context, setExitCode: takeExitCode }).parseAsync(importArguments(folder, partition, options), {
          from: 'user',
        });
        return exitCode;
      }),
    );
}

function importArguments(folder: string, { file, table, columns }: ColdPartition, options: TargetOptions & { ttl: number }): string[] {
  const of = (type: string): string =>
    columns
      .filter((column) => column.type === type && column.name !== 'node_id')
      .map(({ name }) => name)
      .join(',');
  const given = Object.entries({
    ...{ '--measurement': table, '--time': 'timestamp', '--node-column': 'node_id', '--tags': of('symbol'), '--fields': of('double') },
    ...{ '--texts': of('varchar'), '--ttl': String(options.ttl), '--home': options.home, '--gateway': options.gateway },
    ...{ '--ca-file': options.caFile, '--token-file': options.tokenFile },
  });
  // What was restored before may have aged out again: every row is sent, and those that are there stay as they are.
  return [join(folder, file), '--restart', '--restored', ...given.flatMap(([name, value]) => (value ? [name, value] : []))];
}

function find(partitions: readonly ColdPartition[], file: string, folder: string): ColdPartition {
  const partition = partitions.find((each) => each.file === file || join(folder, each.file) === resolve(file));
  if (partition === undefined)
    throw new MusterError('not_found', `${file} is not in the manifest of ${folder}: muster retention cold list names the files`);
  return partition;
}
