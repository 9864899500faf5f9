// `muster query "SQL"`: one read-only SELECT, as a table, JSON or CSV.

import { Command } from 'commander';
import { csvLine } from '../../core/common/csv.ts';
import { MusterError } from '../../core/common/muster-error.ts';
import { EXIT } from '../../core/node/exit-code.ts';
import type { FleetClient } from '../../proto/client/fleet-client.ts';
import type { QueryColumn, QueryTotals } from '../../proto/gen/messages.ts';
import { type Cell, frameRows, isNumber } from '../../proto/query-rows.ts';
import { type TargetOptions, withTarget } from '../fleet/fleet-target.ts';
import { durationSeconds } from '../terminal/duration.ts';
import type { Output } from '../terminal/output.ts';
import { counted, formatCount } from '../terminal/quantity.ts';
import { tableLines } from '../terminal/table.ts';
import { action, type CommandContext, wholeNumber, withClient } from './command-context.ts';

const DEFAULT_ROWS = 10_000;

interface Options extends TargetOptions {
  json?: true;
  csv?: true;
  spreadsheet?: true;
  maxRows?: number;
  timeout: number;
}

export function queryCommand(context: CommandContext): Command {
  return withTarget(new Command('query'))
    .description('Run one read-only SELECT and show its rows')
    .argument('<sql>', 'one SELECT, as QuestDB writes it')
    .option('--json', 'a JSON array, one row an object on a line of its own')
    .option('--csv', 'CSV (RFC 4180) with a header line; null is empty, an empty text is ""')
    .option('--spreadsheet', "with --csv: put ' before text that a spreadsheet would run as a formula")
    .option('--max-rows <n>', `at most this many rows (default: ${formatCount(DEFAULT_ROWS)})`, wholeNumber(1, 1_000_000))
    .option('--timeout <duration>', 'time limit, at most 1m', durationSeconds(0.1, 60), 10)
    .addHelpText(
      'after',
      `
An answer that the default limit cuts ends with exit code 1; one that --max-rows cuts does not.

Examples:
  muster query "select timestamp, node_id, busy from cpu where cpu = 'total' limit -5"
  muster query "select avg(used_percent) from memory sample by 1m" --csv > memory.csv
  muster query "select * from nodes" --json | jq -r '.[].name'`,
    )
    .action(
      action<Options>(context, async (options, [sql = '']) => {
        if (options.json && options.csv) throw new MusterError('invalid_argument', '--json and --csv exclude each other: give one of them');
        const write = options.json ? jsonWriter : options.csv ? csvWriter(options.spreadsheet === true) : tableWriter;
        const whole = await withClient(context, options, (client) => runQuery(client, sql, options, write(context.output), context.output));
        return whole ? EXIT.ok : EXIT.failure;
      }),
    );
}

/** Takes the rows of an answer as they come. */
interface RowWriter {
  rows(columns: readonly QueryColumn[], rows: readonly Cell[][]): Promise<void>;
  end(columns: readonly QueryColumn[]): Promise<void>;
}

/** Resolves with false where a limit that nobody named cut the answer. */
async function runQuery(client: FleetClient, sql: string, options: Options, writer: RowWriter, output: Output): Promise<boolean> {
  const maxRows = options.maxRows ?? DEFAULT_ROWS;
  const timeoutMs = options.timeout * 1000;
  let columns: readonly QueryColumn[] | undefined;
  let totals: QueryTotals | null | undefined;
  // The gateway ends it at its limit; the deadline is for one that no longer answers.
  for await (const frame of client.stream('query', { sql, maxRows, timeoutMs }, { timeoutMs: timeoutMs + 5000 })) {
    columns ??= frame.columns;
    totals = frame.totals ?? totals;
    await writer.rows(columns, frameRows(columns, frame));
  }
  await writer.end(columns ?? []);
  if (totals?.truncated)
    output.note(`only the first ${counted(totals.rows, 'row')}, there are more: raise --max-rows, or take all with muster export`);
  else if (output.interactive && totals) output.note(`${counted(totals.rows, 'row')} in ${totals.elapsedMs.toFixed(1)} ms`);
  return totals?.truncated !== true || options.maxRows !== undefined;
}

function tableWriter(output: Output): RowWriter {
  const all: Cell[][] = [];
  return {
    rows: async (_, rows) => {
      for (const row of rows) all.push(row);
    },
    end: async (columns) => {
      const shown = columns.map((column, i) => ({
        header: column.name,
        text: (row: Cell[]) => cellText(row[i] ?? null),
        align: isNumber(column) ? ('right' as const) : ('left' as const),
      }));
      for (const line of tableLines(shown, all, output.paint.bold)) await output.write(`${line}\n`);
    },
  };
}

/** For reading: six digits of a fraction. JSON and CSV have all of them. */
function cellText(cell: Cell): string {
  if (cell === null) return '';
  return typeof cell === 'number' && !Number.isInteger(cell) ? String(Number(cell.toPrecision(6))) : String(cell);
}

function csvWriter(forSpreadsheet: boolean): (output: Output) => RowWriter {
  return (output) => {
    let headed = false;
    const head = async (columns: readonly QueryColumn[]): Promise<void> => {
      if (headed || columns.length === 0) return;
      headed = true;
      await output.write(csvLine(columns.map(({ name }) => name)));
    };
    return {
      rows: async (columns, rows) => {
        await head(columns);
        await output.write(rows.map((row) => csvLine(row, forSpreadsheet)).join(''));
      },
      end: head,
    };
  };
}

function jsonWriter(output: Output): RowWriter {
  let separator = '[\n';
  return {
    rows: async (columns, rows) => {
      for (const row of rows) {
        await output.write(`${separator}${JSON.stringify(Object.fromEntries(columns.map(({ name }, i) => [name, row[i]])))}`);
        separator = ',\n';
      }
    },
    end: async () => output.write(separator === '[\n' ? '[]\n' : '\n]\n'),
  };
}
