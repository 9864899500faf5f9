// What stands before the rows of a CSV file: `sep=`, comments, annotations, the head of a logger, its header.
import { MusterError } from '../../../common/muster-error.ts';
import type { CsvReading } from '../import-source.ts';
import { isNumberText } from '../number-cell.ts';
import { commonWidth, type SampleRow, sampleRows } from './csv-dialect.ts';

const LF = 0x0a;
const CR = 0x0d;
const SEPARATOR_LINE = /^"?sep=(.|\\t)"?$/i;
/** Lines before the header that are looked through for it. */
const MAX_LINES = 1000;
const MAX_PREAMBLE = 100;
/** Columns of InfluxDB's annotated CSV that are of the query and not of the row. */
const OF_THE_QUERY = ['result', 'table', '_start', '_stop'];

/** Lines that are no rows. */
export interface LeadingLines {
  bytes: number;
  lines: number;
  /** Of a line `sep=;`. */
  delimiter?: string;
  /** Lines that begin with #, without it. */
  comments: string[];
}

export interface CsvHead {
  header: string[];
  /** Bytes of the text, and rows, before the row where reading begins. */
  bytes: number;
  rows: number;
  /** Number of the first row with data. */
  firstRow: number;
  /** Rows that begin with # are none. */
  hasComments: boolean;
  /** What was passed over, for people; empty for nothing. */
  words: string;
  /** Columns that the file itself says hold texts. */
  texts: number[];
  /** Columns that hold nothing of the rows, with the reason. */
  useless: ReadonlyMap<string, string>;
}

/** Without `skipRows` blank lines, `sep=` and comments are passed over. Throws `invalid_argument` where so many rows are not there. */
export function leadingLines(text: Buffer, { skipRows }: CsvReading): LeadingLines {
  const found: LeadingLines = { bytes: 0, lines: 0, comments: [] };
  while (found.bytes < text.length && found.lines < (skipRows ?? MAX_LINES)) {
    const end = lineEnd(text, found.bytes);
    if (end < 0 && skipRows === undefined) break;
    const line = text.toString('utf8', found.bytes, end < 0 ? text.length : end).trim();
    const separator = SEPARATOR_LINE.exec(line);
    if (skipRows === undefined) {
      if (separator !== null) found.delimiter = separator[1] === '\\t' ? '\t' : separator[1]!;
      else if (line.startsWith('#') || line.startsWith('"#')) found.comments.push(line.replace(/^"?#\s?/, ''));
      else if (line !== '') break;
    }
    if (end < 0) break;
    found.bytes = end + (text[end] === CR && text[end + 1] === LF ? 2 : 1);
    found.lines++;
  }
  if (skipRows !== undefined && found.lines < skipRows)
    throw new MusterError(
      'invalid_argument',
      `skip_rows is ${skipRows}: the file has ${found.lines} line ends in its first ${text.length} bytes`,
    );
  return found;
}

function lineEnd(text: Buffer, from: number): number {
  for (let at = from; at < text.length; at++) if (text[at] === LF || text[at] === CR) return at;
  return -1;
}

/** `text` is the file's beginning from its first byte. Throws `malformed` where there is no header. */
export function readHead(
  text: Buffer,
  leading: LeadingLines,
  dialect: { delimiter: string; padded: boolean },
  whole: boolean,
  path: string,
): CsvHead {
  const { delimiter, padded } = dialect;
  const rows = sampleRows(text.subarray(leading.bytes), delimiter, 1000, whole, padded).filter(({ cells }) => !isComment(cells, leading));
  const [first] = rows;
  if (first === undefined) throw new MusterError('malformed', `${path} is empty: a header and rows are needed`);
  const base = { hasComments: leading.comments.length > 0, texts: [], useless: new Map<string, string>() };
  const at = (row: SampleRow): { bytes: number; rows: number } => ({
    bytes: leading.bytes + row.offset,
    rows: leading.lines + row.number - 1,
  });
  const passed = (row: SampleRow): string => {
    const count = leading.lines + row.number - 1;
    return count === 0 ? '' : `${count} ${count === 1 ? 'line' : 'lines'} before the header`;
  };
  const [, second] = rows;
  if (first.cells[0] === 'TOA5' && second !== undefined) {
    const { bytes, rows: before } = at(second);
    return { ...base, header: trimmed(second.cells), bytes, rows: before, firstRow: before + 4, words: 'head of TOA5' };
  }
  const fromComment = headerOfComment(leading.comments.at(-1), first, delimiter);
  if (fromComment !== undefined) {
    const { bytes, rows: before } = at(first);
    return { ...base, header: fromComment, bytes, rows: before, firstRow: before + 1, words: 'header in a comment' };
  }
  const row = headerRow(rows);
  const header = widened(trimmed(row.cells), rows.slice(rows.indexOf(row) + 1));
  const { bytes, rows: before } = at(row);
  return { ...base, header, bytes, rows: before, firstRow: before + 2, words: passed(row), ...annotated(header, leading.comments) };
}

function trimmed(cells: readonly string[]): string[] {
  // A control character or a line end in a header is part of no name.
  return cells.map((cell) => cell.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]+/gu, ' ').trim());
}

function isComment(cells: readonly string[], { comments }: LeadingLines): boolean {
  return comments.length > 0 && cells[0]?.startsWith('#') === true;
}

/** The header is the last comment where the first row is data: so write numpy and gnuplot. */
function headerOfComment(comment: string | undefined, first: SampleRow, delimiter: string): string[] | undefined {
  if (comment === undefined || !isData(first.cells)) return undefined;
  const cells = sampleRows(Buffer.from(comment), delimiter, 1, true)[0]?.cells ?? [];
  return cells.length === first.cells.length && !isData(cells) ? trimmed(cells) : undefined;
}

/** Nothing but numbers and times. */
function isData(cells: readonly string[]): boolean {
  const filled = cells.filter((cell) => cell.trim() !== '');
  return filled.length > 0 && filled.every((cell) => isNumberText(cell, false) || /^\s*\d{1,4}[-/.:]\d/.test(cell));
}

/** The first row, unless most rows are wider or narrower and one of their width looks like a header. */
function headerRow(rows: readonly SampleRow[]): SampleRow {
  const [first] = rows as [SampleRow];
  const width = commonWidth(rows);
  if (width === 1) return first;
  if (first.cells.length === width) return firstFull(rows, width) ?? first;
  const found = rows.find(({ cells }) => cells.length === width) as SampleRow;
  const like = found.cells.filter((cell) => cell.trim() !== '' && !isData([cell])).length;
  const even = rows.filter(({ cells }) => cells.length === width).length;
  return like * 2 > width && even * 2 > rows.length ? found : first;
}

/** A spreadsheet makes what stands above a table as wide as the table: rows with empty cells, before the first whose cells are all words. */
function firstFull(rows: readonly SampleRow[], width: number): SampleRow | undefined {
  const isFull = ({ cells }: SampleRow): boolean => cells.length === width && cells.every((cell) => cell.trim() !== '');
  const [first] = rows as [SampleRow];
  if (first.cells.filter((cell) => cell.trim() === '').length * 2 < width) return undefined;
  const found = rows.slice(0, MAX_PREAMBLE).find(isFull);
  return found?.cells.some((cell) => isData([cell])) === false ? found : undefined;
}

/** Where every row has one cell more than the header, it is an empty one at the end, or a name of the row before the first. */
function widened(header: readonly string[], rows: readonly SampleRow[]): string[] {
  if (rows.length === 0 || rows.some(({ cells }) => cells.length !== header.length + 1)) return [...header];
  return rows.every(({ cells }) => cells.at(-1)?.trim() === '') ? [...header, ''] : ['', ...header];
}

/** What the annotations of InfluxDB say of the columns. */
function annotated(header: readonly string[], comments: readonly string[]): Partial<CsvHead> {
  const types = comments.find((comment) => comment.startsWith('datatype,'))?.split(',');
  if (types === undefined || types.length !== header.length) return {};
  return {
    words: 'annotated CSV of InfluxDB',
    texts: types.flatMap((type, column) => (type === 'string' ? [column] : [])),
    useless: new Map(OF_THE_QUERY.map((name) => [name, 'it is of the query and not of the row'])),
  };
}
