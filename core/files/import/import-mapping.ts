// Which column of a file becomes what: what the caller named, the rest guessed from the header and the first rows.
import { columnNameProblem, MAX_TABLE_COLUMNS, measurementNameProblem, reservedNameProblem } from '../../common/measurement-names.ts';
import { MusterError } from '../../common/muster-error.ts';
import { isAbsent } from './absent-words.ts';
import {
  calendarColumns,
  guessNode,
  guessTime,
  isTagLike,
  isUnnamed,
  most,
  readsAsRowNumbers,
  timeColumns,
  unitOfMost,
} from './column-guess.ts';
import { nameColumns, shownHeader, shownHeaders, toName } from './column-names.ts';
import { isNumberText } from './number-cell.ts';
import { MAX_TEXTS } from './text-rows.ts';
import { guessFormat } from './time/time-format.ts';

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
  /** Names in the store by header. */
  renames?: Readonly<Record<string, string>>;
}

/** One column that is taken, with its name in the store. */
export interface MappedColumn {
  column: number;
  /** In the file. */
  header: string;
  name: string;
  /** What stands behind the number in each cell. */
  unit?: string;
}

export interface ImportMapping {
  /** `and` are further columns, whose cells follow the first one's with a blank between. */
  time: MappedColumn & { format: string; zone: string; and?: readonly number[] };
  /** Column -1 where `name` is the node of all rows. */
  node: { column: number; header: string; name: string };
  tags: MappedColumn[];
  /** Numbers. */
  fields: MappedColumn[];
  /** Stored as they are, and no part of what a series is. */
  texts: MappedColumn[];
  measurement: string;
  /** Headers of columns that are neither, with the reason. */
  leftOut: LeftOutColumn[];
  /** What the caller should know of the names and cells, one sentence each. */
  notes: string[];
}

export interface LeftOutColumn {
  header: string;
  reason: string;
  /** It has values, and nobody asked to be without them. */
  lost?: true;
}

/** What a format knows of its file beyond the first rows. */
export interface PlanHints {
  /** Numbers are written 12,5. */
  decimalComma?: boolean;
  /** Cells further down of the columns that have none in the first rows, where the whole file was looked through for them. */
  later?: ReadonlyMap<number, readonly string[]>;
  /** Cells of each column, where the whole file was looked through for them: there are no rows then. */
  cells?: readonly (readonly string[])[];
  /** Columns that the file itself says hold numbers, whatever their first cells are. */
  numbers?: ReadonlySet<number>;
  /** Columns that the file itself says hold nothing of the rows, by header, with the reason. */
  useless?: ReadonlyMap<string, string>;
  /** Its reader makes one time of several columns. */
  joinsTimes?: boolean;
}

const MAX_TAGS = 64;
/** Every table has a time and a node. */
const OWN_COLUMNS = 2;
/** `rows` are some of the first; `texts` are columns that the file itself says hold texts. Throws `invalid_argument` naming the column. */
export function planMapping(
  fileHeaders: readonly string[],
  rows: readonly (readonly string[])[],
  wanted: WantedMapping,
  fileName: string,
  texts: ReadonlySet<number> = new Set(),
  hints: PlanHints = {},
): ImportMapping {
  const { decimalComma: comma = false, later, useless } = hints;
  const unnamed = new Set(fileHeaders.flatMap((header, column) => (isUnnamed(header) ? [column] : [])));
  const headers = fileHeaders.map((header, column) => (unnamed.has(column) ? `column_${column + 1}` : header));
  checkHeaders(headers, unnamed, comma);
  const renames = new Map(Object.entries(wanted.renames ?? {}));
  checkRenames(renames, headers);
  const known = headers.map((header) => renames.get(header) ?? header);
  const find = (header: string): number => (headers.includes(header) ? headers.indexOf(header) : known.indexOf(header));
  const at = (header: string, what: string): number => {
    const column = find(header);
    if (column < 0)
      throw new MusterError('invalid_argument', `${what} is column ${shownHeader(header)}: the file has ${shownHeaders(headers)}`);
    return column;
  };
  const samples = (column: number): string[] => {
    const own = hints.cells?.[column];
    if (own !== undefined) return own.map((cell) => cell.trim()).filter((cell) => !isAbsent(cell));
    const cells = rows.map((row) => (row[column] ?? '').trim()).filter((cell) => !isAbsent(cell));
    return cells.length > 0 ? cells : [...(later?.get(column) ?? [])];
  };
  const times =
    wanted.timeColumn === ''
      ? guessTimes(known, samples, unnamed, hints.joinsTimes === true)
      : wantedTimes(wanted.timeColumn, find, at, hints.joinsTimes === true);
  const [timeColumn = 0, ...moreTimes] = times;
  const nodeColumn = wanted.nodeColumn !== '' ? at(wanted.nodeColumn, 'the node') : wanted.node !== '' ? -1 : guessNode(known, timeColumn);
  const tagColumns = new Set(wanted.tags.map((tag) => at(tag, 'a tag')));
  const fieldColumns = new Set(wanted.fields.map((field) => at(field, 'a field')));
  const textColumns = new Set(wanted.texts.map((text) => at(text, 'a text')));
  const taken = [new Set([...times, nodeColumn]), tagColumns, fieldColumns, textColumns];
  const leftOut: LeftOutColumn[] = [];
  const notes: string[] = [];
  const units = new Map<number, string>();
  for (const column of fieldColumns) {
    const { unit } = unitOfMost(samples(column), comma);
    if (unit !== undefined) units.set(column, unit);
  }
  for (const [column, header] of headers.entries()) {
    if (taken.some((columns) => columns.has(column))) continue;
    const cells = samples(column);
    const reason = useless?.get(header);
    if (reason !== undefined) leftOut.push({ header, reason });
    else if (unnamed.has(column) && cells.length === 0) leftOut.push({ header, reason: 'it has no name and no values' });
    else if (unnamed.has(column) && readsAsRowNumbers(rows, column)) leftOut.push({ header, reason: 'it has no name and counts the rows' });
    // A text that looks like a number still names a series where few do: `0` and `1` of a tag `cpu`.
    else if (hints.numbers?.has(column) || (most(cells, (cell) => isNumberText(cell, comma)) && !(texts.has(column) && isTagLike(cells)))) {
      if (wanted.fields.length === 0) fieldColumns.add(column);
      else leftOut.push({ header, reason: 'not among the fields named' });
    } else if (wanted.fields.length === 0 && unitOfMost(cells, comma).all.length > 0) {
      const { unit, all } = unitOfMost(cells, comma);
      if (unit === undefined) {
        const reason = `its numbers have several units (${all.slice(0, 3).join(', ')}): export them in one`;
        leftOut.push({ header, reason, lost: true });
      } else {
        fieldColumns.add(column);
        units.set(column, unit);
      }
    } else if (wanted.tags.length === 0 && isTagLike(cells)) tagColumns.add(column);
    else if (cells.length === 0)
      leftOut.push({ header, reason: later === undefined && hints.cells === undefined ? 'empty in the first rows' : 'it is empty' });
    else if (wanted.texts.length > 0) leftOut.push({ header, reason: 'not among the texts named' });
    else textColumns.add(column);
    if (unnamed.has(column) && taken.some((columns) => columns.has(column)))
      notes.push(`column ${column + 1} has no name in the file: it is called ${header} (--rename ${header}=NAME gives it another)`);
  }
  const named = nameTaken(headers, [...tagColumns, ...fieldColumns, ...textColumns], renames, units);
  const timeHeader = times.map((column) => headers[column] ?? '').join('+');
  const timeCells = moreTimes.length === 0 ? samples(timeColumn) : joinedCells(rows, times);
  const mapping: ImportMapping = {
    time: {
      ...{ column: timeColumn, header: timeHeader, name: 'timestamp' },
      format: wanted.timeFormat || guessFormat(timeHeader, timeCells),
      zone: wanted.timeZone || 'UTC',
      ...(moreTimes.length === 0 ? {} : { and: moreTimes }),
    },
    node: { column: nodeColumn, header: headers[nodeColumn] ?? '', name: nodeColumn < 0 ? wanted.node || baseName(fileName) : '' },
    tags: named.of(tagColumns),
    fields: named.of(fieldColumns),
    texts: named.of(textColumns),
    measurement: wanted.measurement || measurementOf(fileName),
    leftOut,
    notes: [...notes, ...named.notes],
  };
  checkMapping(mapping, rows, fileName);
  return mapping;
}

function guessTimes(
  headers: readonly string[],
  samples: (column: number) => string[],
  unnamed: ReadonlySet<number>,
  joins: boolean,
): number[] {
  if (!joins) return [guessTime(headers, samples, unnamed)];
  try {
    return timeColumns(guessTime(headers, samples, unnamed), headers, samples);
  } catch (error) {
    const parts = calendarColumns(headers, samples);
    if (parts.length > 0) return parts;
    throw error;
  }
}

/** `Date+Time` are two columns, unless one is called so. */
function wantedTimes(
  wanted: string,
  find: (header: string) => number,
  at: (header: string, what: string) => number,
  joins: boolean,
): number[] {
  const parts = wanted.split('+').map((part) => part.trim());
  if (find(wanted) >= 0 || parts.length === 1) return [at(wanted, 'the time')];
  if (!joins) throw new MusterError('invalid_argument', `the time is ${shownHeader(wanted)}: columns are joined in a CSV file only`);
  return parts.map((part) => at(part, 'a part of the time'));
}

/** Of rows that have all parts. */
function joinedCells(rows: readonly (readonly string[])[], columns: readonly number[]): string[] {
  const cells = rows.map((row) => columns.map((column) => (row[column] ?? '').trim()));
  return cells.filter((parts) => parts.every((part) => !isAbsent(part))).map((parts) => parts.join(' '));
}

function checkHeaders(headers: readonly string[], unnamed: ReadonlySet<number>, comma: boolean): void {
  const first = new Map<string, number>();
  for (const [column, header] of headers.entries()) {
    const before = first.get(header);
    if (before !== undefined)
      throw new MusterError(
        'invalid_argument',
        `the header (row 1) has the column ${shownHeader(header)} twice, as columns ${before + 1} and ${column + 1}`,
      );
    first.set(header, column);
  }
  const named = headers.filter((_, column) => !unnamed.has(column));
  if (headers.length > 1 && named.every((header) => isNumberText(header, comma) || !Number.isNaN(Date.parse(header)))) {
    throw new MusterError('invalid_argument', `row 1 is data, not a header: put a row of column names before it`);
  }
}

function checkRenames(renames: ReadonlyMap<string, string>, headers: readonly string[]): void {
  for (const [header, name] of renames) {
    if (!headers.includes(header))
      throw new MusterError(
        'invalid_argument',
        `column ${shownHeader(header)} is to be renamed ${shownHeader(name)}: the file has ${shownHeaders(headers)}`,
      );
    const other = [...renames].find(([another, same]) => same === name && another !== header);
    if (other !== undefined)
      throw new MusterError(
        'invalid_argument',
        `columns ${shownHeader(header)} and ${shownHeader(other[0])} are both to be renamed ${name}`,
      );
  }
}

/** Names for the columns that are taken. Throws `invalid_argument` for a name that the caller wants and no column may have. */
function nameTaken(
  headers: readonly string[],
  columns: readonly number[],
  renames: ReadonlyMap<string, string>,
  units: ReadonlyMap<number, string>,
): { of(columns: ReadonlySet<number>): MappedColumn[]; notes: string[] } {
  const ordered = [...new Set(columns)].sort((a, b) => a - b);
  const toBeNamed = ordered.map((column) => {
    const header = headers[column]!;
    const renamed = renames.get(header);
    const problem = renamed === undefined ? undefined : columnNameProblem(renamed);
    if (problem !== undefined)
      throw new MusterError('invalid_argument', `column ${shownHeader(header)} is to be renamed ${shownHeader(renamed ?? '')}: ${problem}`);
    const unit = units.get(column);
    return { column, header: unit === undefined || header.includes(unit) ? header : `${header} (${unit})`, renamed };
  });
  const { names, notes } = nameColumns(toBeNamed);
  const nameOf = new Map(ordered.map((column, i) => [column, names[i]!]));
  const of = (some: ReadonlySet<number>): MappedColumn[] =>
    [...some]
      .sort((a, b) => a - b)
      .map((column) => {
        const unit = units.get(column);
        const mapped = { column, header: headers[column]!, name: nameOf.get(column) as string };
        return unit === undefined ? mapped : { ...mapped, unit };
      });
  return { of, notes };
}

function baseName(path: string): string {
  return (path.split(/[\\/]/).at(-1) ?? path).replace(/\.[^.]*$/, '');
}

/** A table of the file's name; a word of SQL as a column of that name would be called. */
function measurementOf(fileName: string): string {
  const name = toName(baseName(fileName));
  return name !== '' && measurementNameProblem(name) !== undefined ? `${name.slice(0, 63)}_` : name;
}

function checkMapping(mapping: ImportMapping, rows: readonly unknown[], fileName: string): void {
  const { tags, fields, texts, measurement } = mapping;
  if (fields.length + texts.length === 0) throw noField(mapping, rows as readonly (readonly string[])[], fileName);
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
  if (problem !== undefined)
    throw new MusterError('invalid_argument', `measurement ${problem}: name one (--measurement, or the field measurement)`);
  const reserved = reservedNameProblem(measurement);
  if (reserved !== undefined)
    throw new MusterError('invalid_argument', `measurement ${reserved} (--measurement, or the field measurement)`);
  const seen = new Set<number>();
  for (const { column, header } of [...tags, ...fields, ...texts]) {
    if (seen.has(column)) throw new MusterError('invalid_argument', `column ${shownHeader(header)} is named for two things: choose one`);
    seen.add(column);
  }
}

const SHOWN_COLUMNS = 5;

/** Says what each column was taken for, since one of them was meant to be a field. */
function noField({ time, node, tags, leftOut }: ImportMapping, rows: readonly (readonly string[])[], fileName: string): MusterError {
  if (rows.length === 0) return new MusterError('invalid_argument', `${fileName} has no rows: a header alone stores nothing`);
  const cellOf = (column: number): string => rows.map((row) => row[column] ?? '').find((cell) => !isAbsent(cell.trim())) ?? '';
  const shown = [
    `the time is ${time.header}`,
    ...(node.column < 0 ? [] : [`the node is ${node.header}`]),
    ...tags.slice(0, SHOWN_COLUMNS).map(({ column, header }) => `${header} is a tag (${shownHeader(cellOf(column))})`),
    ...leftOut.slice(0, SHOWN_COLUMNS).map(({ header, reason }) => `${header} is left out (${reason})`),
  ];
  return new MusterError('invalid_argument', `no column has numbers or texts: ${shown.join(', ')}; name the fields with --fields`);
}
