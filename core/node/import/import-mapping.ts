// Which column of a file becomes what: what the caller named, the rest guessed from the header and the first rows.
import { columnNameProblem, isReservedMeasurement, MAX_TABLE_COLUMNS, measurementNameProblem } from '../../common/measurement-names.ts';
import { MusterError } from '../../common/muster-error.ts';
import { MAX_TEXTS } from './text-rows.ts';
import { createTimeParser } from './time-cell.ts';

/** As `muster.v1.ImportMapping`; what is empty is guessed. */
export interface WantedMapping {
  timeColumn: string;
  timeFormat: string;
  timeZone: string;
  nodeColumn: string;
  node: string;
  tags: readonly string[];
  fields: readonly string[];
  texts: readonly string[];
  measurement: string;
}

/** One column that is taken, with its name in the store. */
export interface MappedColumn {
  column: number;
  /** In the file. */
  header: string;
  name: string;
}

export interface ImportMapping {
  time: MappedColumn & { format: string; zone: string };
  /** Column -1 where `name` is the node of all rows. */
  node: { column: number; header: string; name: string };
  tags: MappedColumn[];
  /** Numbers. */
  fields: MappedColumn[];
  /** Stored as they are, and no part of what a series is. */
  texts: MappedColumn[];
  measurement: string;
  /** Headers of columns that are neither, with the reason. */
  leftOut: { header: string; reason: string }[];
}

const TIME_NAMES = ['time', 'timestamp', 'ts', 'datetime', 'date_time', 'date', '_time', 'created_at'];
const NODE_NAMES = ['node_id', 'node', 'host', 'hostname', 'instance', 'device', 'server'];
const MAX_TAGS = 64;
/** Every table has a time and a node. */
const OWN_COLUMNS = 2;
const NUMBER = /^[+-]?(\d+[.,]?\d*|[.,]\d+)([eE][+-]?\d+)?$/;
/** Share of the first cells that must read alike: a few bad rows must not decide what a column is. */
const MOST = 0.7;
const EMPTY = /^(|null|nan|na|n\/a|-|none)$/i;

/** `rows` are some of the first; `texts` are columns that the file itself says hold texts. Throws `invalid_argument` naming the column. */
export function planMapping(
  headers: readonly string[],
  rows: readonly (readonly string[])[],
  wanted: WantedMapping,
  fileName: string,
  texts: ReadonlySet<number> = new Set(),
): ImportMapping {
  checkHeaders(headers);
  const at = (header: string, what: string): number => {
    const column = headers.indexOf(header);
    if (column < 0)
      throw new MusterError('invalid_argument', `${what} is column ${JSON.stringify(header)}: the file has ${headers.join(', ')}`);
    return column;
  };
  const samples = (column: number): string[] => rows.map((row) => row[column] ?? '').filter((cell) => !EMPTY.test(cell));
  const timeColumn = wanted.timeColumn === '' ? guessTime(headers, samples) : at(wanted.timeColumn, 'the time');
  const nodeColumn =
    wanted.nodeColumn !== '' ? at(wanted.nodeColumn, 'the node') : wanted.node !== '' ? -1 : guessNode(headers, timeColumn);
  const tagColumns = new Set(wanted.tags.map((tag) => at(tag, 'a tag')));
  const fieldColumns = new Set(wanted.fields.map((field) => at(field, 'a field')));
  const textColumns = new Set(wanted.texts.map((text) => at(text, 'a text')));
  const taken = [new Set([timeColumn, nodeColumn]), tagColumns, fieldColumns, textColumns];
  const leftOut: ImportMapping['leftOut'] = [];
  for (const [column, header] of headers.entries()) {
    if (taken.some((columns) => columns.has(column))) continue;
    const cells = samples(column);
    // A text that looks like a number still names a series where few do: `0` and `1` of a tag `cpu`.
    if (most(cells, (cell) => NUMBER.test(cell)) && !(texts.has(column) && isTagLike(cells))) {
      if (wanted.fields.length === 0) fieldColumns.add(column);
      else leftOut.push({ header, reason: 'not among the fields named' });
    } else if (wanted.tags.length === 0 && isTagLike(cells)) tagColumns.add(column);
    else if (cells.length === 0) leftOut.push({ header, reason: 'empty in the first rows' });
    else if (wanted.texts.length > 0) leftOut.push({ header, reason: 'not among the texts named' });
    else textColumns.add(column);
  }
  const mapping: ImportMapping = {
    time: {
      ...{ column: timeColumn, header: headers[timeColumn] ?? '', name: 'timestamp' },
      format: wanted.timeFormat || guessFormat(headers[timeColumn] ?? '', samples(timeColumn)),
      zone: wanted.timeZone || 'UTC',
    },
    node: { column: nodeColumn, header: headers[nodeColumn] ?? '', name: nodeColumn < 0 ? wanted.node || baseName(fileName) : '' },
    tags: toColumns(headers, tagColumns, 'tag'),
    fields: toColumns(headers, fieldColumns, 'field'),
    texts: toColumns(headers, textColumns, 'text'),
    measurement: wanted.measurement || toName(baseName(fileName)),
    leftOut,
  };
  checkMapping(mapping);
  return mapping;
}

function checkHeaders(headers: readonly string[]): void {
  const first = new Map<string, number>();
  for (const [column, header] of headers.entries()) {
    if (header.trim() === '')
      throw new MusterError('invalid_argument', `column ${column + 1} of ${headers.length} has no name in the header (row 1)`);
    const before = first.get(header);
    if (before !== undefined)
      throw new MusterError(
        'invalid_argument',
        `the header (row 1) has the column ${JSON.stringify(header)} twice, as columns ${before + 1} and ${column + 1}`,
      );
    first.set(header, column);
  }
  if (headers.length > 1 && headers.every((header) => NUMBER.test(header) || !Number.isNaN(Date.parse(header)))) {
    throw new MusterError('invalid_argument', `row 1 is data, not a header: put a row of column names before it`);
  }
}

function guessTime(headers: readonly string[], samples: (column: number) => string[]): number {
  const lower = headers.map((header) => header.toLowerCase());
  const named = TIME_NAMES.map((name) => lower.indexOf(name)).find((column) => column >= 0);
  if (named !== undefined) return named;
  const found = headers.findIndex((_, column) => {
    const cells = samples(column);
    return most(cells, (cell) => /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(cell));
  });
  if (found >= 0) return found;
  throw new MusterError('invalid_argument', `no column looks like a time: name it with --time; the file has ${headers.join(', ')}`);
}

function guessNode(headers: readonly string[], timeColumn: number): number {
  const lower = headers.map((header) => header.toLowerCase());
  return NODE_NAMES.map((name) => lower.indexOf(name)).find((column) => column >= 0 && column !== timeColumn) ?? -1;
}

/** Every number of seconds since 1970 that a fleet can mean has its own size in each unit. */
function guessFormat(header: string, cells: readonly string[]): string {
  if (cells.length === 0) return 'iso';
  const numbers = cells.filter((cell) => /^\d+(\.\d+)?$/.test(cell));
  if (numbers.length >= cells.length * MOST) {
    const size = Number(numbers[0]);
    if (size >= 1e8 && size < 1e11) return 's';
    if (size >= 1e11 && size < 1e14) return 'ms';
    if (size >= 1e14 && size < 1e17) return 'us';
    if (size >= 1e17) return 'ns';
    throw new MusterError(
      'invalid_argument',
      `${header} is ${numbers[0]} in one of the first rows: name its unit with --time-format s, ms, us or ns`,
    );
  }
  for (const format of ['iso', 'DD.MM.YYYY HH:mm:ss', 'DD.MM.YYYY HH:mm', 'YYYY/MM/DD HH:mm:ss']) {
    const parse = createTimeParser(format, 'UTC');
    if (most(cells, (cell) => !Number.isNaN(parse(Buffer.from(cell), 0, Buffer.byteLength(cell))))) return format;
  }
  // 11/12/2026 may be a day of November or of December: that is not for us to decide.
  throw new MusterError(
    'invalid_argument',
    `${header} is ${JSON.stringify(cells[0])} in the first row: name its format with --time-format, such as DD/MM/YYYY HH:mm:ss`,
  );
}

function most(cells: readonly string[], is: (cell: string) => boolean): boolean {
  return cells.length > 0 && cells.filter(is).length >= cells.length * MOST;
}

/** A tag names a series: few different values, each short. */
function isTagLike(cells: readonly string[]): boolean {
  const distinct = new Set(cells).size;
  return cells.length > 0 && cells.every((cell) => cell.length <= 255) && (distinct <= 20 || distinct <= cells.length / 2);
}

function toColumns(headers: readonly string[], columns: ReadonlySet<number>, what: 'tag' | 'field' | 'text'): MappedColumn[] {
  return [...columns]
    .sort((a, b) => a - b)
    .map((column) => {
      const header = headers[column] as string;
      const name = toName(header);
      const problem = columnNameProblem(name);
      if (problem !== undefined)
        throw new MusterError(
          'invalid_argument',
          `${what} ${JSON.stringify(header)} would be named ${name}, and ${problem}: rename the column`,
        );
      return { column, header, name };
    });
}

/** Lower case, everything but letters, digits and underscores as one underscore: `CPU usage (%)` → `cpu_usage`. */
export function toName(header: string): string {
  const name = header
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[^a-z0-9_]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 64);
  return /^[a-z]/.test(name) ? name : `x_${name}`.slice(0, 64).replace(/_+$/, '');
}

function baseName(path: string): string {
  return (path.split(/[\\/]/).at(-1) ?? path).replace(/\.[^.]*$/, '');
}

function checkMapping({ tags, fields, texts, measurement }: ImportMapping): void {
  if (fields.length + texts.length === 0)
    throw new MusterError('invalid_argument', 'no column has numbers or texts: name the fields with --fields');
  if (tags.length > MAX_TAGS)
    throw new MusterError('invalid_argument', `${tags.length} columns would be tags, at most ${MAX_TAGS} are taken: name them with --tags`);
  if (texts.length > MAX_TEXTS)
    throw new MusterError(
      'invalid_argument',
      `${texts.length} columns would be texts, at most ${MAX_TEXTS} are taken: name them with --texts`,
    );
  const columns = OWN_COLUMNS + tags.length + fields.length + texts.length;
  if (columns > MAX_TABLE_COLUMNS)
    throw new MusterError(
      'invalid_argument',
      `the table ${measurement} would have ${columns} columns, at most ${MAX_TABLE_COLUMNS} are taken: name ${MAX_TABLE_COLUMNS - OWN_COLUMNS - tags.length - texts.length} fields or fewer with --fields, and import the others into another table with --measurement`,
    );
  const problem = measurementNameProblem(measurement);
  if (problem !== undefined) throw new MusterError('invalid_argument', `measurement ${problem}: name one with --measurement`);
  if (isReservedMeasurement(measurement))
    throw new MusterError('invalid_argument', `${measurement} is a table of Muster itself: name another with --measurement`);
  const names = new Map<string, string>();
  for (const { name, header } of [...tags, ...fields, ...texts]) {
    const other = names.get(name);
    if (other === header) throw new MusterError('invalid_argument', `column ${JSON.stringify(header)} is named for two things: choose one`);
    if (other !== undefined)
      throw new MusterError(
        'invalid_argument',
        `columns ${JSON.stringify(other)} and ${JSON.stringify(header)} would both be named ${name}: rename one`,
      );
    names.set(name, header);
  }
}
