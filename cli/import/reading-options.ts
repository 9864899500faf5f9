// How `muster import` is told to read a file, and how it shows what becomes of each column.
import { type Command, InvalidArgumentError } from 'commander';
import { printable, shownHeaders } from '../../core/files/import/column-names.ts';
import type { ImportMapping, WantedMapping } from '../../core/files/import/import-mapping.ts';
import type { CsvReading, ImportSource } from '../../core/files/import/import-source.ts';
import { wholeNumber } from '../commands/command-context.ts';
import { formatBytes, formatCount } from '../terminal/quantity.ts';

export interface ReadingOptions {
  time: string;
  timeFormat: string;
  zone: string;
  node: string;
  nodeColumn: string;
  tags: string[];
  fields: string[];
  texts: string[];
  rename: Record<string, string>;
  measurement: string;
  delimiter?: string;
  decimalComma?: true;
  skipRows?: number;
  encoding?: string;
}

export function withReading(command: Command): Command {
  return command
    .option('--time <column>', 'column with the time; of a CSV file also several, as Date+Time (default: guessed)', '')
    .option(
      '--time-format <format>',
      'iso, s, ms, us, ns, or a pattern like DD.MM.YYYY HH:mm:ss or MM/DD/YYYY hh:mm A (default: guessed)',
      '',
    )
    .option('--zone <zone>', 'zone of times without one: UTC, +01:00, Africa/Accra', 'UTC')
    .option('--node-column <column>', 'column that names the node (default: node_id, host, hostname, …)', '')
    .option('--node <name>', 'one node for all rows (default without a column: the name of the file)', '')
    .option('--tags <columns>', 'columns that name the series, comma-separated (default: texts with few values)', list, [])
    .option('--fields <columns>', 'columns to take as numbers, comma-separated (default: all numbers)', list, [])
    .option('--texts <columns>', 'columns to store as texts, comma-separated (default: texts that name no series)', list, [])
    .option('--rename <old=new>', 'name of a column in the table; may be given several times', rename, {})
    .option('--measurement <name>', 'table (default: the name of the file)', '')
    .option('--delimiter <character>', 'of a CSV file (default: guessed)', oneCharacter)
    .option('--decimal-comma', 'numbers of a CSV file are written 12,5, and a point separates thousands')
    .option('--skip-rows <n>', 'rows of a CSV file before its header (default: guessed)', wholeNumber(1, 1_000_000))
    .option('--encoding <name>', 'of a CSV file, such as windows-1252 or shift_jis (default: guessed)');
}

export function readingOf({ delimiter, decimalComma, skipRows, encoding }: ReadingOptions): CsvReading {
  return {
    ...(delimiter === undefined ? {} : { delimiter }),
    ...(decimalComma ? { decimalComma: true } : {}),
    ...(skipRows === undefined ? {} : { skipRows }),
    ...(encoding === undefined ? {} : { encoding }),
  };
}

export function wantedOf(options: ReadingOptions): WantedMapping {
  const { time: timeColumn, timeFormat, zone: timeZone, nodeColumn, node, tags, fields, texts, measurement, rename: renames } = options;
  return { timeColumn, timeFormat, timeZone, nodeColumn, node, tags, fields, texts, measurement, renames };
}

export function planLines(source: ImportSource, { time, node, tags, fields, texts, measurement, leftOut, notes }: ImportMapping): string[] {
  const named = (columns: readonly { header: string; name: string; unit?: string }[]): string =>
    columns
      .map(({ header, name, unit }) => `${header === name ? name : `${header} → ${name}`}${unit === undefined ? '' : ` in ${unit}`}`)
      .join(', ') || 'none';
  return [
    `${source.path}: ${source.description}, ${formatBytes(source.bytes)}`,
    `  table   ${measurement}`,
    `  time    ${time.header} (${time.format}${time.format === 'iso' || time.format.length > 2 ? `, ${time.zone} where it has no zone` : ''})`,
    `  node    ${node.column < 0 ? `${node.name}, for all rows` : node.header}`,
    `  tags    ${named(tags)}`,
    `  fields  ${named(fields)}`,
    ...(texts.length === 0 ? [] : [`  texts   ${named(texts)}`]),
    ...leftOut.map(({ header, reason }) => `  left out ${header}: ${reason}`),
    ...notes.map((note) => `  note    ${note}`),
  ].map(printable);
}

/** Columns that have values and are not stored, though nobody asked for that. */
export function lostColumns({ leftOut }: ImportMapping): string[] {
  return leftOut.filter(({ lost }) => lost).map(({ header }) => header);
}

/** What became of cells and columns, where that is worth a word. */
export function cellLines({ cellsWithoutValue, columnsLost }: { cellsWithoutValue: number; columnsLost: readonly string[] }): string[] {
  return [
    ...(cellsWithoutValue > 0
      ? [`${formatCount(cellsWithoutValue)} ${cellsWithoutValue === 1 ? 'cell has' : 'cells have'} a word for no value: stored without one`]
      : []),
    ...(columnsLost.length > 0 ? [`nothing is stored of ${shownHeaders(columnsLost)}: the lines above say why`] : []),
  ];
}

function list(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** A header may have an equals sign in it, a name may not. */
function rename(text: string, before: Record<string, string>): Record<string, string> {
  const at = text.lastIndexOf('=');
  if (at < 1 || at === text.length - 1) throw new InvalidArgumentError('Expected OLD=NEW.');
  return Object.fromEntries([...Object.entries(before), [text.slice(0, at).trim(), text.slice(at + 1).trim()]]);
}

function oneCharacter(text: string): string {
  const character = text === '\\t' || text === 'tab' ? '\t' : text;
  if (character.length !== 1 || character.charCodeAt(0) > 126 || character === '"' || character === '\n' || character === '\r')
    throw new InvalidArgumentError('Expected one ASCII character, or tab.');
  return character;
}
